"""Which sheet of a spreadsheet has the cards."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from typing import IO

from django.utils.translation import gettext as _

from accounts_ledger.imports import columns, headers, table
from accounts_ledger.imports.errors import UndecidedError, UnreadableFile
from accounts_ledger.imports.headings import meaning
from accounts_ledger.imports.reading import Reading

#: Rows of each sheet that are looked at.
_PEEKED = 30
_MOST_SHEETS = 20


def choose(file: IO[bytes], reading: Reading, wanted: str | None = None) -> Reading:
    """Return *reading* for the sheet with the cards: the one *wanted*, else the only one that looks like a list.

    Several that do are asked about; of those that the file hides only if no other does.

    Raises:
        UnreadableFile: there is no sheet of the name that is *wanted*, or the file is damaged.
    """
    names = table.sheet_names(file)
    if wanted and wanted not in {sheet.name for sheet in names}:
        raise UnreadableFile(
            _("The file has no sheet called %(name)s. It has: %(names)s.")
            % {"name": wanted, "names": ", ".join(sheet.name for sheet in names[:_MOST_SHEETS])}
        )
    if len(names) == 1:
        return _with_hidden_rows(file, reading)
    lists = [sheet for sheet in names[:_MOST_SHEETS] if _looks_like_cards(file, replace(reading, sheet=sheet.name))]
    shown = [sheet.name for sheet in lists if not sheet.is_hidden] or [sheet.name for sheet in lists]
    chosen = wanted or (shown[0] if shown else names[0].name)
    others = tuple(sheet.name for sheet in names if sheet.name != chosen)
    asked = ("sheet",) if len(shown) > 1 and not wanted else ()
    if asked:
        others = tuple(shown)
    return _with_hidden_rows(file, replace(reading, sheet=chosen, other_sheets=others, asked=asked))


def _looks_like_cards(file: IO[bytes], reading: Reading) -> bool:
    try:
        sample = [row for _number, row in itertools.islice(table.all_rows(file, reading), _PEEKED)]
    except UnreadableFile:
        # Whatever is wrong with it, it is not what can be loaded; the sheet that is chosen is read in earnest.
        return False
    if not sample:
        return False
    header = headers.find(sample)
    keys = {meaning(heading).key for heading in header.headings}
    return bool(keys & {columns.BALANCE, columns.INITIAL} or columns.CODE in keys) and len(sample) > header.row + 1


def _with_hidden_rows(file: IO[bytes], reading: Reading) -> Reading:
    """Ask about rows that the sheet hides, as far as it is looked at here."""
    try:
        for _row in itertools.islice(table.all_rows(file, reading, Counter()), _PEEKED):
            pass
    except UndecidedError as undecided:
        return replace(reading, asked=(*reading.asked, f"hidden_rows:{undecided.text}"))
    return reading
