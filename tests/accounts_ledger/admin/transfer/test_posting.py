"""Making, reversing and refunding transfers by the forms of the admin."""

from decimal import Decimal as D

import pytest
from django.urls import reverse

from accounts_ledger import facade
from accounts_ledger.models import Transfer
from tests.confirming import hidden_fields, review

pytestmark = pytest.mark.usefixtures("books")

NEW = reverse("admin:accounts_ledger_transfer_new_transfer")


@pytest.fixture
def card(bank):
    return facade.issue(bank, D("50.00"))


@pytest.fixture
def other_card(bank):
    return facade.issue(bank, D("10.00"))


@pytest.fixture
def redemption(card, redemptions):
    return facade.transfer(card, redemptions, D("30.00"), merchant_reference="100001", kind=Transfer.Kind.REDEMPTION)


def page(action: str, transfer: Transfer) -> str:
    return reverse(f"admin:accounts_ledger_transfer_{action}_transfer", args=(transfer.pk,))


def key_of(response) -> str:
    """Return the one-time key of the form on the page."""
    return response.context["form"]["one_time_key"].value()


def entered(client, source, destination, amount="5.00", **changes):
    """Return what a person enters on the form for a new transfer, with the key of the form that was opened."""
    data = {
        "source": source.pk,
        "destination": destination.pk,
        "amount": amount,
        "description": "Wrong card",
        "merchant_reference": "",
        "one_time_key": key_of(client.get(NEW)),
    }
    return {**data, **changes}


def confirm(client, data):
    return client.post(NEW, review(client, NEW, data))


# --- A new transfer --------------------------------------------------------------------------------


def test_the_first_step_shows_balances_before_and_after_and_moves_nothing(boss_client, card, other_card):
    response = boss_client.post(NEW, entered(boss_client, card, other_card))

    debited, credited = response.context["sides"]
    assert (debited.before, debited.after) == (D("50.00"), D("45.00"))
    assert (credited.before, credited.after) == (D("10.00"), D("15.00"))
    card.refresh_from_db()
    assert card.balance == D("50.00")


def test_the_first_step_warns_when_too_little_is_available(boss_client, card, other_card):
    response = boss_client.post(NEW, entered(boss_client, card, other_card, amount="50.01"))

    assert "Not enough available" in response.content.decode()


def test_the_confirmed_transfer_is_posted_in_the_name_of_the_user(boss_client, boss, card, other_card):
    response = confirm(boss_client, entered(boss_client, card, other_card, merchant_reference="Ticket 7"))

    transfer = Transfer.objects.latest("pk")
    assert response.status_code == 302
    assert (transfer.source, transfer.destination, transfer.amount) == (card, other_card, D("5.00"))
    assert (transfer.user, transfer.description, transfer.merchant_reference) == (boss, "Wrong card", "Ticket 7")


def test_the_message_links_to_the_transfer(boss_client, card, other_card):
    confirm(boss_client, entered(boss_client, card, other_card))

    listing = boss_client.get(reverse("admin:accounts_ledger_transfer_changelist")).content.decode()
    transfer = Transfer.objects.latest("pk")
    assert f"Transfer {transfer.reference}</a>." in listing


def test_a_double_click_moves_money_once(boss_client, card, other_card):
    data = review(boss_client, NEW, entered(boss_client, card, other_card))
    boss_client.post(NEW, data)
    again = boss_client.post(NEW, data)

    card.refresh_from_db()
    assert again.status_code == 302
    assert card.balance == D("45.00")


def test_a_used_form_with_another_amount_is_refused_and_can_then_be_submitted_on_purpose(boss_client, card, other_card):
    data = entered(boss_client, card, other_card)
    confirm(boss_client, data)
    refused = confirm(boss_client, {**data, "amount": "6.00"})
    card.refresh_from_db()
    assert (refused.status_code, card.balance) == (422, D("45.00"))
    assert "already been submitted" in refused.content.decode()

    confirm(boss_client, {**data, "amount": "6.00", "one_time_key": key_of(refused)})
    card.refresh_from_db()
    assert card.balance == D("39.00")


