"""Whatever is put into the facade, what leaves it is an AccountException, and nothing was written."""

from __future__ import annotations

import contextlib
import datetime
import inspect
from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from accounts_ledger import chart, exceptions, facade, locks, posting
from accounts_ledger.models import Account, AccountType, Hold, Transfer

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def hold(card) -> Hold:
    return facade.hold(card, D("5.00"))


@pytest.fixture
def other(make_card) -> Account:
    return make_card("10.00")


@pytest.fixture
def load(card) -> Transfer:
    return Transfer.objects.get(destination=card)


@pytest.fixture
def good(card, other, bank, hold, load, clerk, db) -> dict:
    """Arguments with which each function of the facade would do what it is asked."""
    return {
        "transfer": {"source": card, "destination": other, "amount": D("1.00")},
        "transfer_many": {
            "requests": [facade.TransferRequest(source=card, destination=other, amount=D("1.00"))],
        },
        "reverse": {"transfer": load},
        "refund": {"transfer": load, "amount": D("1.00")},
        "issue": {"source": bank, "amount": D("1.00")},
        "issuing": {"source": bank},
        "new_code": {"account_type": None},
        "top_up": {"account": card, "source": bank, "amount": D("1.00")},
        "withdraw": {"account": card, "destination": bank, "amount": D("1.00")},
        "hold": {"account": card, "amount": D("1.00")},
        "capture": {"hold": hold},
        "capture_many": {"holds": [hold]},
        "void": {"hold": hold},
        "lock": {"accounts": [card]},
        "release_expired_holds": {},
        "take_back": {"load": load},
        "while_locked": {"act": lambda: None, "accounts": [card]},
        "freeze": {"account": card},
        "freeze_many": {"accounts": [card]},
        "thaw": {"account": card},
        "thaw_many": {"accounts": [card]},
        "extend": {"account": card, "end_date": None},
        "extend_many": {"accounts": [card], "end_date": None},
        "close": {"account": other, "remainder_to": bank},
        "replace": {"account": other},
        "close_expired_accounts": {},
    }


#: Instances whose ids no row has.
NOWHERE = [2**70, -1, 0, "abc", D("NaN"), True]


#: What no function takes for the argument of this name.
WRONG = {
    "account": [None, 7, "CODE2345", AnonymousUser(), *(Account(pk=pk) for pk in NOWHERE)],
    "source": [None, 7, "CODE2345", AnonymousUser(), *(Account(pk=pk, currency="GBP") for pk in NOWHERE)],
    "destination": [7, "CODE2345", AnonymousUser()],
    "remainder_to": [7, "CODE2345", AnonymousUser()],
    "transfer": [None, 7, "REFERENCE", *(Transfer(pk=pk) for pk in NOWHERE)],
    "load": [None, 7, "REFERENCE", *(Transfer(pk=pk) for pk in NOWHERE)],
    "parent": [7, "REFERENCE", AnonymousUser()],
    "hold": [None, 7, "REFERENCE", *(Hold(pk=pk) for pk in NOWHERE)],
    "user": [7, "clerk", D("1.00"), AnonymousUser],
    "amount": [None, 1.5, "1.00", True, D("NaN"), D("Infinity"), D("-1.00"), D(0)],
    "merchant_reference": [7, "x" * 129, "\x00", "\ud800", b"bytes"],
    "description": [7, "x" * 257, "\x00", "\udfff"],
    "idempotency_key": [7, "x" * 129, "\x00"],
    "reason": [7, "x" * 101, "\x00"],
    "reference": [7, "x" * 65, "\x00"],
    "kind": [7, None, "no such kind", Transfer.Kind.REFUND],
    "expires_at": ["tomorrow", 7],
    "end_date": ["tomorrow", 7],
    "now": ["tomorrow", 7],
    "code": [7, "x" * 129, "\x00"],
    "account_type": [7, "CASH", AnonymousUser()],
    "accounts": [[None], [7], ["CODE2345"], 7, "CODE2345", [Account(pk=2**70)]],
    "holds": [[None], [7], 7, [Hold(pk=2**70)]],
    "transfers": [[None], [7], 7, [Transfer(pk=2**70)]],
    "requests": [[None], [7], ["CODE2345"], None, 7, "CODE2345"],
    "act": [None, 7, "CODE2345"],
    "seen": [7, "CODE2345", [1], {2**70: D(1)}, {"abc": D(1)}],
}
#: Those that may be left out, and say nothing then.
_MAY_BE_NONE = {(name, argument) for name in ("capture", "capture_many") for argument in ("amount", "kind")}


