"""What was shown is what is done: a confirmation is good for the state that its page showed, and for no other.

A page that acts puts what it shows into *facts* (names and texts, made on the server from the database) and signs them
into its form. When it is confirmed, they are compared with the facts of that moment: under the lock, in the transaction
of the act, right before it. If anything differs, nothing is done, and the page shows the new state and says what has
changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from accounts_ledger.exceptions import ChangedMeanwhile

#: The hidden field of a form that carries what was shown.
FIELD = "shown"
#: What stands for many things at once; nobody can read anything out of it, so messages only name it.
_DIGEST = "sha256:"
_LISTED = 6

Facts = Mapping[str, str]


class Confirmation:
    """What one page showed to one person about one thing. No other page, person or thing can use it."""

    def __init__(self, user: Any, page: str, subject: object = "") -> None:
        self._salt = f"confirmation:{page}:{subject}:{user.pk}"

    def seal(self, facts: Facts) -> str:
        """Return *facts*, signed, for the form."""
        return signing.dumps(_plain(facts), salt=self._salt, compress=True)

    def check(self, sealed: str, facts: Facts) -> None:
        """Raise ChangedMeanwhile unless *facts* are those that were *sealed* by this very page."""
        try:
            shown: dict[str, str] = signing.loads(sealed, salt=self._salt)
        except signing.BadSignature:
            raise ChangedMeanwhile(
                _("Nothing has been done yet. Check what is about to happen on this page, and confirm it.")
            ) from None
        now = _plain(facts)
        if shown != now:
            raise ChangedMeanwhile(
                _("Nothing was done, because this has changed since you saw it: %s. Check it and confirm again.")
                % _differences(shown, now)
            )


def digest(rows: Iterable[object]) -> str:
    """Return the fact that stands for *rows*, which are too many to be shown one by one."""
    found = hashlib.sha256()
    for row in rows:
        found.update(json.dumps(row, default=str).encode())
        found.update(b"\n")
    return f"{_DIGEST}{found.hexdigest()}"


def readable(facts: Facts) -> dict[str, str]:
    """Return those of *facts* that are for people to read."""
    return {name: value for name, value in _plain(facts).items() if value and not value.startswith(_DIGEST)}


def _plain(facts: Facts) -> dict[str, str]:
    return {str(name): str(value) for name, value in facts.items()}


def _differences(shown: dict[str, str], now: dict[str, str]) -> str:
    names = [name for name in {**shown, **now} if shown.get(name) != now.get(name)]
    found = [_difference(name, shown.get(name, ""), now.get(name, "")) for name in names[:_LISTED]]
    return "; ".join([*found, "…"] if len(names) > _LISTED else found)


def _difference(name: str, old: str, new: str) -> str:
    if old.startswith(_DIGEST) or new.startswith(_DIGEST):
        return name
    return _("%(name)s (%(old)s → %(new)s)") % {"name": name, "old": old or "–", "new": new or "–"}