def test_the_key_of_another_users_form_is_not_used_up(boss_client, staff_client, card, other_card):
    data = entered(boss_client, card, other_card)
    confirm(boss_client, data)
    confirm(staff_client("can_transfer", "view_transfer", "view_account"), data)

    card.refresh_from_db()
    assert card.balance == D("40.00")


def test_a_refusal_of_the_ledger_is_shown_on_the_form(boss_client, card, other_card):
    response = confirm(boss_client, entered(boss_client, card, other_card, amount="50.01"))

    assert response.status_code == 422
    assert "has £50.00 available, which is less than £50.01" in response.content.decode()


def test_an_account_and_itself_are_refused(boss_client, card):
    response = confirm(boss_client, entered(boss_client, card, card))

    assert "Choose a different account" in response.content.decode()


def test_accounts_of_two_currencies_are_refused(boss_client, card, other_card, settings):
    from accounts_ledger.models import Account

    dollars = Account.objects.create(currency="USD")
    response = confirm(boss_client, entered(boss_client, card, dollars))

    assert "in USD" in response.content.decode()


def test_a_reason_is_required(boss_client, card, other_card):
    response = confirm(boss_client, entered(boss_client, card, other_card, description=" "))

    assert "description" in response.context["form"].errors


def test_an_amount_may_be_pasted_with_symbol_and_thousands(boss_client, bank, card):
    confirm(boss_client, entered(boss_client, bank, card, amount=" £1,234.50 "))

    assert Transfer.objects.latest("pk").amount == D("1234.50")


@pytest.mark.parametrize(
    "amount",
    [
        "",
        "0",
        "-5",
        "0.001",
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "9" * 400,
        "１２",
        "abc",
        "5;5",
        "1,23",
        "1.234,5",
        "\x00",
        "💷",
    ],
)
def test_nonsense_for_an_amount_moves_nothing_and_says_so(boss_client, card, other_card, amount):
    response = confirm(boss_client, entered(boss_client, card, other_card, amount=amount))

    if amount == "１２":  # full-width digits are digits
        assert Transfer.objects.latest("pk").amount == D("12")
        return
    assert "amount" in response.context["form"].errors
    card.refresh_from_db()
    assert card.balance == D("50.00")


@pytest.mark.parametrize("pk", ["", "0", "-1", "999999", "9" * 30, "9" * 5000, "abc", "1.5", "\x00", "💳", "1 OR 1=1"])
def test_nonsense_for_an_account_moves_nothing_and_says_so(boss_client, card, other_card, pk):
    response = confirm(boss_client, {**entered(boss_client, card, other_card), "destination": pk})

    assert "destination" in response.context["form"].errors
    card.refresh_from_db()
    assert card.balance == D("50.00")


@pytest.mark.parametrize("text", ["x" * 10_000, "a\x00b"])
@pytest.mark.parametrize("field", ["description", "merchant_reference"])
def test_texts_that_cannot_be_kept_are_refused(boss_client, card, other_card, field, text):
    response = confirm(boss_client, entered(boss_client, card, other_card, **{field: text}))

    assert field in response.context["form"].errors


@pytest.mark.parametrize("key", ["", "short", "x" * 5000, "\x00" * 22, "ключ" * 6])
def test_a_form_without_a_proper_key_is_shown_again_with_one(boss_client, card, other_card, key):
    response = confirm(boss_client, entered(boss_client, card, other_card, one_time_key=key))

    card.refresh_from_db()
    assert card.balance == D("50.00")
    assert len(key_of(response)) == 22


@pytest.mark.parametrize("given", ["abc", "9" * 400, "-1", "%00", "💳"])
def test_nonsense_in_a_link_to_the_form_is_ignored(boss_client, given):
    assert boss_client.get(NEW, {"source": given}).status_code == 200


# --- Reversals and refunds -------------------------------------------------------------------------


def undo(client, action, transfer, **given):
    url = page(action, transfer)
    return client.post(url, review(client, url, {**hidden_fields(client.get(url)), "description": "Mistake", **given}))


def test_a_reversal_undoes_the_transfer_and_keeps_the_reason(boss_client, boss, redemption, card):
    undo(boss_client, "reverse", redemption)

    reversal = Transfer.objects.get(parent=redemption)
    card.refresh_from_db()
    assert (reversal.kind, reversal.user, reversal.description) == ("reversal", boss, "Mistake")
    assert card.balance == D("50.00")


