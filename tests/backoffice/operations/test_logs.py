"""What is logged: enough to follow what happened, and never a code, a password or a key."""

from __future__ import annotations

import datetime
import logging
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts_ledger import codes, facade
from accounts_ledger.models import Account
from backoffice.operations import logs, request_id, scrubbing
from backoffice.operations.access_log import AccessLog
from tests.oscar_integration.conftest import country, gift_card, guest_shopper, product  # noqa: F401  (fixtures)

CODE, TYPED = "LILACFERRY41", "lilac ferry 41"
PASSWORD = "correct-horse-battery"


def assert_no_secret_in(text: str) -> None:
    found = [secret for secret in (CODE, TYPED, codes.display(CODE), PASSWORD) if secret.lower() in text.lower()]
    assert not found, text


def ids_in(written) -> set[object]:
    return {line["request_id"] for line in written.lines}


# --- A day of the shop and its back office --------------------------------------------------------


def test_a_redemption_is_logged_without_the_code(guest_shopper, product, gift_card, written, books):  # noqa: F811
    card = gift_card("50.00", code=CODE)
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(TYPED)
    guest_shopper.places_order()

    assert f"redemption of 20.00 GBP from account #{card.pk}" in written.text
    assert_no_secret_in(written.text)


def test_a_wrong_code_is_logged_without_the_code(guest_shopper, product, written):  # noqa: F811
    guest_shopper.puts_in_basket(product).goes_to_payment()

    page = guest_shopper.types_code(TYPED)

    assert "cannot be used" in page.content.decode()
    assert_no_secret_in(written.text)


@pytest.fixture
def staff(db):
    get_user_model().objects.create_superuser("boss", "boss@example.com", PASSWORD)
    return Client(raise_request_exception=False)


def test_logins_and_searches_are_logged_without_password_and_code(staff, written, gift_card):  # noqa: F811
    gift_card("50.00", code=CODE)
    staff.post(reverse("admin:login"), {"username": "boss", "password": "wrong-" + PASSWORD})
    staff.post(reverse("admin:login"), {"username": "boss", "password": PASSWORD})
    found = staff.get(reverse("admin:accounts_ledger_account_changelist"), {"q": TYPED}, follow=True)

    assert found.status_code == 200
    assert_no_secret_in(written.text)


def test_a_search_that_fails_is_logged_without_the_code(staff, written, monkeypatch):
    def explode(request, queryset, term, **how):
        raise ValueError(f"cannot look for {term!r}")

    monkeypatch.setattr("accounts_ledger.admin.account.model_admin.counted", explode)
    staff.force_login(get_user_model().objects.get())
    response = staff.get(reverse("admin:accounts_ledger_account_changelist"), {"q": TYPED})

    line = next(line for line in written.lines if line["logger"] == "django.request")
    assert response.status_code == 500
    assert line["request_id"] == response["X-Request-ID"]
    assert "ValueError: cannot look for '[hidden]'" in line["exception"]
    assert_no_secret_in(written.text)


def test_a_form_that_fails_is_logged_without_the_code_however_it_was_typed(client, written, monkeypatch, db):
    def explode(code, user):
        raise ValueError(
            f"typed {code}, kept as {codes.normalise(code)}, shown as {codes.display(codes.normalise(code))}"
        )

    monkeypatch.setattr("oscar_integration.guessing.find", explode)
    client.raise_request_exception = False
    response = client.post("/gift-cards/balance/", {"code": TYPED})

    assert response.status_code == 500
    assert "typed [hidden], kept as [hidden], shown as [hidden]" in written.text
    assert_no_secret_in(written.text)


@pytest.mark.parametrize(
    ("called", "address", "field"),
    [
        ("accounts_ledger.admin.account.find.counted", "/admin/accounts_ledger/account/find/", "q"),
        ("accounts_ledger.admin.account.choice.counted", "/admin/accounts_ledger/transfer/accounts/", "term"),
        ("accounts_ledger.reports.statement._accounts_of", "/admin/reports/statement/", "whose"),
        ("backoffice.command_search.find", "/admin/search/", "s"),
    ],
)
def test_a_posted_search_that_fails_is_logged_without_the_code(staff, written, monkeypatch, called, address, field):
    def explode(*asked, **how):
        raise ValueError(f"cannot look for {asked[-1]!r}")

    monkeypatch.setattr(called, explode)
    staff.force_login(get_user_model().objects.get())
    response = staff.post(address, {field: TYPED})

    assert response.status_code == 500
    assert "cannot look for '[hidden]'" in written.text
    assert_no_secret_in(written.text)


