"""Person: whose data is to be removed, and the texts by which it is recognised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model

from accounts_ledger.exceptions import AccountException
from backoffice.erasure import former

#: Shorter texts occur in too much that has nothing to do with the person.
_SHORTEST = 4


class NobodyFound(AccountException):
    """There is no such user, and the text is no e-mail address."""


@dataclass(frozen=True)
class Person:
    """A user of the shop, or somebody of whom only an e-mail address is known."""

    user: Any
    emails: tuple[str, ...]
    #: Names under which the user acted, or was written about, before the present one.
    former_names: tuple[str, ...] = ()

    @property
    def pseudonym(self) -> str:
        """Return what replaces the user's name: it says who acted, by number, to nobody but the books."""
        return f"erased-{self.user.pk}" if self.user is not None else "erased"

    @property
    def terms(self) -> tuple[str, ...]:
        """The texts that mean this person in what is written about customers and staff, longest first."""
        texts = (*self.emails, *self._names, *self.former_names)
        found = {term for term in texts if len(term) >= _SHORTEST and term != self.pseudonym}
        return tuple(sorted(found, key=lambda term: (-len(term), term)))

    @property
    def _names(self) -> list[str]:
        if self.user is None:
            return []
        has_both = self.user.first_name and self.user.last_name
        return [self.user.get_username(), self.user.get_full_name() if has_both else ""]


def find(text: str) -> Person:
    """Return the person with this number, user name or e-mail address.

    Raises:
        NobodyFound: *text* is none of these.
    """
    text = text.strip()
    users = get_user_model()._default_manager
    user = users.filter(**{get_user_model().USERNAME_FIELD: text}).first() or users.filter(email__iexact=text).first()
    if user is None and text.isascii() and text.isdigit() and len(text) < 10:
        user = users.filter(pk=int(text)).first()
    if user is None and "@" not in text:
        raise NobodyFound(f"There is no user {text}. Give a user name, a number or an e-mail address.")
    return of(user, text if "@" in text else "")


def of(user: Any, *emails: str) -> Person:
    """Return the person who is *user* (or None), with these *emails* beside the user's own, present and former ones."""
    if user is None:
        return Person(None, tuple(sorted({email for email in emails if email})))
    known = {email for email in (user.email, *emails, *former.emails(user)) if email}
    return Person(user, tuple(sorted(known)), tuple(sorted(former.names(user))))
