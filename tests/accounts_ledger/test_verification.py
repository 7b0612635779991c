"""Verification finds each way in which books can be wrong, and nothing that is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, connection, transaction

from accounts_ledger import facade, guards, verification
from accounts_ledger.models import Account, Hold, Transaction, Transfer
from accounts_ledger.verification.report import KEPT

pytestmark = pytest.mark.django_db


@dataclass
class Books:
    """A card with one of everything: load, redemption, refund, an open hold and a captured one."""

    card: Account
    load: Transfer
    redemption: Transfer
    refund: Transfer
    open_hold: Hold
    captured_hold: Hold


@pytest.fixture
def story(bank, redemptions) -> Books:
    card = facade.issue(bank, D("50.00"))
    load = card.destination_transfers.get()
    redemption = facade.transfer(card, redemptions, D("30.10"), kind=Transfer.Kind.REDEMPTION)
    refund = facade.refund(redemption, D("5.20"))
    open_hold = facade.hold(card, D("3.00"))
    captured_hold = facade.hold(card, D("2.00"))
    facade.capture(captured_hold, D("1.50"))
    card.refresh_from_db()
    return Books(card, load, redemption, refund, open_hold, captured_hold)


def checks_that_find(corruption: str) -> set[str]:
    """Corrupt the books by *corruption* with the guards lifted, verify them, put everything back."""
    with transaction.atomic():
        with guards_lifted():
            sql(corruption)
        found = {finding.check for finding in verification.verify_ledger().findings}
        transaction.set_rollback(True)
    return found


class guards_lifted:
    """`guards.lifted`, and on PostgreSQL the foreign keys' triggers too: what only a superuser can do."""

    def __enter__(self) -> None:
        if connection.vendor == "postgresql":
            sql("SET CONSTRAINTS ALL IMMEDIATE")
            sql("SET LOCAL session_replication_role = replica")
        self.guards = guards.lifted(connection)
        self.guards.__enter__()

    def __exit__(self, *exception: object) -> None:
        self.guards.__exit__(*exception)
        if connection.vendor == "postgresql":
            sql("SET LOCAL session_replication_role = origin")


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def newest(account: Account) -> Transaction:
    return account.transactions.order_by("-sequence").first()


def oldest(account: Account) -> Transaction:
    return account.transactions.order_by("sequence").first()


def set_column(row: object, assignment: str) -> str:
    return f"UPDATE {row._meta.db_table} SET {assignment} WHERE id = {row.pk}"


def delete(row: object) -> str:
    return f"DELETE FROM {row._meta.db_table} WHERE id = {row.pk}"


LOST_TRANSACTION = {"account_balance", "account_sequence", "transfer_sides", "transfer_zero_sum"}

