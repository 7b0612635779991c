"""Codes of a file that accounts have already: which, and where they came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from accounts_ledger.models import Account

#: Rows that a message names; the others are counted.
_NAMED = 20


def codes_in_use(codes: Iterable[str | None]) -> dict[str, str]:
    """Return those of *codes* that an account has, each with the reference of its batch ("" if it is of none)."""
    wanted = [code for code in codes if code]
    if not wanted:
        return {}
    found = Account.objects.filter(code__in=wanted).values_list("code", "batch__reference")
    return {code: reference or "" for code, reference in found if code}


def already_in_use(reference: str) -> str:
    """Return the error of a row whose code is on a card of the batch with this *reference*, or on another account."""
    if reference:
        return _(
            "There is an account with this code already, from batch %s. An import never changes what is on it."
        ) % (reference,)
    return _("There is an account with this code already. An import never changes what is on it.")


def taken_since_the_check(rows: Iterable[tuple[int, str | None]], taken: Mapping[str, str]) -> str:
    """Return why a checked batch cannot be loaded: which of its *rows* (number, code) others have *taken*, and who."""
    places = [
        _("row %(row)s (batch %(batch)s)") % {"row": f"{number:,}", "batch": taken[code]}
        if taken[code]
        else _("row %s") % f"{number:,}"
        for number, code in rows
        if code and code in taken
    ]
    named = ", ".join(places[:_NAMED])
    if len(places) > _NAMED:
        named = _("%(places)s and %(more)s more") % {"places": named, "more": f"{len(places) - _NAMED:,}"}
    return _("Accounts with the codes of these rows were made since the check: %s.") % named