def call(function: str, arguments: dict) -> object:
    made = getattr(facade, function)(**arguments)
    if function == "issuing":
        with made as issue:
            issue.add([facade.NewAccount("DOORX7KQ9M2HVT4R", D("1.00"))])
    return made


def cases() -> list[tuple[str, str, object]]:
    found = []
    for function in facade.__all__:
        if inspect.isfunction(getattr(facade, function)):
            for name in inspect.signature(getattr(facade, function)).parameters:
                found += [(function, name, wrong) for wrong in WRONG.get(name, ())]
    return [case for case in found if case[2] is not None or (case[0], case[1]) not in _MAY_BE_NONE]


@pytest.mark.parametrize("function", sorted({function for function, _name, _wrong in cases()}))
def test_what_is_of_another_kind_is_refused_in_words(function, good, books):
    for name, wrong in [(name, wrong) for of, name, wrong in cases() if of == function]:
        before = Transfer.objects.count(), Account.objects.count(), Hold.objects.count()
        with pytest.raises(exceptions.AccountException, match=r"\w"), transaction.atomic():
            call(function, good[function] | {name: wrong})
        assert (Transfer.objects.count(), Account.objects.count(), Hold.objects.count()) == before


def test_every_function_of_the_facade_is_tried(good):
    functions = {name for name in facade.__all__ if inspect.isfunction(getattr(facade, name))}

    assert functions == good.keys()


def test_a_user_in_the_place_of_the_parent_is_refused(card, other, clerk, refused):
    with refused(exceptions.InvalidArgument, match="parent"):
        facade.transfer(card, other, D("1.00"), clerk)


def test_a_parent_that_was_never_posted_is_refused(card, other, refused):
    with refused(exceptions.TransferNotFound):
        facade.transfer(card, other, D("1.00"), parent=Transfer(pk=99_999_999, reference="NEVER"))


def test_a_parent_that_was_posted_is_kept(card, other, load, books):
    assert facade.transfer(card, other, D("1.00"), parent=load).parent == load


def test_a_batch_captures_no_hold(card, other, hold, refused):
    request = facade.TransferRequest(source=card, destination=other, amount=D("1.00"), captures=hold)

    with refused(exceptions.BatchRefused):
        facade.transfer_many([request])


def test_a_transfer_that_was_deleted_from_memory_only_is_not_undone(refused):
    with refused(exceptions.TransferNotFound):
        facade.reverse(Transfer(reference="NEVER"))


