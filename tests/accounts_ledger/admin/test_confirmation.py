"""What is confirmed is what was shown: on every page that acts, whatever changes while it is open voids it."""

import datetime
from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from accounts_ledger import facade
from accounts_ledger.admin.shared.confirmation import Confirmation, digest, readable
from accounts_ledger.exceptions import ChangedMeanwhile
from accounts_ledger.models import Account, AccountMapping, Hold, Transfer
from tests.accounts_ledger.conftest import everything_written
from tests.confirming import hidden_fields, review

pytestmark = pytest.mark.usefixtures("books")

TWO_STEPS = ("top_up", "withdraw", "close", "replace", "reverse_transfer", "refund_transfer", "new_transfer")
AT_ONCE = ("freeze", "extend", "void_hold")


@pytest.fixture
def card(bank):
    card = facade.issue(bank, D("50.00"), end_date=timezone.localdate() + datetime.timedelta(days=9))
    return Account.objects.get(pk=card.pk)


@pytest.fixture
def redemption(card, redemptions):
    return facade.transfer(card, redemptions, D("30.00"), kind=Transfer.Kind.REDEMPTION)


@pytest.fixture
def hold(card):
    return facade.hold(card, D("5.00"))


@pytest.fixture
def press(boss_client, card, bank, redemptions):
    """Open a page, fill it in, let something happen meanwhile, and press its last button; return the answer."""

    def run(name, meanwhile=lambda: None, sent=None):
        if name == "void_hold":
            address = reverse("admin:accounts_ledger_hold_void_hold", args=[Hold.objects.latest("pk").pk])
        elif name in ("reverse_transfer", "refund_transfer"):
            redemption = Transfer.objects.get(kind="redemption")
            address = reverse(f"admin:accounts_ledger_transfer_{name}", args=[redemption.pk])
        elif name == "new_transfer":
            address = reverse("admin:accounts_ledger_transfer_new_transfer")
        else:
            address = reverse(f"admin:accounts_ledger_account_{name}", args=[card.pk])
        data = {
            **hidden_fields(boss_client.get(address)),
            "amount": "5.00",
            "description": "Because",
            "reason": "Because",
            "end_date": (timezone.localdate() + datetime.timedelta(days=90)).isoformat(),
            **({"source": card.pk, "destination": bank.pk} if name == "new_transfer" else {"source": bank.pk}),
            "remainder_to": bank.pk,
        }
        if name in TWO_STEPS:
            data = review(boss_client, address, data)
        meanwhile()
        return boss_client.post(address, {**data, **(sent or {})}, follow=True)

    return run


def spends(card, redemptions):
    return lambda: facade.transfer(Account.objects.get(pk=card.pk), redemptions, D("1.00"))


@pytest.mark.parametrize("page", [*TWO_STEPS, *AT_ONCE])
def test_nothing_is_done_when_the_balance_has_changed(press, page, card, redemptions, redemption, request):
    if page == "void_hold":
        request.getfixturevalue("hold")
    act = spends(card, redemptions)
    states = []

    def meanwhile():
        act()
        states.append(everything_written())

    answer = press(page, meanwhile)

    assert everything_written() == states[0]
    assert "has changed since you saw it" in answer.content.decode()
    assert "£20.00 → £19.00" in answer.content.decode()


@pytest.mark.parametrize("page", [*TWO_STEPS, *AT_ONCE])
def test_nothing_is_done_without_what_was_shown(press, page, redemption, hold, request):
    if page in ("close", "replace"):
        facade.void(hold)
    before = everything_written()

    for sent in ({"shown": ""}, {"shown": "forged"}):
        answer = press(page, sent=sent)
        assert everything_written() == before
        assert "Nothing has been done yet" in answer.content.decode()


@pytest.mark.parametrize("page", TWO_STEPS)
def test_the_form_itself_moves_nothing(press, page, redemption, boss_client):
    before = everything_written()

    press(page, sent={"_change": "1"})

    assert everything_written() == before


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("top_up", {"amount": "500.00"}),
        ("refund_transfer", {"amount": "6.00"}),
        ("new_transfer", {"amount": "6.00"}),
        ("withdraw", {"description": "Another reason"}),
        ("close", {"reason": "Another reason"}),
    ],
)
def test_what_was_typed_cannot_be_changed_behind_the_review(press, page, typed, redemption):
    before = everything_written()

    answer = press(page, sent=typed)

    assert everything_written() == before
    assert "has changed since you saw it" in answer.content.decode()


