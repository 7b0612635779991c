"""What cells look like, for recognising a column by what is in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from accounts_ledger import codes
from accounts_ledger.imports import amounts, days, values
from accounts_ledger.imports.reading import DAY_FIRST, MONTH_FIRST, YEAR_FIRST

_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
#: How systems, databases, and spreadsheets in several languages write yes and no.
YES = frozenset(
    "1 true t yes y on x ja oui si sì sí tak sim wahr vrai vero verdadero waar prawda sant kyllä evet ano ✓ ✔"
    " ☑ ✅".split()
)
NO = frozenset(
    "0 false f no n off nein non nee nej nei ne nie nao não falsch faux falso onwaar fałsz falskt ei ✗ ✘ ☐ ❌".split()
)
_FLAGS = YES | NO
_NOT = NO | {"", "0.00", "-", "none", "null"}
_PLAIN_NUMBER = re.compile(r"^\d+$")


def is_email(cell: str) -> bool:
    return bool(_EMAIL.match(cell))


def is_amount(cell: str) -> bool:
    return amounts.parts(cell) is not None


def is_plain_number(cell: str) -> bool:
    return bool(_PLAIN_NUMBER.match(cell))


def is_written_amount(cell: str) -> bool:
    """Whether *cell* is an amount and cannot be a number of something: decimals, or the sign of a currency."""
    read = amounts.parts(cell)
    if read is None or not read.figures:
        return False
    return read.units is not None or not read.figures.isdigit()


def is_date(cell: str) -> bool:
    """Whether *cell* is a day as people write it, not only a number that could be one."""
    if _PLAIN_NUMBER.match(cell):
        return False
    for order in (DAY_FIRST, MONTH_FIRST, YEAR_FIRST):
        try:
            if days.date(cell, order) is not None:
                return True
        except ValueError:
            continue
    return False


def is_flag(cell: str) -> bool:
    return cell.lower() in _FLAGS


def says_no(cell: str) -> bool:
    """Whether a flag, a date or a count in *cell* says no: off, none, never, not yet."""
    return cell.lower() in _NOT or cell.lower() in days.NO_DATE


def is_value(cell: str) -> bool:
    """Whether *cell* is something that no heading is."""
    return is_email(cell) or is_amount(cell) or is_date(cell) or values.is_mangled(cell)


def could_be_code(cell: str) -> bool:
    """Whether *cell* could be the code of a card: long enough, with figures in it, and no amount, day or address."""
    if values.is_mangled(cell):
        return True
    code = codes.normalise(cell.strip("'"))
    if not 6 <= len(code) <= 128 or not code.isascii() or "@" in code or "/" in code or ":" in code:
        return False
    if is_date(cell) or (is_amount(cell) and not _PLAIN_NUMBER.match(code)):
        return False
    if _PLAIN_NUMBER.match(code):
        return is_plain_number(cell.strip("'")) or len(code) >= 8
    return any(character.isdigit() for character in code) or (code.isalpha() and cell.isupper() and " " not in cell)


def could_be_codes(cells: list[str]) -> bool:
    """Whether the filled *cells* of a column could be codes: all different, and nearly all like codes."""
    if not cells or len(set(cells)) < len(cells):
        return False
    return share(cells, could_be_code) >= 0.8


def share(cells: Iterable[str], test: Callable[[str], bool]) -> float:
    """Return for what part of *cells* the *test* holds."""
    found = [bool(test(cell)) for cell in cells]
    return sum(found) / len(found) if found else 0.0
