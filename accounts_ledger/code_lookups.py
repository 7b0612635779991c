"""Look-ups by whole code that staff make: counted like everybody's guesses, so that nobody finds codes by trying.

The ledger knows what could be a code; who has tried too many is kept by whoever registers a `Guard`, as
``oscar_integration`` does. Without one, nothing is counted.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts_ledger import codes

#: Fewer characters are no code that is looked up. Names are words of letters, so those have to be longer.
_SHORTEST, _SHORTEST_WORD = 6, 8
LONGEST_CODE = 128
#: Somebody who types a code into a field that searches meanwhile makes one attempt: the same beginning, another length
#: each time, for so many seconds.
_BEGINNING, _TYPING_SECONDS = 6, 60
_SESSION_KEY = "code_being_typed"


class Guard(Protocol):
    """Keeps who has tried too many codes."""

    def take(self, request: HttpRequest) -> None:
        """Count an attempt before anything is looked up, or raise an AccountException that says how long to wait."""

    def give_back(self, request: HttpRequest) -> None:
        """Uncount an attempt that found something."""

    def fail(self, request: HttpRequest) -> None:
        """Note that an attempt found nothing, for the alarm."""


@dataclass
class Lookup:
    """What a search came to; whoever searches says so."""

    found: bool = False


_guards: list[Guard] = []


def register(guard: Guard) -> None:
    """Have every look-up counted by *guard* from now on."""
    _guards.append(guard)


def could_be_code(term: str) -> bool:
    """Return whether *term* could be a whole code. Nothing else may be looked up as one: it would not be counted."""
    code = codes.normalise(term.replace("\x00", ""))
    if not _SHORTEST <= len(code) <= LONGEST_CODE or "@" in term:
        return False
    if any(character.isdigit() for character in code) or not code.isalpha():
        return True
    # Letters only: one long word, or groups of one length, as codes are printed. "Anna Smith" is neither.
    groups = {len(group) for group in re.findall(r"\w+", term)}
    return term.isupper() or (len(code) >= _SHORTEST_WORD and len(groups) == 1)


@contextmanager
def counted(request: HttpRequest | None, term: str, *, typing: bool = False) -> Iterator[Lookup]:
    """Count the search for *term* if it could be a code: it has failed unless the block says that something was found.

    A term is counted once a request. Not to be used inside a transaction: what is counted would be undone with it.

    Args:
        request: whose search it is; None for a command's, which has nobody to count for.
        typing: the search is one of those that a field makes while somebody types.

    Raises:
        AccountException: too many codes were tried; the block is not run.
    """
    lookup = Lookup()
    if request is None or not could_be_code(term) or term in _looked_up(request):
        yield lookup
        return
    goes_on = typing and _goes_on(request, codes.normalise(term))
    if not goes_on:
        for guard in _guards:
            guard.take(request)
    _looked_up(request).add(term)
    yield lookup
    if lookup.found:
        request.session.pop(_SESSION_KEY, None)
    for guard in _guards:
        if lookup.found:
            guard.give_back(request)
        elif not goes_on:
            guard.fail(request)


def _looked_up(request: HttpRequest) -> set[str]:
    """Return the terms that *request* was counted for already."""
    terms: set[str] = request.__dict__.setdefault("_codes_looked_up", set())
    return terms


def _goes_on(request: HttpRequest, code: str) -> bool:
    """Return whether *code* is what somebody was typing a moment ago, longer or shorter. Only a hash is remembered."""
    beginning = salted_hmac(_SESSION_KEY, code[:_BEGINNING], algorithm="sha256").hexdigest()
    before, lengths, since = request.session.get(_SESSION_KEY, ("", [], 0))
    fresh = time.time() - since < _TYPING_SECONDS
    goes_on = fresh and len(code) not in lengths and constant_time_compare(before, beginning)
    kept = (lengths, since) if goes_on else ([], int(time.time()))
    request.session[_SESSION_KEY] = (beginning, [*kept[0], len(code)], kept[1])
    return goes_on