@pytest.mark.parametrize("page", ["top_up", "withdraw", "new_transfer", "close", "freeze", "extend"])
def test_an_account_that_was_frozen_meanwhile_is_left_alone(press, page, card):
    press(page, lambda: facade.freeze(Account.objects.get(pk=card.pk), reason="Suspicious"))

    card.refresh_from_db()
    assert (card.status, card.balance, card.history.first().history_change_reason) == (
        Account.FROZEN, D("50.00"), "Suspicious",
    )  # fmt: skip


@pytest.mark.parametrize("page", ["top_up", "freeze", "replace"])
def test_an_account_that_changed_hands_meanwhile_is_shown_again(press, page, card):
    holder = get_user_model().objects.create_user("ada", "ada@example.com")
    before = everything_written()

    answer = press(page, lambda: Account.objects.filter(pk=card.pk).update(primary_user=holder))

    assert everything_written() == before
    assert "Holder" in answer.content.decode()


def test_an_account_that_was_extended_meanwhile_is_not_closed(press, card):
    later = timezone.localdate() + datetime.timedelta(days=300)

    press("close", lambda: facade.extend(Account.objects.get(pk=card.pk), later))

    card.refresh_from_db()
    assert card.is_open()


def test_a_transfer_that_was_refunded_in_part_meanwhile_is_confirmed_anew(press, redemption, redemptions, boss_client):
    answer = press("refund_transfer", lambda: facade.refund(redemption, D("29.00")))

    assert "Left to refund (£30.00 → £1.00)" in answer.content.decode()
    assert redemption.refunded() == D("29.00")


def test_what_moves_on_shared_accounts_keeps_nobody_from_confirming(press, bank, card):
    press("top_up", lambda: facade.issue(bank, D("7.00")))

    card.refresh_from_db()
    assert card.balance == D("55.00")


def test_a_refund_shows_the_amount_that_was_typed(boss_client, redemption):
    address = reverse("admin:accounts_ledger_transfer_refund_transfer", args=[redemption.pk])
    data = {**hidden_fields(boss_client.get(address)), "amount": "5.00", "description": "Late"}

    page = boss_client.post(address, data)

    _debited, credited = page.context["sides"]
    assert (page.context["headline"], credited.before, credited.after) == ("£5.00", D("20.00"), D("25.00"))
    assert redemption.refunded() == 0


def test_the_page_that_says_what_changed_can_be_confirmed(boss_client, card, bank, redemptions):
    address = reverse("admin:accounts_ledger_account_top_up", args=[card.pk])
    data = {**hidden_fields(boss_client.get(address)), "source": bank.pk, "amount": "5", "description": "Because"}
    data = review(boss_client, address, data)
    facade.transfer(card, redemptions, D("1.00"))
    changed = boss_client.post(address, data)
    assert changed.status_code == 422

    boss_client.post(address, {**data, "shown": hidden_fields(changed)["shown"]})

    card.refresh_from_db()
    assert card.balance == D("54.00")


def test_a_replacement_shows_what_goes_where_before_it_is_done(boss_client, card):
    address = reverse("admin:accounts_ledger_account_replace", args=[card.pk])

    page = boss_client.post(address, {**hidden_fields(boss_client.get(address)), "reason": "Lost"})

    assert [(side.before, side.after) for side in page.context["sides"]] == [
        (D("50.00"), D("0.00")),
        (D("0.00"), D("50.00")),
    ]


def test_a_new_account_is_shown_before_it_is_made(boss_client, bank):
    address = reverse("admin:accounts_ledger_account_add")
    page = boss_client.get(address)
    types = page.context["form"].fields["account_type"].queryset
    data = {**hidden_fields(page), "account_type": types[0].pk, "source": bank.pk, "amount": "25"}

    shown = boss_client.post(address, data).content.decode()

    assert "£25.00" in shown
    assert not Account.objects.filter(chart_code=None).exists()


def test_closing_expired_accounts_closes_those_that_were_shown(boss_client, card, bank):
    address = "/admin/accounts_ledger/account/close-expired/"
    other = facade.issue(bank, D("8.00"), end_date=timezone.localdate())
    Account.objects.filter(pk=card.pk).update(end_date=timezone.now())
    page = hidden_fields(boss_client.get(address))
    Account.objects.filter(pk=other.pk).update(end_date=timezone.now())

    answer = boss_client.post(address, page)

    assert "Value in GBP (£50.00 → £58.00)" in answer.content.decode()
    assert not Account.objects.filter(status=Account.CLOSED).exists()