# --- What the database refuses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"code": "TAKNX7KQ9M2HVT4R"}, exceptions.CodeTaken),
        ({"name": "Taken"}, exceptions.NameTaken),
        ({"chart_code": "BANK:GBP"}, exceptions.RefusedByDatabase),
        ({"credit_limit": D("-1.00")}, exceptions.RefusedByDatabase),
        ({"credit_limit": D("NaN")}, exceptions.InvalidArgument),
        ({"credit_limit": D("1e13")}, exceptions.InvalidArgument),
        ({"status": "Lost"}, exceptions.InvalidArgument),
        ({"currency": "POUNDS"}, exceptions.InvalidArgument),
        ({"holder_email": "x" * 300}, exceptions.InvalidArgument),
        ({"name": "x" * 200}, exceptions.InvalidArgument),
        ({"primary_user_id": 99_999_999}, exceptions.InvalidArgument),
        ({"account_type_id": 99_999_999}, exceptions.InvalidArgument),
        ({"product_range_id": 99_999_999}, exceptions.InvalidArgument),
        ({"primary_user": "clerk"}, exceptions.InvalidArgument),
        ({"end_date": "tomorrow"}, exceptions.InvalidDate),
        ({"start_date": 7}, exceptions.InvalidDate),
        ({"start_date": datetime.datetime.min}, exceptions.InvalidDate),
        ({"account_description": "\ud800"}, exceptions.InvalidText),
        ({"name": "\x00"}, exceptions.InvalidText),
        ({"credit_limit": ""}, exceptions.InvalidArgument),
        ({"credit_limit": []}, exceptions.InvalidArgument),
        ({"account_type": AccountType()}, exceptions.InvalidArgument),
        ({"primary_user": get_user_model()()}, exceptions.InvalidArgument),
        ({"product_range_id": float("inf")}, exceptions.InvalidArgument),
        ({"no_such_field": 1}, exceptions.InvalidArgument),
        ({"balance": D("100.00")}, exceptions.InvalidArgument),
        ({"pk": 1}, exceptions.InvalidArgument),
        ({"code_hash": b"0"}, exceptions.InvalidArgument),
    ],
)
def test_issuing_one_account_is_refused_in_words(bank, fields, refusal, refused):
    facade.issue(bank, D("1.00"), code="TAKNX7KQ9M2HVT4R", name="Taken")

    with refused(refusal), transaction.atomic():
        facade.issue(bank, D("1.00"), **fields)


def test_a_merchant_reference_may_come_again_in_a_bulk_issue(bank, books):
    for code in ("FRSTX7KQ9M2HVT4R", "SCNDX7KQ9M2HVT4R"):
        with facade.issuing(bank, merchant_reference="PO 7") as issue:
            issue.add([facade.NewAccount(code, D("1.00"))])

    assert Transfer.objects.filter(merchant_reference="PO 7", kind=Transfer.Kind.LOAD).count() == 2


def test_a_merchant_reference_may_be_the_name_of_an_account(bank, books):
    with facade.issuing(bank, merchant_reference=bank.name) as issue:
        issue.add([facade.NewAccount("FRSTX7KQ9M2HVT4R", D("1.00"))])


