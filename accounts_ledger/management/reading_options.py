"""The options of a command that say how a file is read, and the same as questions to whoever sits at a terminal."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from django.core.management.base import CommandError

from accounts_ledger.imports import columns, questions
from accounts_ledger.imports.headings import heading_key
from accounts_ledger.imports.questions import Question
from accounts_ledger.imports.reading import (
    DATE_ORDERS,
    DECIMAL_SIGNS,
    END_DAYS,
    HIDDEN_ROWS,
    INCLUDED,
    UNITS,
    Answers,
    Reading,
)

_IGNORE = "ignore"


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options to *parser*. What is not given is told from the file; what that leaves open is asked."""
    parser.add_argument("--sheet", metavar="NAME", help="the sheet of a spreadsheet that has the cards")
    parser.add_argument("--hidden-rows", choices=_keys(HIDDEN_ROWS), help="what to do with rows that it hides")
    parser.add_argument(
        "--header", action=argparse.BooleanOptionalAction, help="the file has, or has no, names of its columns"
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="NAME=KEY",
        help=f"what a column (by its heading, or its number from 1) is: {', '.join(columns.BY_KEY)}",
    )
    parser.add_argument("--ignore", action="append", default=[], metavar="NAME", help="a column that is not used")
    parser.add_argument("--dates", choices=_keys(DATE_ORDERS), help="what dates begin with (default: detected)")
    parser.add_argument("--decimal-sign", choices=_keys(DECIMAL_SIGNS), help="default: detected")
    parser.add_argument("--cents", action=argparse.BooleanOptionalAction, help="amounts are in pence or cents")
    parser.add_argument(
        "--end-day", choices=_keys(END_DAYS), help="whether cards are valid on the day that is their end"
    )


def answers(options: dict[str, Any]) -> Answers:
    """Return what *options* say, but for columns, which need to be found by their headings first."""
    end_day = options["end_day"]
    return Answers(
        sheet=options["sheet"],
        has_header=options["header"],
        date_order=options["dates"],
        decimal_sign=options["decimal_sign"],
        cents=options["cents"],
        end_included=end_day == INCLUDED if end_day else None,
        hidden_rows=options["hidden_rows"],
    )


def with_columns(given: Answers, options: dict[str, Any], reading: Reading) -> Answers:
    """Return *given* with what *options* say of the columns of the file.

    Raises:
        CommandError: there is no such column, or nothing that it could be is called so.
    """
    chosen: dict[int, str] = {}
    for said in options["column"]:
        name, sign, key = said.rpartition("=")
        if not sign or key not in (*columns.BY_KEY, _IGNORE):
            raise CommandError(f"--column {said}: write NAME=KEY, with one of {', '.join(columns.BY_KEY)}.")
        chosen[_index(name, reading)] = "" if key == _IGNORE else key
    chosen |= {_index(name, reading): "" for name in options["ignore"]}
    return dataclasses.replace(given, columns=chosen) if chosen else given


def unanswered(reading: Reading) -> str:
    """Return the open questions, each with the option that answers it."""
    asked = [f"{question.text} Answer with {question.option}." for question in questions.of(reading)]
    return "\n".join(["Nothing was loaded. The file can be read in more than one way.", *asked])


def ask(question: Question, given: Answers) -> Answers:
    """Put *question* to whoever sits at the terminal until it is answered, and return *given* with the answer."""
    offered = _offered(question)
    while True:
        said = input(f"{question.text}\n[{' / '.join(offered) or 'name'}] ").strip()
        if said in offered or (said and not offered):
            return _answered(question, said, given)


def _offered(question: Question) -> list[str]:
    if question.column is not None:
        return [*columns.BY_KEY, _IGNORE]
    known: dict[str, list[str]] = {
        "date_order": _keys(DATE_ORDERS),
        "decimal_sign": _keys(DECIMAL_SIGNS),
        "cents": _keys(UNITS),
        "end_day": _keys(END_DAYS),
        "hidden_rows": _keys(HIDDEN_ROWS),
    }
    return known.get(question.key, [])


def _answered(question: Question, said: str, given: Answers) -> Answers:
    if question.column is not None:
        key = "" if said == _IGNORE else said
        return dataclasses.replace(given, columns={**(given.columns or {}), question.column: key})
    values: dict[str, Any] = {
        "cents": {"cents": said == "cents"},
        "end_day": {"end_included": said == INCLUDED},
    }.get(question.key, {question.key: said})
    return dataclasses.replace(given, **values)


def _index(name: str, reading: Reading) -> int:
    wanted = heading_key(name)
    found = [index for index, heading in enumerate(reading.headings) if heading_key(heading) == wanted]
    if len(found) == 1:
        return found[0]
    if name.isdecimal() and 1 <= int(name) <= len(reading.columns):
        return int(name) - 1
    raise CommandError(
        f"The file has no column {name}. It has: {', '.join(reading.headings) or len(reading.columns)}."
        if not found
        else f"The file has several columns {name}: say which by its number, from 1."
    )


def _keys(choices: list[tuple[str, Any]]) -> list[str]:
    return [key for key, _label in choices]