def test_a_reversal_submitted_twice_moves_money_once(boss_client, redemption, card):
    url = page("reverse", redemption)
    data = review(boss_client, url, {**hidden_fields(boss_client.get(url)), "description": "Mistake"})
    for _click in range(2):
        assert boss_client.post(page("reverse", redemption), data).status_code == 302

    card.refresh_from_db()
    assert card.balance == D("50.00")


def test_a_second_reversal_is_refused_on_the_form(boss_client, redemption):
    undo(boss_client, "reverse", redemption)
    response = undo(boss_client, "reverse", redemption)

    assert (response.status_code, Transfer.objects.filter(parent=redemption).count()) == (422, 1)


def test_a_refund_offers_what_is_left(boss_client, redemption):
    facade.refund(redemption, D("12.00"))

    assert boss_client.get(page("refund", redemption)).context["form"]["amount"].value() == D("18.00")


def test_a_partial_refund_goes_back_to_the_card(boss_client, redemption, card):
    undo(boss_client, "refund", redemption, amount="12.00")

    card.refresh_from_db()
    assert card.balance == D("32.00")


def test_more_than_what_is_left_is_refused(boss_client, redemption):
    url = page("refund", redemption)
    data = {**hidden_fields(boss_client.get(url)), "description": "Mistake", "amount": "30.01"}
    response = boss_client.post(url, data)

    assert response.status_code == 422
    assert "can still be refunded" in response.content.decode()


def test_opening_the_page_of_a_reversal_reverses_nothing(boss_client, redemption):
    boss_client.get(page("reverse", redemption))

    assert not redemption.is_reversed()


def test_only_what_can_still_be_done_is_offered_on_the_page_of_a_transfer(boss_client, redemption):
    def offered():
        response = boss_client.get(reverse("admin:accounts_ledger_transfer_change", args=(redemption.pk,)))
        return [str(action["title"]) for action in response.context["actions_detail"]]

    assert offered() == ["Refund", "Reverse"]
    facade.refund(redemption, D("1.00"))
    assert offered() == ["Refund"]
    facade.refund(redemption, D("29.00"))
    assert offered() == []


@pytest.mark.parametrize("action", ["reverse", "refund"])
@pytest.mark.parametrize("pk", ["0", "999999", "9" * 30, "abc", "💳", "%00"])
def test_transfers_that_do_not_exist_are_not_found(boss_client, action, pk):
    address = f"/admin/accounts_ledger/transfer/{pk}/{action}/"

    assert boss_client.get(address).status_code == 404
    assert boss_client.post(address).status_code == 404


# --- Choosing an account ---------------------------------------------------------------------------


def found(client, term, **more):
    response = client.post(reverse("admin:accounts_ledger_transfer_accounts"), {"term": term, **more})
    return [result["id"] for result in response.json()["results"]]


def test_an_account_is_found_by_its_whole_code_however_it_is_typed(boss_client, card, other_card):
    typed = f"{card.code[:4]}-{card.code[4:]}".lower()

    assert found(boss_client, typed) == [str(card.pk)]


def test_the_choice_never_shows_a_code(boss_client, card):
    response = boss_client.post(reverse("admin:accounts_ledger_transfer_accounts"), {"term": card.code})

    assert card.code not in response.content.decode()


def test_closed_accounts_are_not_offered(boss_client, redemptions, card):
    facade.transfer(card, redemptions, D("50.00"))
    card.close()

    assert found(boss_client, card.code) == []


@pytest.mark.parametrize("term", ["x" * 5000, "a\x00b", "💳", "%", "\\", "'"])
@pytest.mark.parametrize("page_number", ["", "0", "-1", "abc", "9" * 400])
def test_nonsense_finds_nothing_quietly(boss_client, card, term, page_number):
    assert found(boss_client, term, page=page_number) == []


def test_choosing_needs_the_permission_to_see_accounts(staff_client):
    client = staff_client("view_transfer")

    assert client.post(reverse("admin:accounts_ledger_transfer_accounts")).status_code == 403