@pytest.mark.parametrize(
    ("new", "refusal"),
    [
        (facade.NewAccount("TAKNX7KQ9M2HVT4R", D("1.00")), exceptions.CodeTaken),
        (facade.NewAccount("FRSHX7KQ9M2HVT4R", D("1.00"), status="Lost"), exceptions.InvalidArgument),
        (facade.NewAccount("FRSHX7KQ9M2HVT4R", D("1.00"), primary_user_id=99_999_999), exceptions.RefusedByDatabase),
        (facade.NewAccount("FRSHX7KQ9M2HVT4R", D("1.00"), account_type_id=99_999_999), exceptions.RefusedByDatabase),
        (facade.NewAccount("FRSHX7KQ9M2HVT4R", D("1.00"), end_date="tomorrow"), exceptions.InvalidDate),
        (facade.NewAccount("FRSHX7KQ9M2HVT4R", D("1.00"), primary_user_id="clerk"), exceptions.InvalidArgument),
        (facade.NewAccount("FRSHX7KQ9M2HVT4R", D("1.00"), account_type_id=2**70), exceptions.InvalidArgument),
        (facade.NewAccount("FRSHX7KQ9M2HVT4R", D("1.00"), batch_id={}), exceptions.InvalidArgument),
        (facade.NewAccount("FRSHX7KQ9M2HVT4R", D("1.00"), description="\ud800"), exceptions.InvalidText),
        (facade.NewAccount("FRSHX7KQ9M2HVT4R", D("1.00"), holder_email=7), exceptions.InvalidText),
        (facade.NewAccount(None, D("1.00")), exceptions.InvalidText),
        (facade.NewAccount(" - ", D("1.00")), exceptions.InvalidText),
        (facade.NewAccount("taknx7kq9m2hvt4r", D("1.00")), exceptions.CodeTaken),
        (facade.NewAccount("TAKN-X7KQ-9M2H-VT4R", D("1.00")), exceptions.CodeTaken),
        (facade.NewAccount("\u202aTAKNX7KQ9M2HVT4R\u202c", D("1.00")), exceptions.CodeTaken),
        (("FRSHX7KQ9M2HVT4R", D("1.00")), exceptions.InvalidArgument),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_bulk_issue_is_refused_in_words(new, refusal):
    bank = chart.bank()
    facade.issue(bank, D("1.00"), code="TAKNX7KQ9M2HVT4R")
    before = Account.objects.count()

    with pytest.raises(refusal), facade.issuing(bank) as issue:
        issue.add([new])
    assert Account.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_a_bulk_issue_of_which_a_part_was_refused_writes_nothing():
    bank = chart.bank()
    facade.issue(bank, D("1.00"), code="TAKNX7KQ9M2HVT4R")
    before = Account.objects.count()

    def issue_all() -> None:
        with facade.issuing(bank) as issue:
            issue.add([facade.NewAccount("FRSHX7KQ9M2HVT4R", D("1.00"))])
            with contextlib.suppress(exceptions.CodeTaken):
                issue.add([facade.NewAccount("TAKNX7KQ9M2HVT4R", D("1.00"))])

    with pytest.raises(exceptions.CodeTaken):
        issue_all()
    assert Account.objects.count() == before


@pytest.mark.parametrize(
    "typed", ["frsh-x7kq-9m2h-vt4r", "\u200fFRSHX7KQ9M2HVT4R", "\uff26RSH\u2212X7KQ\u00a09M2HVT4R"]
)
def test_a_code_of_a_bulk_issue_is_found_however_it_was_written(bank, typed, books):
    with facade.issuing(bank) as issue:
        issue.add([facade.NewAccount(typed, D("1.00"))])

    assert Account.objects.get(code="FRSHX7KQ9M2HVT4R").code == "FRSHX7KQ9M2HVT4R"


def test_an_error_of_the_callers_own_leaves_a_bulk_issue_as_it_is(bank):
    with pytest.raises(IntegrityError, match="the caller's"), transaction.atomic(), facade.issuing(bank):
        raise IntegrityError("the caller's")


def test_a_reference_and_a_key_of_another_transfer_are_refused(card, other, load, refused):
    facade.transfer(card, other, D("1.00"), idempotency_key="once")

    with refused(exceptions.IdempotencyConflict):
        facade.transfer(card, other, D("2.00"), idempotency_key="once")
    request = facade.TransferRequest(source=card, destination=other, amount=D("1.00"), reference=load.reference)
    with refused(exceptions.BatchRefused) as caught:
        facade.transfer_many([request])
    assert type(caught.value.cause) is exceptions.ReferenceTaken


def test_a_moment_that_no_database_can_store_is_refused(card, refused):
    far_west = datetime.timezone(datetime.timedelta(hours=-12))

    with refused(exceptions.InvalidDate):
        facade.hold(card, D("1.00"), expires_at=datetime.datetime.max.replace(tzinfo=far_west))


def test_accounts_that_come_one_by_one_stay_locked_when_it_is_done_again(card, monkeypatch):
    locked = []
    monkeypatch.setattr(locks, "holds", lambda pks: locked.append(list(pks)))

    def twice(act):
        act()
        return act()

    monkeypatch.setattr(posting, "retry_on_conflict", twice)
    hold = facade.hold(card, D("1.00"))

    facade.while_locked(lambda: None, holds=iter([hold]))

    assert locked == [[hold.pk], [hold.pk]]
