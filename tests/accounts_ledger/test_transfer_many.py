"""Many transfers in one act: all or nothing, by the same rules as single ones."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts_ledger import exceptions, facade
from accounts_ledger.facade import TransferRequest
from accounts_ledger.models import Account, Transaction, Transfer

pytestmark = pytest.mark.usefixtures("books", "engine")


def request(source, destination, amount="10.00", **fields) -> TransferRequest:
    return TransferRequest(source=source, destination=destination, amount=D(amount), **fields)


@pytest.fixture
def cards(db) -> list[Account]:
    return [Account.objects.create() for _ in range(3)]


def test_posts_every_request_in_the_order_given(bank, cards):
    transfers = facade.transfer_many([request(bank, card, amount) for card, amount in zip(cards, "321", strict=True)])

    assert [transfer.destination for transfer in transfers] == cards
    assert [transfer.amount for transfer in transfers] == [3, 2, 1]
    assert [transfer.pk for transfer in transfers] == sorted(transfer.pk for transfer in transfers)


def test_what_is_returned_is_what_was_stored(bank, cards, clerk):
    transfers = facade.transfer_many(
        [
            request(bank, card, user=clerk, merchant_reference="m", description="d", idempotency_key=f"k{card.pk}")
            for card in cards
        ]
    )

    for returned in transfers:
        stored = Transfer.objects.get(pk=returned.pk)
        for field in Transfer._meta.concrete_fields:
            assert getattr(returned, field.attname) == getattr(stored, field.attname), field.name


def test_moments_are_stored_as_those_of_single_transfers(bank, cards):
    transfers = facade.transfer_many([request(bank, card) for card in cards])

    found = Transaction.objects.filter(date_created__in=[transfer.date_created for transfer in transfers])
    assert found.count() == 2 * len(transfers)


def test_the_passed_instances_carry_their_new_balances(bank, cards):
    facade.transfer_many([request(bank, card) for card in cards])

    assert [(card.balance, card.sequence) for card in cards] == [(D("10.00"), 1)] * 3
    assert (bank.balance, bank.sequence) == (D("-30.00"), 3)


def test_running_balances_and_sequence_numbers_are_those_of_single_transfers(bank, cards):
    card, other, _ = cards
    facade.transfer_many([request(bank, card, "10.00"), request(card, other, "4.00"), request(bank, card, "1.00")])

    told = card.transactions.order_by("sequence").values_list("sequence", "amount", "balance")
    assert list(told) == [(1, 10, 10), (2, -4, 6), (3, 1, 7)]


def test_later_requests_see_what_earlier_ones_did(bank, cards):
    first, second, third = cards
    facade.transfer_many([request(bank, first), request(first, second), request(second, third)])

    assert [card.balance for card in cards] == [0, 0, 10]


def test_the_order_matters(bank, cards, refused):
    first, second, _ = cards

    with refused(exceptions.BatchRefused) as caught:
        facade.transfer_many([request(first, second), request(bank, first)])
    assert caught.value.position == 0


def test_one_refusal_refuses_all_and_says_which_and_why(bank, cards, refused):
    with refused(exceptions.BatchRefused) as caught:
        facade.transfer_many([request(bank, cards[0]), request(cards[1], cards[2]), request(bank, cards[2])])

    assert caught.value.position == 1
    assert type(caught.value.cause) is exceptions.InsufficientFunds
    assert str(caught.value).startswith("Request 2: ")


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"amount": D("0")}, exceptions.InvalidAmount),
        ({"amount": 1.5}, exceptions.InvalidAmount),
        ({"amount": D("NaN")}, exceptions.InvalidAmount),
        ({"amount": D("0.001")}, exceptions.InvalidAmount),
        ({"description": "x" * 257}, exceptions.InvalidText),
        ({"merchant_reference": "\x00"}, exceptions.InvalidText),
        ({"idempotency_key": "\ud800"}, exceptions.InvalidText),
        ({"reference": "x" * 65}, exceptions.InvalidText),
        ({"reference": ""}, exceptions.InvalidText),
        ({"reference": None}, exceptions.InvalidText),
        ({"reference": 7}, exceptions.InvalidText),
        ({"kind": "theft"}, exceptions.InvalidKind),
        ({"kind": Transfer.Kind.REFUND}, exceptions.InvalidKind),
        ({"kind": Transfer.Kind.REVERSAL}, exceptions.InvalidKind),
    ],
    ids=repr,
)
@pytest.mark.parametrize("size", [1, 3])
def test_a_malformed_request_refuses_all(size, changes, cause, bank, cards, refused):
    good = [request(bank, card) for card in cards[1:size]]
    bad = TransferRequest(**{"source": bank, "destination": cards[0], "amount": D("1.00")} | changes)

    with refused(exceptions.BatchRefused) as caught:
        facade.transfer_many([*good, bad])
    assert (caught.value.position, type(caught.value.cause)) == (len(good), cause)


@pytest.mark.parametrize("size", [1, 2])
def test_every_rule_of_a_transfer_is_one_of_a_batch(size, make_card, bank, customer, stranger, refused):
    frozen, closed, owned = make_card("0"), make_card("0"), make_card(primary_user=customer)
    facade.freeze(frozen)
    facade.close(closed)
    euros, unsaved, gone = Account.objects.create(currency="EUR"), Account(), make_card("0")
    Account.objects.filter(pk=gone.pk).delete()
    good, plain = make_card("0"), make_card("0")
    cases = {
        exceptions.FrozenAccount: request(bank, frozen),
        exceptions.ClosedAccount: request(bank, closed),
        exceptions.NotAuthorised: request(owned, plain, user=stranger),
        exceptions.CurrencyMismatch: request(bank, euros),
        exceptions.SameAccount: request(bank, bank),
        exceptions.InsufficientFunds: request(plain, bank),
    }
    for cause, bad in [*cases.items(), (exceptions.NotAuthorised, request(owned, plain, user=AnonymousUser()))]:
        with refused(exceptions.BatchRefused) as caught:
            facade.transfer_many([request(bank, good), bad][2 - size :])
        assert (caught.value.position, type(caught.value.cause)) == (size - 1, cause)
    for missing in (unsaved, gone):
        with refused(exceptions.BatchRefused) as caught:
            facade.transfer_many([request(bank, good), request(bank, missing)][2 - size :])
        assert (caught.value.position, type(caught.value.cause)) == (size - 1, exceptions.AccountNotFound)


def test_a_refusal_leaves_the_passed_instances_alone(bank, cards):
    with pytest.raises(exceptions.BatchRefused):
        facade.transfer_many([request(bank, cards[0]), request(cards[1], cards[2])])

    assert (bank.balance, cards[0].balance, cards[0].sequence) == (0, 0, 0)


def test_staff_can_move_money_of_any_account(make_card, redemptions, customer, clerk):
    cards = [make_card(primary_user=customer) for _ in range(2)]
    facade.transfer_many([request(card, redemptions, user=clerk, check_authority=False) for card in cards])

    assert redemptions.balance == D("20.00")


def test_nothing_asked_is_nothing_done(db, nothing_written):
    with nothing_written():
        assert facade.transfer_many([]) == []


def test_requests_may_come_from_a_generator(bank, cards):
    assert len(facade.transfer_many(request(bank, card) for card in cards)) == 3


def test_is_undone_with_the_callers_transaction(bank, cards, nothing_written):
    with nothing_written(), transaction.atomic():
        facade.transfer_many([request(bank, card) for card in cards])
        transaction.set_rollback(True)  # as an exception would


def test_a_refusal_does_not_poison_the_callers_transaction(bank, cards):
    with transaction.atomic():
        with pytest.raises(exceptions.BatchRefused):
            facade.transfer_many([request(bank, cards[0]), request(cards[1], cards[2])])
        facade.transfer_many([request(bank, card) for card in cards])

    assert Transaction.objects.count() == 6


# --- Idempotency -----------------------------------------------------------------------------------


def keyed(bank, cards) -> list[TransferRequest]:
    return [request(bank, card, idempotency_key=f"row {number}") for number, card in enumerate(cards)]


def test_a_repeated_batch_returns_the_first_transfers(bank, cards):
    first = facade.transfer_many(keyed(bank, cards))
    second = facade.transfer_many(keyed(bank, cards))

    assert second == first
    assert bank.balance == D("-30.00")


def test_a_batch_that_was_begun_singly_is_completed(bank, cards):
    single = facade.transfer(bank, cards[1], D("10.00"), idempotency_key="row 1")
    transfers = facade.transfer_many(keyed(bank, cards))

    assert transfers[1] == single
    assert [card.balance for card in cards] == [10, 10, 10]


def test_a_key_used_for_another_request_refuses_all(bank, cards, refused):
    facade.transfer(bank, cards[1], D("11.00"), idempotency_key="row 1")

    with refused(exceptions.BatchRefused) as caught:
        facade.transfer_many(keyed(bank, cards))
    assert (caught.value.position, type(caught.value.cause)) == (1, exceptions.IdempotencyConflict)


def test_a_key_twice_in_one_batch_moves_money_once(bank, cards):
    transfers = facade.transfer_many(
        [request(bank, cards[0], idempotency_key="once"), request(bank, cards[0], idempotency_key="once")]
    )

    assert transfers[0] == transfers[1]
    assert (cards[0].balance, Transfer.objects.count()) == (10, 1)


def test_a_key_twice_in_one_batch_for_different_requests_refuses_all(bank, cards, refused):
    with refused(exceptions.BatchRefused) as caught:
        facade.transfer_many(
            [request(bank, cards[0], idempotency_key="once"), request(bank, cards[1], idempotency_key="once")]
        )
    assert (caught.value.position, type(caught.value.cause)) == (1, exceptions.IdempotencyConflict)


def test_empty_keys_are_no_keys(bank, cards):
    facade.transfer_many([request(bank, card, idempotency_key="") for card in cards])

    assert [card.balance for card in cards] == [10, 10, 10]


# --- References of the caller's own ------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 3])
def test_a_reference_of_another_transfer_refuses_all(size, bank, cards, refused):
    earlier = facade.transfer(bank, cards[0], D("10.00"))
    good = [request(bank, card) for card in cards[1:size]]

    with refused(exceptions.BatchRefused, match=f"There is a transfer {earlier.reference} already") as caught:
        facade.transfer_many([*good, request(bank, cards[0], reference=earlier.reference)])
    assert (caught.value.position, type(caught.value.cause)) == (len(good), exceptions.ReferenceTaken)


def test_a_reference_twice_in_one_batch_refuses_all(bank, cards, refused):
    with refused(exceptions.BatchRefused) as caught:
        facade.transfer_many([request(bank, card, reference="MINE") for card in cards])
    assert (caught.value.position, type(caught.value.cause)) == (1, exceptions.ReferenceTaken)


@pytest.mark.parametrize("keys", [("a", "b"), ("b", "a"), ("a", None), (None, "a")])
def test_a_reference_twice_with_different_keys_refuses_all(keys, bank, cards, refused):
    requests = [request(bank, cards[0], reference="MINE", idempotency_key=key) for key in keys]

    with refused(exceptions.BatchRefused) as caught:
        facade.transfer_many(requests)
    assert (caught.value.position, type(caught.value.cause)) == (1, exceptions.ReferenceTaken)


def test_a_repeated_request_does_not_count_as_another_that_took_the_reference(bank, cards, refused):
    first = request(bank, cards[0], reference="MINE", idempotency_key="once")
    facade.transfer_many([first])

    with refused(exceptions.BatchRefused) as caught:
        facade.transfer_many([first, request(bank, cards[1], reference="MINE")])
    assert (caught.value.position, type(caught.value.cause)) == (1, exceptions.ReferenceTaken)


@pytest.mark.parametrize("size", [1, 2])
def test_a_taken_reference_does_not_poison_the_callers_transaction(size, bank, cards):
    taken = facade.transfer(bank, cards[0], D("10.00")).reference
    with transaction.atomic():
        with pytest.raises(exceptions.BatchRefused):
            facade.transfer_many([request(bank, card, reference=taken) for card in cards[:size]])
        facade.transfer_many([request(bank, card) for card in cards])

    assert [card.balance for card in cards] == [20, 10, 10]


# --- What it costs ---------------------------------------------------------------------------------


def test_the_number_of_statements_does_not_depend_on_who_may_spend(make_card, redemptions, customer):
    def cost(count: int) -> int:
        cards = [make_card() for _ in range(count)]
        for card in cards:
            card.secondary_users.add(customer)
        with CaptureQueriesContext(connection) as queries:
            facade.transfer_many([request(card, redemptions, user=customer) for card in cards])
        return len([query for query in queries if not query["sql"].startswith("UPDATE")])

    assert cost(20) == cost(2)