#: name → (how to corrupt the story, the checks that find it: these and no others)
CORRUPTIONS: dict[str, tuple[Callable[[Books], str], set[str]]] = {
    "a balance was changed": (
        lambda story: set_column(story.card, "balance = balance + 0.01"),
        {"account_balance", "currency_zero_sum"},
    ),
    "balances were changed so that they still sum to zero": (
        lambda story: (
            "UPDATE accounts_ledger_account SET balance = balance + CASE"
            f" WHEN id = {story.card.pk} THEN 1 ELSE -1 END"
            f" WHERE id IN ({story.card.pk}, {story.load.source_id})"
        ),
        {"account_balance"},
    ),
    "an account's number of transactions was changed": (
        lambda story: set_column(story.card, "sequence = sequence + 1"),
        {"account_sequence"},
    ),
    "held value was changed": (lambda story: set_column(story.card, "held = held + 0.01"), {"account_held"}),
    "an open hold was deleted": (lambda story: delete(story.open_hold), {"account_held"}),
    "an open hold was marked as captured": (
        lambda story: set_column(story.open_hold, "status = 'captured'"),
        {"account_held", "hold_capture"},
    ),
    "a hold was captured for more than its amount": (
        lambda story: set_column(story.captured_hold, "amount = 1.49"),
        {"hold_capture"},
    ),
    "a running balance was changed": (
        lambda story: set_column(newest(story.card), "balance = balance + 0.01"),
        {"running_balance"},
    ),
    "the amount of a transaction was changed": (
        lambda story: set_column(newest(story.card), "amount = amount + 0.01"),
        {"account_balance", "running_balance", "transfer_sides", "transfer_zero_sum"},
    ),
    "the newest transaction was lost": (lambda story: delete(newest(story.card)), LOST_TRANSACTION),
    "the oldest transaction was lost": (
        lambda story: delete(oldest(story.card)),
        LOST_TRANSACTION | {"sequence_gap", "running_balance"},
    ),
    "a transaction was renumbered": (
        lambda story: set_column(newest(story.card), "sequence = sequence + 1"),
        {"sequence_gap"},
    ),
    "a transaction was dated back": (
        lambda story: set_column(newest(story.card), "date_created = '2001-01-01 00:00:00+00:00'"),
        {"date_order", "transfer_sides"},
    ),
    "a transaction was booked on another account": (
        lambda story: set_column(newest(story.card), f"account_id = {story.load.source_id}, sequence = 99"),
        {"account_balance", "account_sequence", "running_balance", "sequence_gap", "transfer_sides"},
    ),
    "the amount of a transfer was changed": (
        lambda story: set_column(story.load, "amount = amount + 0.01"),
        {"transfer_sides"},
    ),
    "the destination of a transfer was changed": (
        lambda story: set_column(story.redemption, f"destination_id = {story.load.source_id}"),
        {"transfer_sides", "transfer_parent"},
    ),
    "a transfer belongs to one that does not exist": (
        lambda story: set_column(story.redemption, "parent_id = 99999999"),
        {"transfer_parent"},
    ),
    "a transfer belongs to a later one": (
        lambda story: set_column(story.load, f"parent_id = {story.redemption.pk}"),
        {"transfer_parent"},
    ),
    "a refund undoes a transfer of other accounts": (
        lambda story: set_column(story.refund, f"parent_id = {story.load.pk}"),
        {"transfer_parent"},
    ),
    "a refund undoes nothing": (
        lambda story: set_column(story.refund, "parent_id = NULL"),
        {"transfer_parent"},
    ),
    "a transfer was lost": (lambda story: delete(story.refund), {"stray_transaction"}),
    "an account was lost": (
        lambda story: delete(story.card),
        {"stray_transaction", "currency_zero_sum"},
    ),
    "an account changed its currency": (
        lambda story: set_column(story.card, "currency = 'EUR'"),
        {"transfer_currency", "currency_zero_sum"},
    ),
    "more was given back than was transferred": (
        lambda story: set_column(story.load, f"kind = 'refund', parent_id = {story.redemption.pk}"),
        {"transfer_undone", "transfer_parent"},
    ),
}


def test_books_written_by_the_facade_are_right(story, books):
    report = verification.verify_ledger()

    assert report.findings == []
    assert (report.transfers, report.transactions) == (Transfer.objects.count(), Transaction.objects.count())


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_it_is_found_and_nothing_else_when(name, story, books):
    corruption, expected = CORRUPTIONS[name]

    assert checks_that_find(corruption(story)) == expected


def test_every_check_is_proved_by_a_corruption():
    proved = set().union(*(expected for _corruption, expected in CORRUPTIONS.values()))

    assert {check.name for check in verification.CHECKS} - proved == {"account_overdrawn"}  # proved below


def test_an_overdrawn_account_is_found_even_if_its_constraint_was_dropped(story, books):
    with transaction.atomic():
        if connection.vendor == "postgresql":
            sql("SET CONSTRAINTS ALL IMMEDIATE")
            sql("ALTER TABLE accounts_ledger_account DROP CONSTRAINT account_within_credit_limit")
            sql("ALTER TABLE accounts_ledger_account DROP CONSTRAINT account_held_is_available")
        else:
            sql("PRAGMA ignore_check_constraints = ON")
        sql(set_column(story.card, "balance = -1"))
        found = {finding.check for finding in verification.verify_ledger().findings}
        transaction.set_rollback(True)
    if connection.vendor == "sqlite":
        sql("PRAGMA ignore_check_constraints = OFF")

    dropped = {"constraint_missing"} if connection.vendor == "postgresql" else set()
    assert found == {"account_overdrawn", "account_balance", "currency_zero_sum"} | dropped


NO_AMOUNTS = ["'NaN'"] if connection.vendor == "postgresql" else ["'NaN'", "9e999", "-9e999", "'twelve'"]


@pytest.fixture
def constraints_dropped(story):
    """A context manager: within the block the tables take what their CHECKs would refuse."""

    @contextmanager
    def without(table: str) -> Iterator[None]:
        if connection.vendor == "sqlite":
            sql("PRAGMA ignore_check_constraints = ON")
        else:
            sql("SET CONSTRAINTS ALL IMMEDIATE")
            with connection.cursor() as cursor:
                there = connection.introspection.get_constraints(cursor, table)
            for name in [name for name, found in there.items() if found["check"]]:
                sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        try:
            yield
        finally:
            if connection.vendor == "sqlite":
                sql("PRAGMA ignore_check_constraints = OFF")

    return without