def test_an_expired_account_whose_balance_changed_since_it_was_looked_at_is_left(card, bank):
    Account.objects.filter(pk=card.pk).update(end_date=timezone.now())

    report = facade.close_expired_accounts(seen={card.pk: D("49.00")})

    assert (report.closed, [type(error) for _account, error in report.failures]) == (0, [ChangedMeanwhile])


def test_of_all_that_are_selected_only_those_that_were_shown_are_frozen(boss_client, card, bank):
    address = "/admin/accounts_ledger/account/?balance_from=49"
    selected = {"action": "freeze_selected", "select_across": "1", "_selected_action": [card.pk]}
    page = hidden_fields(boss_client.post(address, selected))
    facade.issue(bank, D("60.00"))

    answer = boss_client.post(address, {**page, "reason": "Because"})

    assert answer.status_code == 422
    assert not Account.objects.filter(status=Account.FROZEN).exists()


def test_an_export_is_of_the_accounts_that_were_shown(boss_client, card, bank):
    address = reverse("admin:accounts_ledger_account_export")
    page = boss_client.get(address)
    fields = {name: "on" for name in page.context["form"].fields if "resource_" in name}
    data = {**hidden_fields(page), "format": "0", "resource": "0", **fields}
    facade.issue(bank, D("60.00"))

    assert boss_client.post(address, data).status_code == 302
    assert boss_client.post(address, {**data, "shown": hidden_fields(boss_client.get(address))["shown"]}).streaming


def test_an_export_narrowed_in_one_way_is_no_export_of_another(boss_client, card):
    address = reverse("admin:accounts_ledger_account_export")
    data = {**hidden_fields(boss_client.get(f"{address}?balance_from=49")), "format": "0", "resource": "0"}

    assert not boss_client.post(address, data).streaming


def test_two_people_who_edit_one_account_do_not_undo_each_other(boss_client, card):
    address = reverse("admin:accounts_ledger_account_change", args=[card.pk])
    page = boss_client.get(address)
    form = page.context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields if name != "secondary_users"}
    data |= {"shown": hidden_fields(page)["shown"], "name": "Mine", "start_date_0": "", "start_date_1": ""}
    Account.objects.filter(pk=card.pk).update(holder_email="new@example.com")

    answer = boss_client.post(address, data)

    assert "has changed since you saw it" in answer.content.decode()
    card.refresh_from_db()
    assert (card.name, card.holder_email) == (None, "new@example.com")


def test_a_mapping_that_was_edited_meanwhile_is_not_deleted(boss_client, bank):
    mapping = AccountMapping.objects.create(account=bank, code="1200", name="Bank")
    address = reverse("admin:accounts_ledger_accountmapping_delete", args=[mapping.pk])
    page = hidden_fields(boss_client.get(address))
    AccountMapping.objects.update(code="1300")

    answer = boss_client.post(address, page, follow=True)

    assert "1200 → 1300" in answer.content.decode()
    assert AccountMapping.objects.exists()


def test_a_second_click_on_the_same_form_is_no_change(boss_client, card, bank):
    for name in ("freeze", "extend"):
        address = reverse(f"admin:accounts_ledger_account_{name}", args=[card.pk])
        end = (timezone.localdate() + datetime.timedelta(days=90)).isoformat()
        data = {**hidden_fields(boss_client.get(address)), "reason": "Because", "end_date": end}
        answers = [boss_client.post(address, data) for _click in range(2)]
        assert [answer.status_code for answer in answers] == [302, 302]


# --- The mechanism -----------------------------------------------------------------------------------


def test_a_confirmation_is_good_for_one_page_one_subject_and_one_person(boss, make_user):
    facts = {"Balance": "£5.00"}
    sealed = Confirmation(boss, "freeze", 7).seal(facts)

    Confirmation(boss, "freeze", 7).check(sealed, facts)
    for other in (
        Confirmation(boss, "thaw", 7),
        Confirmation(boss, "freeze", 8),
        Confirmation(make_user(), "freeze", 7),
    ):
        with pytest.raises(ChangedMeanwhile, match="Nothing has been done yet"):
            other.check(sealed, facts)


def test_a_message_names_what_changed_but_shows_no_digest(boss):
    confirmation = Confirmation(boss, "freeze")
    sealed = confirmation.seal({"Balance": "£5.00", "the cards": digest([1]), "Held": ""})

    with pytest.raises(ChangedMeanwhile) as change:
        confirmation.check(sealed, {"Balance": "£6.00", "the cards": digest([2]), "New": "x", "Held": ""})

    assert "Balance (£5.00 → £6.00); the cards; New (– → x)" in str(change.value)
    assert readable({"Balance": "£5.00", "the cards": digest([1]), "Held": ""}) == {"Balance": "£5.00"}
