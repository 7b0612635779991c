"""What was made of a file, in sentences: what was read how, left out, made anew or taken for granted."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts_ledger.imports import columns, questions
from accounts_ledger.imports.left_out import HEADER, TOTAL
from accounts_ledger.imports.options import CONDITIONS, Options
from accounts_ledger.imports.reading import COMMA, DATE_ORDERS, LEAVE_OUT, XLSX, Reading
from accounts_ledger.models import GiftCardBatch


def about(batch: GiftCardBatch) -> list[str]:
    """Return what staff must know of the checked *batch* before they load it: on its pages and in commands."""
    if "reading" not in batch.options:
        return []
    reading = Reading.from_json(batch.options["reading"])
    options = Options.from_json(batch.options["choices"])
    return [*_cards(batch, reading, options), *_rows(batch, reading), *_columns(reading), *_values(reading)]


def _cards(batch: GiftCardBatch, reading: Reading, options: Options) -> Iterator[str]:
    totals, cards = batch.totals, batch.cards
    new = totals.get("new_codes", 0)
    if new and options.generate_codes:
        yield _("New codes are made for all %s cards, as chosen.") % f"{new:,}"
    elif new and columns.CODE not in reading.columns:
        yield _("No column has codes: new codes are made for all %s cards.") % f"{new:,}"
    elif new:
        yield ngettext(
            "A new code is made for %(count)s card, whose row has none.",
            "New codes are made for %(count)s cards, whose rows have none.",
            new,
        ) % {"count": f"{new:,}"}
    if totals.get("default_ends") and options.end:
        yield _("%(count)s of %(cards)s cards are valid until %(day)s, as chosen: their rows say nothing.") % {
            "count": f"{totals['default_ends']:,}",
            "cards": f"{cards:,}",
            "day": _day(options.end),
        }
    if totals.get("no_ends"):
        yield _("%(count)s of %(cards)s cards never expire.") % {
            "count": f"{totals['no_ends']:,}",
            "cards": f"{cards:,}",
        }
    if totals.get("not_adding_up"):
        yield _(
            "Of %s cards, the first value less what was used is not what is left. What is left counts: were they topped"
            " up, or is a column the wrong one?"
        ) % (f"{totals['not_adding_up']:,}")
    if totals.get("more_than_first"):
        yield _(
            "%s cards have more left than their first value: were they topped up, or is a column the wrong one?"
        ) % (f"{totals['more_than_first']:,}")


def _rows(batch: GiftCardBatch, reading: Reading) -> Iterator[str]:
    for condition, count in batch.totals.get("skipped", {}).items():
        yield _("Not loaded: %(count)s rows (%(condition)s).") % {
            "count": f"{count:,}",
            "condition": str(CONDITIONS[condition]).lower(),
        }
    for condition, count in batch.totals.get("frozen", {}).items():
        yield _("Loaded frozen: %(count)s cards (%(condition)s).") % {
            "count": f"{count:,}",
            "condition": str(CONDITIONS[condition]).lower(),
        }
    left_out = batch.totals.get("left_out", {})
    if left_out.get(TOTAL):
        yield _("Left out as totals of other rows: %s rows.") % f"{left_out[TOTAL]:,}"
    if left_out.get(HEADER):
        yield _("Left out as repeated headers: %s rows.") % f"{left_out[HEADER]:,}"
    if left_out.get("hidden"):
        yield (
            _("Left out, because the spreadsheet hides them or strikes them through: %s rows.")
            % f"{left_out['hidden']:,}"
        )
    if reading.header_row:
        yield _("Left out above the header: %s rows.") % f"{reading.header_row:,}"


def _columns(reading: Reading) -> Iterator[str]:
    used = [
        f"{questions.column_name(reading, index)} = {columns.BY_KEY[key].label}"
        for index, key in enumerate(reading.columns)
        if key
    ]
    unused = [questions.column_name(reading, index) for index, key in enumerate(reading.columns) if not key]
    yield _("Columns used: %s.") % ", ".join(used)
    if unused:
        yield _("Columns not used: %s.") % ", ".join(unused)
    if reading.format == XLSX and reading.other_sheets:
        yield _("Read from the sheet “%(sheet)s”. Sheets not read: %(others)s.") % {
            "sheet": reading.sheet,
            "others": ", ".join(name for name in reading.other_sheets if name != reading.sheet),
        }
    if reading.hidden_rows and reading.hidden_rows != LEAVE_OUT:
        yield _("Rows that the spreadsheet hides or strikes through are read too, as chosen.")


def _values(reading: Reading) -> Iterator[str]:
    if reading.is_settled("date_order"):
        label = str(dict(DATE_ORDERS)[reading.date_order])
        yield _("Dates: %(how)s (%(why)s).") % {"how": label, "why": _why(reading, "date_order")}
    if reading.decimal_sign == COMMA or "decimal_sign" in reading.chosen:
        sign = _("comma") if reading.decimal_sign == COMMA else _("point")
        yield _("Decimal sign: %(how)s (%(why)s).") % {"how": sign, "why": _why(reading, "decimal_sign")}
    if reading.cents:
        yield _("Amounts are in pence or cents.")
    elif "cents" in reading.chosen:
        yield _("Amounts are in whole units of the currency, as chosen.")
    if columns.END in reading.columns:
        yield (
            _("Cards are valid through the day that is their end.")
            if reading.end_included
            else _("Cards are valid until the day that is their end begins.")
        )


def _why(reading: Reading, key: str) -> str:
    return _("as chosen") if key in reading.chosen else _("as the file shows")


def _day(day: datetime.date) -> str:
    return date_format(day, "DATE_FORMAT")
