"""FirstRows: in which row of a file each code stands first, so that one which comes again can name that row."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence


class FirstRows:
    """Kept on disk: a million codes in a dictionary are more memory than all the rest of a check.

    SQLite puts a database without a name into a temporary file, which is gone once it is closed. Of the codes, which
    are money, there are only hashes in it, as this process alone computes them.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("")
        self._database.execute("CREATE TABLE first_row (code INTEGER PRIMARY KEY, row INTEGER NOT NULL)")

    def add(self, codes: Sequence[tuple[int, str]]) -> dict[int, int]:
        """Take in codes with their rows, and return the first row of those that are not the first with their code.

        Args:
            codes: row and code, ascending by row, from one call to the next too.
        """
        hashes = [(hash(code), row) for row, code in codes]
        before = self._database.total_changes
        self._database.executemany("INSERT OR IGNORE INTO first_row VALUES (?, ?)", hashes)
        if self._database.total_changes - before == len(hashes):
            return {}
        first = ((row, self._first(code)) for code, row in hashes)
        return {row: earlier for row, earlier in first if earlier != row}

    def close(self) -> None:
        self._database.close()

    def _first(self, code: int) -> int:
        row: int = self._database.execute("SELECT row FROM first_row WHERE code = ?", [code]).fetchone()[0]
        return row
