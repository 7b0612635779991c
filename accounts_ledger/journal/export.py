"""Exports a period to the general ledger: numbered, and not twice by accident."""

from __future__ import annotations

import datetime
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts_ledger import locks
from accounts_ledger.exceptions import AccountException
from accounts_ledger.journal.entries import Entry, entries
from accounts_ledger.journal.formats import FORMATS
from accounts_ledger.models import JournalExport
from accounts_ledger.money import ZERO

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class AlreadyExported(AccountException):
    """Days of the period were exported before."""


@dataclass(frozen=True)
class Preview:
    """What a journal comes to: entries, their debits (which are their credits), and a digest of all of it."""

    entries: int
    total: Decimal
    digest: str


def preview(
    *, start: datetime.date, end: datetime.date, currency: str, detail: str, allow_reexport: bool = False
) -> Preview:
    """Return what `export_journal` would write, and write nothing.

    Raises:
        AlreadyExported: as `export_journal`.
    """
    if not allow_reexport:
        _check_new(start, end, currency)
    counted = _Counted(entries(start, end, currency, detail == JournalExport.Detail.SUMMARY))
    for _entry in counted:
        pass
    return counted.preview()


def export_journal(
    *,
    start: datetime.date,
    end: datetime.date,
    currency: str,
    detail: str,
    format_name: str,
    user: AbstractBaseUser,
    allow_reexport: bool = False,
    check: Callable[[Preview], None] | None = None,
) -> tuple[JournalExport, IO[bytes]]:
    """Write the journal of the days from *start* through *end*, and record that it was exported.

    Args:
        detail: one of `JournalExport.Detail`.
        format_name: a key of `FORMATS`.
        allow_reexport: export days that were exported before.
        check: called with what was written, before it is recorded; may refuse by raising.

    Returns:
        The record, and the file, open at its start.

    Raises:
        AlreadyExported: some of the days were exported before, and *allow_reexport* is not set.
    """
    with transaction.atomic():
        # One export at a time, so that two people cannot export the same days at the same moment.
        locks.chart()
        if not allow_reexport:
            _check_new(start, end, currency)
        export = JournalExport.objects.create(
            start=start,
            end=end,
            currency=currency,
            detail=detail,
            format=format_name,
            entries=0,
            total=ZERO,
            checksum="",
            user_id=user.pk,
            username=user.get_username(),
        )
        counted = _Counted(entries(start, end, currency, detail == JournalExport.Detail.SUMMARY))
        file = _write(export, counted)
        if check:
            check(counted.preview())
        return export, file


def _write(export: JournalExport, counted: _Counted) -> IO[bytes]:
    digest = hashlib.sha256()
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it when it was sent)
    for line in FORMATS[export.format].write(counted, str(export)):
        data = line.encode()
        digest.update(data)
        file.write(data)
    file.seek(0)
    export.entries, export.total, export.checksum = counted.number, counted.total, digest.hexdigest()
    export.save(update_fields=["entries", "total", "checksum"])
    return file


class _Counted:
    """Entries that are counted and added up while they are written."""

    def __init__(self, source: Iterable[Entry]) -> None:
        self.source = source
        self.number = 0
        self.total: Decimal = ZERO
        self._digest = hashlib.sha256()

    def __iter__(self) -> Iterator[Entry]:
        for entry in self.source:
            self.number += 1
            self.total += entry.amount
            self._digest.update(repr(entry).encode())
            yield entry

    def preview(self) -> Preview:
        return Preview(self.number, self.total, self._digest.hexdigest())


def _check_new(start: datetime.date, end: datetime.date, currency: str) -> None:
    earlier = JournalExport.objects.filter(start__lte=end, end__gte=start, currency=currency).order_by("-pk").first()
    if earlier:
        raise AlreadyExported(
            _("%(export)s already covers days from %(start)s to %(end)s. Tick “Export again” to export them anyway.")
            % {"export": earlier, "start": max(start, earlier.start), "end": min(end, earlier.end)}
        )
