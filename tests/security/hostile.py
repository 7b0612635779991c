"""A text that runs as a script wherever a page forgets to escape it, and as a formula wherever a file does."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser

from openpyxl import load_workbook

#: Starts as a formula; closes an attribute and a tag; brings a handler for attributes that it cannot close.
TEXT = """=1+1"'><img src=x onerror=alert(666)><script>alert(666)</script>' onmouseover=alert(666) x-init=alert(666) """
_MARK = "alert(666)"
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class _Reader(HTMLParser):
    """Collects what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag, attrs):
        self._in_script = tag == "script" and ("type", "application/json") not in attrs
        for name, value in attrs:
            is_code = name.startswith(("on", "x-", "@", ":", "hx-on")) or (value or "").startswith("javascript:")
            if is_code and _MARK in (value or "").lower():
                self.runs.append(f"<{tag} {name}={value}>")

    def handle_endtag(self, tag):
        self._in_script = False

    def handle_data(self, data):
        if self._in_script and _MARK in data.lower():
            self.runs.append(f"<script>{data[:80]}")


def runs_in(html: str) -> list[str]:
    """Return what of the hostile text a browser would run in *html*."""
    reader = _Reader()
    reader.feed(html)
    return reader.runs


def formulas_in_csv(content: bytes) -> list[str]:
    """Return the cells that a spreadsheet would take for formulas; numbers below zero are none."""
    cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
    return [cell for cell in cells if cell.startswith(_FORMULAS) and not _is_number(cell)]


def formulas_in_xlsx(content: bytes) -> list[str]:
    """Return the cells that are formulas."""
    book = load_workbook(io.BytesIO(content))
    return [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
