"""What a whole column says about how it is written: the order of its dates, its decimal sign, pence or pounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts_ledger.imports import amounts, currencies, days
from accounts_ledger.imports.reading import COMMA, DAY_FIRST, POINT

_TWO_WAYS = re.compile(r"^[1-9]\d{0,2}([.,])\d{3}$")
_DAY = re.compile(r"^\d{4}-\d{2}-(\d{2})(?: |$)")
_MONTHS = 12
#: Whole numbers that are all at least this and partly at least ten times as much may well be pence.
_LEAST_PENCE = 100


@dataclass(frozen=True)
class Evidence:
    """What was found: the likeliest ``choice``, what is ``settled`` by it, and a cell that stays open, if any."""

    choice: str
    settled: frozenset[str] = frozenset()
    open_cell: str | None = None


def date_order(cells: Iterable[str]) -> Evidence:
    """Return in which order the dates in *cells* are written."""
    possible: set[str] | None = None
    votes: dict[str, int] = {}
    open_cell = None
    for cell in cells:
        found = days.orders_of(cell)
        if not found:
            continue
        for order in found:
            votes[order] = votes.get(order, 0) + 1
        possible = set(found) if possible is None else possible & set(found)
        if len(set(found.values())) > 1:
            open_cell = open_cell or cell
    if possible is None:
        return Evidence(DAY_FIRST)
    if len(possible) == 1:
        return Evidence(possible.pop(), frozenset({"date_order"}))
    choice = max((DAY_FIRST, *votes), key=lambda order: votes.get(order, 0))
    return Evidence(choice, open_cell=open_cell)


def swapped_dates(found: Iterable[str]) -> str | None:
    """Return a date that a spreadsheet has left as text where it has read the others; None if there is none.

    Opened where dates are written in another order, 03/04/2030 becomes a day, with day and month swapped, and
    13/04/2030 stays a text. What that leaves are days up to the 12th beside texts that can be read in one order only.
    """
    left: str | None = None
    for cell in found:
        day = _DAY.match(cell)
        if day:
            if int(day.group(1)) > _MONTHS:
                return None
            continue
        orders = days.orders_of(cell)
        if len(orders) == 1 and ("/" in cell or "-" in cell):
            left = left or cell
        elif len(orders) > 1:
            return None
    return left


def decimal_sign(cells: Iterable[str], currency: str = "") -> Evidence:
    """Return which of point and comma is the decimal sign of the amounts in *cells*.

    Three figures after a single sign may be thousands or decimal places, so they say nothing, unless other amounts of
    the column do.
    """
    votes = {POINT: 0, COMMA: 0}
    three_places: set[str] = set()
    two_places: set[str] = set()
    open_cells: dict[str, str] = {}
    could_be_money: dict[str, str] = {}
    for cell in cells:
        read = amounts.parts(cell)
        if read is None or not read.figures:
            continue
        two_ways = _TWO_WAYS.match(read.figures)
        if two_ways:
            open_cells.setdefault(two_ways.group(1), read.figures)
            if read.figures.endswith("0"):
                could_be_money.setdefault(two_ways.group(1), read.figures)
            continue
        sign = _sign_of(read.figures)
        if sign:
            votes[sign] += 1
            places = len(read.figures) - read.figures.rfind(sign) - 1
            (three_places if places == 3 else two_places).add(sign)
    known = [sign for sign, count in votes.items() if count]
    choice = max(votes, key=lambda sign: votes[sign])
    if open_cells and not known and len(open_cells) == 1 and currency in currencies.WITHOUT_CENTS:
        # What has no smaller unit has no decimal places.
        return Evidence(COMMA if POINT in open_cells else POINT, frozenset({"decimal_sign"}))
    if not open_cells:
        return Evidence(choice, frozenset({"decimal_sign"}) if len(known) == 1 else frozenset())
    example = next(iter(open_cells.values()))
    if len(known) != 1 or len(open_cells) > 1:
        return Evidence(choice, open_cell=example)
    if choice not in open_cells:
        return Evidence(choice, frozenset({"decimal_sign"}))
    if choice in three_places and choice not in two_places:
        return Evidence(choice, frozenset({"decimal_sign", "three_decimals"}))
    if choice not in could_be_money:
        # Three places that are no amount: errors of their rows.
        return Evidence(choice, frozenset({"decimal_sign"}))
    return Evidence(choice, open_cell=could_be_money[choice])


def _sign_of(figures: str) -> str:
    """Return the decimal sign that *figures*, which can be read in one way only, have; "" if none."""
    points, commas = figures.count("."), figures.count(",")
    if points and commas:
        return POINT if figures.rfind(".") > figures.rfind(",") else COMMA
    if points + commas == 0:
        return ""
    if points + commas > 1:
        # Groups of thousands: the other sign is the decimal one.
        return COMMA if points else POINT
    return POINT if points else COMMA


def cents(cells: Sequence[str], currency: str) -> str | None:
    """Return an amount of *cells* that may be in pence as well as in pounds, None if there is no doubt."""
    if currency in currencies.WITHOUT_CENTS:
        return None
    figures = [cell for cell in cells if cell.strip("0 -")]
    if not figures or not all(cell.isdigit() for cell in figures):
        return None
    numbers = [int(cell) for cell in figures if len(cell) <= 12]
    if not numbers or min(numbers) < _LEAST_PENCE or max(numbers) < 10 * _LEAST_PENCE:
        return None
    return str(max(numbers))


def decimals(cells: Iterable[str]) -> str | None:
    """Return an amount of *cells* that has decimal places, which no number of pence has; None if there is none."""
    for cell in cells:
        read = amounts.parts(cell)
        if read and re.search(r"[.,]\d{1,2}$", read.figures) and not read.figures.endswith((".0", ",0")):
            return cell
    return None
