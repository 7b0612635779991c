"""Two-step login of staff: nothing is reached with the password alone once it is set up, or when everybody has to."""

from __future__ import annotations

import time

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice.security.second_factor import devices
from backoffice.security.second_factor.enforcement import check_anybody, check_roles
from tests.security.conftest import PASSWORD

VERIFY, SET_UP, STATUS = (reverse(f"second_factor:{name}") for name in ("verify", "set_up", "status"))
HOME = reverse("admin:index")


@pytest.fixture
def anna(make_staff):
    return make_staff("anna")


def code_of(user, *, confirmed=True) -> str:
    """Return what the app on the user's phone shows; if that was used already, what it will show next."""
    app = TOTPDevice.objects.get(user=user, confirmed=confirmed)
    now = (int(time.time()) - app.t0) // app.step
    return f"{totp(app.bin_key, drift=max(0, app.last_t + 1 - now)):06d}"


def turn_on(user) -> list[str]:
    """Turn two-step login on for *user*, and return their backup codes."""
    begun = devices.begin(user)
    return devices.confirm(user, begun.pk, code_of(user, confirmed=False))[1]


@pytest.fixture
def backup_codes(anna):
    return turn_on(anna)


@pytest.mark.parametrize("name", ["admin:index", "ledger_reports:index", "dashboard:index", "customer:summary"])
def test_with_the_password_alone_one_reaches_nothing(anna, backup_codes, log_in, name):
    response = log_in(anna).get(reverse(name))

    assert response.status_code == 302
    assert response.url.startswith(VERIFY)


def test_with_the_password_alone_one_cannot_turn_it_off_or_set_it_up_anew(anna, backup_codes, log_in):
    client = log_in(anna)
    for name in ("turn_off", "backup_codes", "set_up", "status"):
        assert client.post(reverse(f"second_factor:{name}"), {"code": backup_codes[0]}).url.startswith(VERIFY)

    assert devices.has_factor(anna)


def test_the_code_of_the_app_leads_to_where_one_was_going(anna, backup_codes, log_in):
    client = log_in(anna)
    address = client.get(reverse("admin:accounts_ledger_account_changelist")).url
    response = client.post(address, {"code": code_of(anna)})

    assert response.url == reverse("admin:accounts_ledger_account_changelist")
    assert client.get(response.url).status_code == 200


def test_the_second_step_gives_the_session_a_new_key(anna, backup_codes, log_in):
    client = log_in(anna)
    before = client.session.session_key
    client.post(VERIFY, {"code": code_of(anna)})

    assert client.session.session_key != before


def test_a_code_of_the_app_works_once(anna, backup_codes, log_in):
    code = code_of(anna)
    log_in(anna).post(VERIFY, {"code": code})
    again = log_in(anna)
    response = again.post(VERIFY, {"code": code})

    assert "This code is not right" in response.content.decode()
    assert again.get(HOME).status_code == 302


def test_a_backup_code_works_once_and_however_it_is_typed(anna, backup_codes, log_in):
    typed = f" {backup_codes[0][:4].upper()} {backup_codes[0][4:]}"
    first, second = log_in(anna), log_in(anna)
    first.post(VERIFY, {"code": typed})
    second.post(VERIFY, {"code": typed})

    assert [client.get(HOME).status_code for client in (first, second)] == [200, 302]
    assert devices.backup_codes_left(anna) == devices.BACKUP_CODES - 1


def test_wrong_codes_make_the_right_one_wait(anna, backup_codes, log_in):
    client = log_in(anna)
    client.post(VERIFY, {"code": "000000"})
    response = client.post(VERIFY, {"code": code_of(anna)})

    assert "Please wait" in response.content.decode()
    assert client.get(HOME).status_code == 302


def test_the_code_of_a_colleague_does_not_do(anna, backup_codes, log_in, make_staff):
    ben = make_staff("ben")
    client = log_in(anna)
    client.post(VERIFY, {"code": turn_on(ben)[0]})

    assert client.get(HOME).status_code == 302


def test_the_second_step_leads_to_no_other_site(anna, backup_codes, log_in):
    response = log_in(anna).post(f"{VERIFY}?next=https://evil.example/", {"code": code_of(anna)})

    assert response.url == HOME


def test_staff_who_have_not_set_it_up_log_in_by_password(anna, log_in):
    assert log_in(anna).get(HOME).status_code == 200


@pytest.mark.parametrize("required", [["all"], ["Manager"], ["Clerk", "Manager"]])
def test_whoever_has_to_set_it_up_reaches_nothing_before(anna, log_in, settings, required):
    settings.STAFF_SECOND_FACTOR_REQUIRED = required
    client = log_in(anna)

    assert client.get(HOME).url.startswith(SET_UP)
    assert client.get(SET_UP).status_code == 200


def test_other_roles_need_not_set_it_up(anna, log_in, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = ["System administrator"]

    assert log_in(anna).get(HOME).status_code == 200


def test_superusers_have_to_as_soon_as_any_role_has(settings, django_user_model):
    settings.STAFF_SECOND_FACTOR_REQUIRED = ["Clerk"]
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("boss"))

    assert client.get(HOME).url.startswith(SET_UP)


