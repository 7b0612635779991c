"""Lines of CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from accounts_ledger.reports.rendering.cells import text


def lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield a line of CSV a row. Texts are escaped; everything else is written as it is."""
    for row in rows:
        buffer = io.StringIO()
        csv.writer(buffer).writerow([text(cell) if isinstance(cell, str) else cell for cell in row])
        yield buffer.getvalue()
