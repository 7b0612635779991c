"""Rows of the files of a batch: codes for the printer, errors beside the rows they are in, a sample to start from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts_ledger import codes, dates
from accounts_ledger.imports import content, job, masking, second_person, table
from accounts_ledger.imports.reading import Reading
from accounts_ledger.models import GiftCardBatch, Transaction
from accounts_ledger.money import ZERO

SAMPLE = (
    ("code", "amount", "currency", "type", "email", "start", "end", "description"),
    ("", "25.00", "", "", "ann@example.com", "", "2027-12-31", "With our thanks"),
    ("GIFT-7XK2-94MB-Q3TD", "50.00", "", "", "", "2026-12-01", "2027-12-31", ""),
    ("", "100.00", "", "", "", "", "", ""),
)


def take_codes(
    batch: GiftCardBatch, user: Any, check: Callable[[GiftCardBatch], None] | None = None
) -> Iterator[list[Any]]:
    """Record that *user* takes the codes of *batch* out of the system, and return `code_rows`.

    Args:
        check: called with the batch as it is under lock, before that; may refuse by raising.

    Raises:
        SecondPersonNeeded: *user* uploaded the batch, and shall not have its codes as well.
    """
    with transaction.atomic():
        locked = job.lock(batch)
        second_person.check_may_take_codes(locked, user)
        if check:
            check(locked)
        locked.remark(_("Codes downloaded"), user, cards=locked.cards)
    return code_rows(batch)


def code_rows(batch: GiftCardBatch) -> Iterator[list[Any]]:
    """Yield the codes of *batch* for printing: grouped for reading, with value, currency and last day of validity."""
    yield [_("Code"), _("Value"), _("Currency"), _("Valid until"), _("Account")]
    # From the loads, not the cards: a card has many transactions, and is to be listed once.
    first_loads = Transaction.objects.filter(account__batch=batch, sequence=1).order_by("account_id")
    cards = first_loads.values_list("account__code", "amount", "account__currency", "account__end_date", "account_id")
    for code, value, currency, end, pk in cards.iterator(chunk_size=2000):
        last = dates.last_day_before(end) if end else None
        yield [codes.display(code or ""), value.quantize(ZERO), currency, last, str(pk)]


def problem_rows(batch: GiftCardBatch) -> Iterator[list[str]]:
    """Yield the errors of *batch*, each beside the row of the file that it is in, with its code masked."""
    reading = Reading.from_json(batch.options["reading"])
    hidden = masking.code_columns(batch.options)
    headings = [masking.masked(heading) for heading in reading.headings]
    yield [_("Row"), _("Column"), _("Value"), _("What is wrong"), *headings]
    problems = batch.problems.order_by("row", "pk").iterator(chunk_size=2000)
    waiting = next(problems, None)
    with content.open_file(batch) as file:
        for number, cells in table.all_rows(file, reading):
            while waiting is not None and waiting.row == number:
                shown = masking.masked_cells(cells, hidden)
                yield [str(number), waiting.column, waiting.value, waiting.message, *shown]
                waiting = next(problems, None)
            if waiting is None:
                return