def test_a_role_that_there_is_not_stops_the_start(settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = ["Manager", "Manger", "all"]

    assert [error.msg for error in check_roles()] == ["STAFF_SECOND_FACTOR_REQUIRED names 'Manger', which is no role."]


@pytest.mark.parametrize(("required", "complaints"), [([], ["backoffice.W003"]), (["Manager"], []), (["all"], [])])
def test_an_installation_where_passwords_alone_suffice_is_warned_of(required, complaints, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = required

    assert [warning.id for warning in check_anybody()] == complaints


def test_a_refused_code_is_not_left_in_the_field(anna, backup_codes, log_in):
    page = log_in(anna).post(VERIFY, {"code": "314159"}).content.decode()

    assert "This code is not right" in page
    assert "314159" not in page


def test_setting_it_up_takes_a_code_from_the_app(anna, log_in):
    client = log_in(anna)
    page = client.get(SET_UP).content.decode()
    assert 'src="data:image/svg+xml' in page
    client.post(SET_UP, {"code": "000000"})
    assert not devices.has_factor(anna)


def test_a_key_is_shown_to_the_session_only_that_began(anna, log_in):
    mine, stolen = log_in(anna), log_in(anna)
    secret = mine.get(SET_UP).context["secret"]

    assert mine.get(SET_UP).context["secret"] == secret
    assert stolen.get(SET_UP).context["secret"] != secret


def test_a_code_of_a_key_that_another_session_began_does_not_do(anna, log_in):
    mine, stolen = log_in(anna), log_in(anna)
    stolen.get(SET_UP)
    code = code_of(anna, confirmed=False)
    mine.get(SET_UP)
    mine.post(SET_UP, {"code": code})

    assert not devices.has_factor(anna)


def test_backup_codes_are_not_kept_as_they_are_typed(anna, backup_codes):
    kept = set(StaticToken.objects.values_list("token", flat=True))

    assert len(kept) == devices.BACKUP_CODES
    assert not kept & {*backup_codes, *(code.upper() for code in backup_codes)}


def test_what_is_kept_of_a_backup_code_lets_nobody_in(anna, backup_codes, log_in):
    client = log_in(anna)
    client.post(VERIFY, {"code": StaticToken.objects.first().token})

    assert client.get(HOME).status_code == 302


def test_setting_it_up_shows_backup_codes_once_and_admits_the_session(anna, log_in):
    client = log_in(anna)
    client.get(SET_UP)
    page = client.post(SET_UP, {"code": code_of(anna, confirmed=False)})

    assert len(page.context["codes"]) == devices.BACKUP_CODES
    assert "no-store" in page.headers["Cache-Control"]
    assert client.get(HOME).status_code == 200
    assert LogEntry.objects.get(user=anna).change_message == "Turned two-step login on."


def test_turning_it_off_takes_a_code(anna, backup_codes, log_in):
    client = log_in(anna)
    client.post(VERIFY, {"code": backup_codes[0]})
    client.post(reverse("second_factor:turn_off"), {"code": "wrong"})
    assert devices.has_factor(anna)
    client.post(reverse("second_factor:turn_off"), {"code": code_of(anna)})
    assert not devices.has_factor(anna)


def test_new_backup_codes_void_the_old_ones(anna, backup_codes, log_in):
    client = log_in(anna)
    client.post(VERIFY, {"code": backup_codes[0]})
    page = client.post(reverse("second_factor:backup_codes"), {"code": code_of(anna)})

    with pytest.raises(devices.WrongCode):
        devices.verify(anna, backup_codes[1])
    assert backup_codes[1] not in page.context["codes"]


def test_a_system_administrator_lets_a_colleague_in_who_lost_everything(anna, backup_codes, log_in, make_staff):
    helper = make_staff("sam", "System administrator")
    log_in(helper).post(reverse("second_factor:remove", args=[anna.pk]), {"own_password": PASSWORD})

    assert log_in(anna).get(HOME).status_code == 200
    assert LogEntry.objects.get(object_id=str(anna.pk)).user == helper


def test_nobody_removes_their_own_second_step_so(log_in, make_staff):
    helper = make_staff("sam", "System administrator")
    client = log_in(helper)
    turn_on(helper)
    client.post(VERIFY, {"code": code_of(helper)})

    assert client.post(reverse("second_factor:remove", args=[helper.pk])).url == STATUS
    assert devices.has_factor(helper)


def test_nobody_but_a_superuser_removes_a_superusers(log_in, make_staff, django_user_model):
    helper, boss = make_staff("sam", "System administrator"), django_user_model.objects.create_superuser("boss")

    assert log_in(helper).post(reverse("second_factor:remove", args=[boss.pk])).status_code == 403


def test_the_key_and_the_codes_are_in_no_admin_page(anna, backup_codes, django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("boss"))

    assert client.get("/admin/otp_totp/totpdevice/").status_code == 404
    assert client.get("/admin/otp_static/staticdevice/").status_code == 404


def test_shoppers_notice_nothing(django_user_model, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = ["all"]
    client = Client()
    client.force_login(django_user_model.objects.create_user("shopper", "shopper@example.com"))

    assert client.get(reverse("managed_accounts:list")).status_code == 200
