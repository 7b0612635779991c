"""What the database itself refuses, to raw SQL as well as to Django."""

# ruff: noqa: PT012  (what is refused at commit takes several statements before it)

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, ProtectedError
from django.utils import timezone

from accounts_ledger import chart, exceptions, facade
from accounts_ledger.models import Account, Transaction, Transfer
from tests.accounts_ledger.conftest import on_postgresql, on_sqlite

TRANSFER, TRANSACTION, ACCOUNT = (model._meta.db_table for model in (Transfer, Transaction, Account))
IS_POSTGRESQL = connection.vendor == "postgresql"


def sql(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def check_as_at_commit() -> None:
    """Check now what the database otherwise checks at commit."""
    if IS_POSTGRESQL:
        sql("SET CONSTRAINTS ALL IMMEDIATE")
    else:
        connection.check_constraints()


@contextmanager
def refused_by_the_database(match: str) -> Iterator[None]:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        yield
        check_as_at_commit()


@pytest.fixture
def transfer(books, card, redemptions, customer) -> Transfer:
    return facade.transfer(
        card, redemptions, D("30.00"), user=customer, idempotency_key="order", merchant_reference="100001"
    )


def insert_transfer(pk: int, source: Account, destination: Account, amount: str = "10.00", **columns) -> None:
    row = {
        "id": pk,
        "reference": f"RAW{pk}",
        "source_id": source.pk,
        "destination_id": destination.pk,
        "amount": amount,
        "kind": "transfer",
        "username": "",
        "date_created": timezone.now(),
    } | columns
    names = ", ".join(row)
    verb = "INSERT" if IS_POSTGRESQL else "INSERT OR REPLACE"
    sql(f"{verb} INTO {TRANSFER} ({names}) VALUES ({', '.join(['%s'] * len(row))})", *row.values())


def insert_transaction(transfer_pk: int, account: Account, amount: str, sequence: int | None = None, **columns) -> None:
    row = {
        "transfer_id": transfer_pk,
        "account_id": account.pk,
        "amount": amount,
        "balance": "0.00",
        "sequence": sequence or Account.objects.get(pk=account.pk).sequence + 1,
        "date_created": timezone.now(),
    } | columns
    names = ", ".join(row)
    verb = "INSERT" if IS_POSTGRESQL else "INSERT OR REPLACE"
    sql(f"{verb} INTO {TRANSACTION} ({names}) VALUES ({', '.join(['%s'] * len(row))})", *row.values())


# --- Append-only -----------------------------------------------------------------------------------

CHANGES = {
    "reference": "reference = 'X'",
    "source": "source_id = destination_id, destination_id = source_id",
    "amount": "amount = 31",
    "kind": "kind = 'load'",
    "parent": "parent_id = id",
    "merchant reference": "merchant_reference = NULL",
    "description": "description = 'forged'",
    "username": "username = 'somebody else'",
    "key": "idempotency_key = NULL",
    "date": "date_created = '2020-01-01'",
    "id": "id = id + 1000000",
    "another user": "user_id = user_id + 1",
    "nothing": "amount = amount",
    "user and amount": "user_id = NULL, amount = 31",
    "user and name": "user_id = NULL, username = ''",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_transfer_is_not_updated(change, transfer):
    with refused_by_the_database("ledger is append-only: UPDATE on accounts_ledger_transfer is refused"):
        sql(f"UPDATE {TRANSFER} SET {change} WHERE id = %s", transfer.pk)


def test_the_user_of_a_transfer_can_be_forgotten(transfer):
    sql(f"UPDATE {TRANSFER} SET user_id = NULL WHERE id = %s", transfer.pk)

    transfer.refresh_from_db()
    assert (transfer.user, transfer.username) == (None, "customer")


@pytest.mark.parametrize(
    "change", ["amount = amount * 2", "balance = 0", "sequence = 99", "account_id = account_id", "date_created = NULL"]
)
def test_a_transaction_is_not_updated(change, transfer):
    with refused_by_the_database("ledger is append-only: UPDATE on accounts_ledger_transaction is refused"):
        sql(f"UPDATE {TRANSACTION} SET {change}")


@pytest.mark.parametrize("table", [TRANSFER, TRANSACTION])
@pytest.mark.parametrize("where", ["", "WHERE id IN (SELECT MAX(id) FROM {table})"], ids=["all", "one"])
def test_nothing_is_deleted(table, where, transfer):
    with refused_by_the_database(f"ledger is append-only: DELETE on {table} is refused"):
        sql(f"DELETE FROM {table} {where.format(table=table)}")


@on_postgresql
@pytest.mark.parametrize("tables", [TRANSACTION, f"{TRANSFER}, {TRANSACTION}", f"{ACCOUNT} CASCADE"])
def test_nothing_is_truncated(tables, transfer):
    check_as_at_commit()  # pending checks would be refused first

    with refused_by_the_database("ledger is append-only: TRUNCATE on .* is refused"):
        sql(f"TRUNCATE {tables}" if "CASCADE" in tables else f"TRUNCATE {tables} CASCADE")


@on_sqlite
@pytest.mark.parametrize("change", ["reference = 'X'", "amount = 1"])
def test_nothing_is_replaced_by_an_update(change, transfer):
    with refused_by_the_database("ledger is append-only"):
        sql(f"UPDATE OR REPLACE {TRANSFER} SET {change}")


@on_sqlite
@pytest.mark.parametrize("column", ["id", "reference", "idempotency_key"])
def test_a_transfer_is_not_replaced_by_an_insert(column, transfer, card, redemptions):
    pk = transfer.pk if column == "id" else 1_000_000
    same = {column: getattr(transfer, column)}
    with refused_by_the_database("ledger is append-only"):
        if column != "id":
            insert_transaction(pk, card, "-10.00")
            insert_transaction(pk, redemptions, "10.00")
        insert_transfer(pk, card, redemptions, **same)


@on_sqlite
def test_a_reversal_is_not_replaced_by_an_insert(transfer, card, redemptions):
    facade.reverse(transfer)
    card.refresh_from_db()
    redemptions.refresh_from_db()
    with refused_by_the_database("ledger is append-only"):
        insert_transaction(1_000_000, redemptions, "-30.00")
        insert_transaction(1_000_000, card, "30.00")
        insert_transfer(1_000_000, redemptions, card, "30.00", kind="reversal", parent_id=transfer.pk)


@on_sqlite
def test_a_capture_is_not_replaced_by_an_insert(books, card, redemptions):
    capture = facade.capture(facade.hold(card, D("10.00")), destination=redemptions)
    with refused_by_the_database("ledger is append-only"):
        insert_transaction(1_000_000, card, "-10.00")
        insert_transaction(1_000_000, redemptions, "10.00")
        insert_transfer(1_000_000, card, redemptions, hold_id=capture.hold_id)


@on_sqlite
def test_a_transaction_is_not_replaced_by_an_insert(transfer, card):
    debit = transfer.transactions.get(account=card)
    for same in ({"id": debit.pk}, {"sequence": debit.sequence}):
        with refused_by_the_database("ledger is append-only"):
            insert_transaction(1_000_000, card, "-1.00", **same)


def test_django_refuses_too_and_earlier(transfer):
    debit = transfer.transactions.first()
    for act in (
        transfer.save,
        transfer.delete,
        debit.save,
        debit.delete,
        Transfer.objects.all().delete,
        Transaction.objects.all().delete,
        lambda: Transfer.objects.update(amount=1),
        lambda: Transfer.objects.bulk_update([transfer], ["amount"]),
        lambda: Transfer.objects.create(amount=1),
        lambda: transfer.transactions.all().delete(),
    ):
        with pytest.raises(exceptions.AccountException, match="append-only"), transaction.atomic():
            act()


# --- Whole or not at all ---------------------------------------------------------------------------


def insert_posting(pk: int, source: Account, destination: Account, amount: str = "10.00", **columns) -> None:
    """Insert a transfer with its entries as posting does: through the gate on PostgreSQL, entries first on SQLite."""
    if not IS_POSTGRESQL:
        insert_transaction(pk, source, str(-D(amount)))
        insert_transaction(pk, destination, amount)
        insert_transfer(pk, source, destination, amount, **columns)
        return
    row = {
        "id": pk,
        "reference": f"RAW{pk}",
        "source_id": source.pk,
        "destination_id": destination.pk,
        "amount": amount,
        "kind": "transfer",
        "username": "",
        "date_created": timezone.now(),
        "source_balance": "0.00",
        "source_sequence": Account.objects.get(pk=source.pk).sequence + 1,
        "destination_balance": "0.00",
        "destination_sequence": Account.objects.get(pk=destination.pk).sequence + 1,
    } | columns
    sql(
        f"INSERT INTO ledger_posting ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})",
        *row.values(),
    )


def test_a_balanced_transfer_is_accepted(books, card, bank):
    insert_posting(1_000_000, bank, card)
    Account.objects.filter(pk=bank.pk).post(balance=F("balance") - 10)
    Account.objects.filter(pk=card.pk).post(balance=F("balance") + 10)
    check_as_at_commit()


@on_postgresql
def test_a_transfer_that_is_posted_has_its_debit_and_its_credit_by_construction(books, card, bank):
    insert_posting(1_000_000, bank, card, source_balance="-60.00", destination_balance="60.00")

    entries = Transaction.objects.filter(transfer=1_000_000).order_by("amount")
    assert list(entries.values_list("account", "amount", "balance")) == [
        (bank.pk, D("-10.00"), D("-60.00")),
        (card.pk, D("10.00"), D("60.00")),
    ]
    Account.objects.filter(pk=bank.pk).post(balance=F("balance") - 10, sequence=F("sequence") + 1)
    Account.objects.filter(pk=card.pk).post(balance=F("balance") + 10, sequence=F("sequence") + 1)


@on_postgresql
def test_an_entry_is_not_written_but_with_its_transfer(transfer, bank):
    for of in (transfer.pk, 1_000_000):
        with refused_by_the_database("ledger must balance: accounts_ledger_transaction is written through"):
            insert_transaction(of, bank, "10.00")


@on_postgresql
@pytest.mark.parametrize("table", [TRANSFER, TRANSACTION])
def test_nothing_is_copied_past_the_gate(table, transfer):
    with refused_by_the_database("ledger must balance"):
        sql(f"INSERT INTO {table} SELECT * FROM {table} WHERE false")


def test_a_transfer_without_transactions_is_not_committed(books, card, bank):
    with refused_by_the_database("ledger must balance"):
        insert_transfer(1_000_000, bank, card)


def test_a_transfer_with_one_transaction_is_not_committed(books, card, bank):
    with refused_by_the_database("ledger must balance"):
        insert_transaction(1_000_000, bank, "-10.00")
        insert_transfer(1_000_000, bank, card)


@pytest.mark.parametrize(
    ("debit", "credit"), [("-10.00", "9.99"), ("-9.99", "9.99"), ("-9.99", "10.00"), ("10.00", "-10.00")]
)
def test_a_transfer_whose_transactions_do_not_match_it_is_not_committed(debit, credit, books, card, bank):
    with refused_by_the_database("ledger must balance"):
        insert_transaction(1_000_000, bank, debit)
        insert_transaction(1_000_000, card, credit)
        insert_transfer(1_000_000, bank, card)


def test_a_transfer_with_transactions_of_other_accounts_is_not_committed(books, card, bank, redemptions):
    with refused_by_the_database("ledger must balance"):
        insert_transaction(1_000_000, bank, "-10.00")
        insert_transaction(1_000_000, redemptions, "10.00")
        insert_transfer(1_000_000, bank, card)


@on_sqlite
def test_two_debits_are_not_a_transfer(books, card, bank):
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_transaction(1_000_000, bank, "-10.00", 98)
        insert_transaction(1_000_000, bank, "-10.00", 99)


@pytest.mark.parametrize("amount", ["5.00", "-5.00"])
def test_a_third_transaction_is_refused(amount, transfer, bank):
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_transaction(transfer.pk, bank, amount)


def test_transactions_without_a_transfer_are_not_committed(books, card, bank):
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_transaction(1_000_000, bank, "-10.00")
        insert_transaction(1_000_000, card, "10.00")
        check_as_at_commit()


@pytest.mark.django_db(transaction=True)
def test_a_real_commit_is_refused_too(books):
    card, bank = Account.objects.create(), chart.bank()
    with pytest.raises(IntegrityError, match="ledger must balance"), transaction.atomic():
        insert_transfer(1_000_000, bank, card)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_transaction(1_000_000, bank, "-10.00")

    assert not Transfer.objects.exists()
    assert not Transaction.objects.exists()


# --- Constraints -----------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", ["0", "-10.00"])
def test_the_amount_of_a_transfer_is_positive(amount, books, card, bank):
    with pytest.raises(IntegrityError), transaction.atomic():
        if IS_POSTGRESQL:
            insert_posting(1_000_000, bank, card, amount)
        insert_transaction(1_000_000, bank, f"{-D(amount)}" if D(amount) else "1")
        insert_transaction(1_000_000, card, amount if D(amount) else "-1")
        insert_transfer(1_000_000, bank, card, amount)
        check_as_at_commit()


def test_source_and_destination_are_two_accounts(books, card):
    with pytest.raises(IntegrityError, match="transfer_between_two_accounts"), transaction.atomic():
        if IS_POSTGRESQL:
            insert_posting(1_000_000, card, card)
        insert_transaction(1_000_000, card, "-10.00", 98)
        insert_transaction(1_000_000, card, "10.00", 99)
        insert_transfer(1_000_000, card, card)


@on_sqlite
def test_a_transaction_moves_something(books, card):
    with pytest.raises(IntegrityError, match="transaction_amount_not_zero"), transaction.atomic():
        insert_transaction(1_000_000, card, "0")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("balance = -0.01", "account_within_credit_limit|account_held_is_available"),
        ("balance = -100.01, credit_limit = 100", "account_within_credit_limit|account_held_is_available"),
        ("held = -0.01", "account_held_not_negative"),
        ("held = 50.01", "account_held_is_available"),
        ("credit_limit = -1", "account_credit_limit_not_negative"),
    ],
)
def test_an_account_keeps_within_its_limits(change, constraint, card):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        sql(f"UPDATE {ACCOUNT} SET {change} WHERE id = %s", card.pk)


@pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite's guard against INSERT OR REPLACE is asked before")
def test_the_number_of_a_transaction_is_unique_within_its_account(books, card, bank):
    with pytest.raises(IntegrityError, match="transaction_account_sequence"), transaction.atomic():
        insert_posting(1_000_000, bank, card, destination_sequence=card.sequence)


@on_postgresql
def test_references_and_keys_are_unique(transfer, card, bank):
    for same in ({"reference": transfer.reference}, {"idempotency_key": "order"}):
        with pytest.raises(IntegrityError, match="_unique"), transaction.atomic():
            insert_posting(1_000_000, bank, card, **same)


# --- What stays ------------------------------------------------------------------------------------


def test_an_account_with_history_is_not_deleted(transfer, card):
    with pytest.raises(ProtectedError):
        card.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(f"DELETE FROM {ACCOUNT} WHERE id = %s", card.pk)
        check_as_at_commit()


def test_an_account_with_a_hold_is_not_deleted(books, card):
    facade.hold(card, D("1.00"))

    with pytest.raises(ProtectedError):
        card.delete()


def test_an_account_without_history_can_be_deleted(make_card):
    card = make_card("0.00")
    card.delete()

    assert not Account.objects.filter(pk=card.pk).exists()


def test_deleting_a_user_keeps_transfers_holds_and_accounts(transfer, card, customer):
    hold = facade.hold(card, D("1.00"), user=customer)
    Account.objects.filter(pk=card.pk).update(primary_user=customer)

    customer.delete()

    for kept in (transfer, hold, card):
        kept.refresh_from_db()
    assert (transfer.user, transfer.username) == (None, "customer")
    assert (hold.user, hold.username) == (None, "customer")
    assert card.primary_user is None


def test_deleting_many_users_keeps_their_transfers(make_user, card, redemptions):
    users = [make_user() for _ in range(3)]
    for user in users:
        facade.transfer(card, redemptions, D("1.00"), user=user)

    type(users[0]).objects.filter(pk__in=[user.pk for user in users]).delete()

    assert set(card.source_transfers.values_list("user", "username")) == {(None, user.username) for user in users}


def test_the_ledgers_columns_of_an_account_are_not_written_by_a_queryset(card):
    for column in ("balance", "held", "sequence"):
        with pytest.raises(exceptions.AccountException, match=column):
            Account.objects.update(**{column: 1})
        with pytest.raises(exceptions.AccountException, match=column), transaction.atomic():
            Account.objects.bulk_update([card], [column])
