"""Runs every check over the whole ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import DataError, NotSupportedError, OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_ledger import posting
from accounts_ledger.models import Account, Transaction, Transfer, Verification
from accounts_ledger.verification import ranges, safeguards
from accounts_ledger.verification.checks import CHECKS, NOT_AN_AMOUNT, Check, Scope
from accounts_ledger.verification.finding import Finding
from accounts_ledger.verification.report import VerificationReport
from accounts_ledger.verification.snapshot import snapshot

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

logger = logging.getLogger("accounts_ledger")

#: Rows a step. More is hardly quicker, and needs more memory in the database.
STEP = 50_000

_WHOLE = ranges.Range(0, 0, 0)


def verify_ledger(
    on_finding: Callable[[Finding], object] | None = None,
    on_total: Callable[[int], object] | None = None,
    progress: Callable[[int], object] | None = None,
    step: int = STEP,
) -> VerificationReport:
    """Recompute the whole ledger from its transactions, as it is at one moment, and report what does not agree.

    Transfers go on meanwhile and are never waited for. Memory does not grow with the ledger, nor with the number of
    findings. Nothing is repaired: what is wrong is for people to look into.

    Args:
        on_finding: called with every finding, in the order in which they turn up. It must not write to the ledger's
            database: it is called inside the read-only transaction.
        on_total: called once with the number of rows to go through.
        progress: called with the number of rows gone through since the last call.
        step: about how many rows one query looks at.
    """
    connection = posting.ledger_connection()
    report = VerificationReport(started=timezone.now())
    with snapshot(connection):
        _count(connection, report)
        for finding in _findings(connection, step, on_total, progress):
            report.add(finding)
            if on_finding:
                on_finding(finding)
    report.finished = timezone.now()
    log = logger.info if report.is_clean else logger.error
    log("Verification: %d transfers checked, %d findings", report.transfers, report.count)
    return report


def record(report: VerificationReport, user: AbstractBaseUser | None = None) -> Verification:
    """Keep the outcome of a finished run, with its first findings, for the dashboard and for auditors."""
    assert report.finished is not None
    return Verification.objects.create(
        date_started=report.started,
        date_finished=report.finished,
        user=user,  # type: ignore[misc]  # the stubs want the concrete user model; projects may swap it
        username=user.get_username() if user else "",
        accounts=report.accounts,
        transfers=report.transfers,
        transactions=report.transactions,
        findings=report.count,
        first_findings=[finding.as_dict() for finding in report.findings],
    )


def _count(connection: BaseDatabaseWrapper, report: VerificationReport) -> None:
    report.accounts = Account.objects.using(connection.alias).count()
    report.transfers = Transfer.objects.using(connection.alias).count()
    report.transactions = Transaction.objects.using(connection.alias).count()


def _findings(
    connection: BaseDatabaseWrapper,
    step: int,
    on_total: Callable[[int], object] | None,
    progress: Callable[[int], object] | None,
) -> Iterator[Finding]:
    yield from safeguards.missing(connection)
    yield from _run(connection, NOT_AN_AMOUNT, _WHOLE)
    stretches = {
        Scope.ACCOUNTS: list(ranges.of_accounts(connection, step)),
        Scope.TRANSFERS: list(ranges.of_transfers(connection, step)),
        Scope.ALL: [_WHOLE],
    }
    if on_total:
        on_total(sum(stretch.rows for scope in Scope for stretch in stretches[scope]))
    for scope in Scope:
        checks = [check for check in CHECKS if check.scope is scope]
        for stretch in stretches[scope]:
            for check in checks:
                yield from _run(connection, check, stretch)
            if progress:
                progress(stretch.rows)


def _run(connection: BaseDatabaseWrapper, check: Check, stretch: ranges.Range) -> Iterator[Finding]:
    """Yield what *check* finds. What it cannot compute with is a finding too, not the end of the verification."""
    try:
        with (
            transaction.atomic(using=connection.alias, savepoint=True) if connection.in_atomic_block else nullcontext()
        ):
            yield from _rows(connection, check, stretch)
    except (DataError, NotSupportedError, OperationalError) as error:
        if isinstance(error, OperationalError) and "overflow" not in str(error):
            raise
        where = {"from": stretch.low, "to": stretch.high}
        yield Finding(check.name, _("The check could not be computed."), where, "", str(error).splitlines()[0])


def _rows(connection: BaseDatabaseWrapper, check: Check, stretch: ranges.Range) -> Iterator[Finding]:
    # A server-side cursor where there is one: findings are taken one by one, however many there are.
    with connection.chunked_cursor() as cursor:
        cursor.execute(check.query, {"low": stretch.low, "high": stretch.high})
        columns = [column[0] for column in cursor.description]
        for row in cursor:
            values = dict(zip(columns, row, strict=True))
            text = _amount if check.of_money else _text
            expected, found = text(values.pop("expected")), text(values.pop("found"))
            ids = {noun: pk for noun, pk in values.items() if pk is not None}
            yield Finding(check.name, str(check.message), ids, expected, found)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _amount(value: Any) -> str:
    """Return an amount as text: SQLite's are floats or integers, and PostgreSQL's quotients have many zeros."""
    try:
        return "" if value is None else f"{Decimal(value):.2f}"
    except InvalidOperation:  # a text: SQLite stores what it is given
        return str(value)
