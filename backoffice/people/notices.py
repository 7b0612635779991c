"""Mails that tell of changes: to the person, at the old and the new address, and to ADMINS."""

from __future__ import annotations

import logging
import smtplib
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.mail import mail_admins, send_mail
from django.utils.translation import gettext as _

from accounts_ledger.models.history import current_request
from backoffice.people import facts

logger = logging.getLogger("backoffice")


def send(before: facts.Facts | None, after: facts.Facts | None) -> None:
    """Tell of what became different between *before* (None: the user is new) and *after* (None: deleted)."""
    if before is None:
        if after is not None and after.is_staff:
            _tell_admins(after.username, [_("The user is new."), *facts.differences(_nobody(after), after)])
        return
    if after is None or not (before.is_staff or after.is_staff):
        return  # shoppers are told by the shop; what becomes of a user who is deleted, the admin's history says
    changes = list(facts.differences(before, after))
    if changes:
        _tell_person({before.email, after.email} - {""}, after.username, changes)
        _tell_admins(after.username, changes)


def _nobody(user: facts.Facts) -> facts.Facts:
    """Return *user* as they were before they might do anything."""
    nothing: frozenset[str] = frozenset()
    return facts.Facts(
        **vars(user) | {"is_staff": False, "is_superuser": False, "roles": nothing, "permissions": nothing}
    )


def _tell_person(addresses: set[str], username: str, changes: list[str]) -> None:
    text = _(
        "This has changed for your user %(user)s in the back office:\n\n%(changes)s\n\n%(by)s\n\n"
        "If you did not expect this, tell a colleague who manages users, at once and not by replying to this mail."
    )
    told = text % {"user": username, "changes": _listed(changes), "by": _by()}
    for address in sorted(addresses):
        _try(send_mail, _("Your user has changed"), told, settings.DEFAULT_FROM_EMAIL, [address])


def _tell_admins(username: str, changes: list[str]) -> None:
    text = _("User %(user)s:\n\n%(changes)s\n\n%(by)s")
    told = text % {"user": username, "changes": _listed(changes), "by": _by()}
    _try(mail_admins, _("User %s has changed") % username, told)


def _listed(changes: list[str]) -> str:
    return "\n".join(f"- {change}" for change in changes)


def _by() -> str:
    user = getattr(current_request(), "user", None) or AnonymousUser()
    if not user.is_authenticated:
        return _("It was not done by a logged-in user, but with a link from an e-mail or on the server.")
    return _("It was done by %s.") % user.get_username()


def _try(send: Any, *arguments: Any) -> None:
    """Send; what was changed is changed, so a mail server that is away may only be noted."""
    try:
        send(*arguments)
    except (OSError, smtplib.SMTPException):
        logger.exception("A notice of a changed user could not be mailed")