def test_a_refused_row_is_logged_without_its_values(bank, written, books):
    facade.issue(bank, 10, code=CODE)
    try:
        with transaction.atomic():
            Account.objects.create(code=CODE)
    except IntegrityError:
        logging.getLogger("accounts_ledger").exception("It could not be saved")

    assert "It could not be saved" in written.text
    assert_no_secret_in(written.text)


# --- What is hidden -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ('GET /admin/?q=LILAC HTTP/1.1" 200', 'GET /admin/?[hidden] HTTP/1.1" 200'),
        ("duplicate key\nDETAIL:  Key (code)=(LILAC) already exists.", "duplicate key\nDETAIL: [hidden]"),
        ('bad input\nCONTEXT:  COPY account, line 1, column code: "LILAC"', "bad input\nCONTEXT: [hidden]"),
        ("cannot reach postgres://penny:secret@db/shop", "cannot reach postgres://penny:[hidden]@db/shop"),
        ("Is anything lost? No.", "Is anything lost? No."),
    ],
)
def test_the_words_of_others_are_scrubbed(text, scrubbed):
    assert scrubbing.scrub(text) == scrubbed


def test_scrubbing_does_not_read_the_body_of_a_request():
    request = RequestFactory().post("/", {"code": TYPED})
    token = request_id._current.set(request_id.Work("id", request))
    try:
        scrubbing.scrub("anything")
    finally:
        request_id._current.reset(token)

    assert request.read(), "the view must find the body as it came"


def test_a_line_for_people_is_scrubbed_too():
    record = logging.makeLogRecord({"msg": "GET /admin/?q=LILAC", "request_id": "edge-1"})

    assert logs.PlainLine().format(record).endswith("[edge-1] GET /admin/?[hidden]")


def test_the_access_log_has_the_path_and_no_more_of_an_address(written):
    access = AccessLog.__new__(AccessLog)
    access.access_log = logging.getLogger("gunicorn.access")
    response = SimpleNamespace(status="200 OK", headers=[("X-Request-ID", "edge-1")], sent=7)
    visit = {"REQUEST_METHOD": "GET", "QUERY_STRING": f"q={CODE}", "HTTP_REFERER": f"/?q={CODE}", "REMOTE_ADDR": "::1"}
    took = datetime.timedelta(milliseconds=12)

    for path in ("/admin/", "/health/ready", "/metrics"):
        access.access(response, None, {**visit, "PATH_INFO": path}, took)
    response.status = "503 Service Unavailable"
    access.access(response, None, {**visit, "PATH_INFO": "/health/ready"}, took)

    assert [line["message"] for line in written.lines] == ["GET /admin/ 200", "GET /health/ready 503"]
    assert written.lines[0]["request_id"] == "edge-1"
    assert_no_secret_in(written.text)


# --- Errors by e-mail -----------------------------------------------------------------------------


@pytest.fixture
def broken_page(settings, client, monkeypatch, db):
    """Post a code to a page that fails."""
    settings.ADMINS = [("Ann", "ann@example.com")]
    client.raise_request_exception = False
    client.cookies["sessionid"] = "session-of-somebody"

    def explode(code, user):
        raise ValueError(code)

    monkeypatch.setattr("oscar_integration.guessing.find", explode)
    handler = next(one for one in logging.getLogger().handlers if type(one).__name__ == "ErrorMail")
    handler._mailed.clear()
    return lambda: client.post("/gift-cards/balance/", {"code": TYPED, "remark": "from the form"})


def test_an_error_is_mailed_to_the_admins_with_its_request_id(broken_page):
    response = broken_page()

    (message,) = mail.outbox
    assert message.to == ["ann@example.com"]
    assert response["X-Request-ID"] in message.body
    assert "ValueError" in message.body


def test_an_error_mail_has_nothing_of_the_form_the_session_or_the_settings(broken_page, settings):
    broken_page()

    text = mail.outbox[0].subject + mail.outbox[0].body
    assert_no_secret_in(text)
    for secret in ("from the form", "session-of-somebody", settings.SECRET_KEY):
        assert secret not in text


def test_one_fault_is_one_mail(broken_page):
    for _time in range(3):
        broken_page()

    assert len(mail.outbox) == 1


def test_without_admins_nobody_is_mailed(broken_page, settings):
    settings.ADMINS = []
    broken_page()

    assert mail.outbox == []