@pytest.mark.parametrize(
    "column",
    [
        "account.balance",
        "account.held",
        "account.credit_limit",
        "transfer.amount",
        "transaction.amount",
        "transaction.balance",
        "hold.amount",
    ],
)
@pytest.mark.parametrize("no_amount", NO_AMOUNTS)
def test_what_is_no_amount_is_refused_and_found_where_it_was_not(story, constraints_dropped, column, no_amount):
    noun, _dot, name = column.partition(".")
    table = f"accounts_ledger_{noun}"
    # A transfer has one debit, which is negative, and one credit: no other rule is to refuse it first.
    debits = " WHERE amount < 0" if noun == "transaction" and "-" in str(no_amount) else ""
    statement = f"UPDATE {table} SET {name} = {no_amount} WHERE id = (SELECT MAX(id) FROM {table}{debits})"
    with transaction.atomic():
        with guards_lifted():
            with pytest.raises(DatabaseError), transaction.atomic():
                sql(statement)
            with constraints_dropped(table):
                sql(statement)
        findings = verification.verify_ledger().findings
        transaction.set_rollback(True)

    found = next(finding for finding in findings if finding.check == "not_an_amount")
    assert list(found.ids) == ["entry" if noun == "transaction" else noun]


def test_a_finding_says_where_and_what(story, books):
    with transaction.atomic():
        with guards_lifted():
            sql(set_column(story.card, "held = held + 1"))
        (finding,) = verification.verify_ledger().findings
        transaction.set_rollback(True)

    assert finding.ids == {"account": story.card.pk}
    assert (finding.expected, finding.found) == ("3.00", "4.00")
    assert "open holds" in str(finding)


def test_missing_guards_are_found(story, books):
    with transaction.atomic():
        if connection.vendor == "postgresql":
            sql("SET CONSTRAINTS ALL IMMEDIATE")
        guards.remove(connection)
        found = verification.verify_ledger().findings
        transaction.set_rollback(True)

    assert {finding.check for finding in found} == {"guard_missing"}
    whole = "ledger_transfer_gate" if connection.vendor == "postgresql" else "ledger_transfer_balances"
    assert whole in {finding.ids["trigger"] for finding in found}


@pytest.mark.skipif("sqlite" in connection.vendor, reason="SQLite cannot disable a trigger")
def test_a_disabled_guard_is_found(story, books):
    with transaction.atomic():
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql("ALTER TABLE accounts_ledger_transfer DISABLE TRIGGER ledger_transfer_append_only")
        (finding,) = verification.verify_ledger().findings
        transaction.set_rollback(True)

    assert finding.ids == {"trigger": "ledger_transfer_append_only"}


def test_nothing_is_missed_between_small_ranges(bank, books):
    cards = [facade.issue(bank, D("1.00")) for _number in range(12)]
    with transaction.atomic():
        with guards_lifted():
            for card in cards:
                sql(set_column(card, "held = 1"))
                sql(set_column(oldest(card).transfer, "amount = 2"))
        report = verification.verify_ledger(step=3)
        transaction.set_rollback(True)

    held = {finding.ids["account"] for finding in report.findings if finding.check == "account_held"}
    sides = [finding.ids["transfer"] for finding in report.findings if finding.check == "transfer_sides"]
    assert held == {card.pk for card in cards}
    assert len(sides) == len(set(sides)) == len(cards)


def test_only_the_first_findings_are_kept_but_all_are_told(books):
    told: list[verification.Finding] = []
    with transaction.atomic():
        for _number in range(KEPT + 5):
            Account.objects.filter(pk=Account.objects.create().pk).post(balance=1)
        report = verification.verify_ledger(on_finding=told.append)
        transaction.set_rollback(True)

    assert len(report.findings) == KEPT
    assert report.count == len(told) == KEPT + 5 + 1  # and the currency's sum


def test_progress_adds_up_to_the_total(story, books):
    totals: list[int] = []
    steps: list[int] = []

    verification.verify_ledger(on_total=totals.append, progress=steps.append, step=2)

    assert [sum(steps)] == totals
    assert len(steps) > 5


def test_verification_changes_nothing(story, books):
    before = list(Account.objects.order_by("pk").values())

    with transaction.atomic():
        with guards_lifted():
            sql(set_column(story.card, "balance = 9"))
        verification.verify_ledger()
        story.card.refresh_from_db()
        transaction.set_rollback(True)

    assert story.card.balance == 9
    assert list(Account.objects.order_by("pk").values()) == before
