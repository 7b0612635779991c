"""Two people for every batch: who prepared it neither loads it nor takes its codes out, superusers included."""

from __future__ import annotations

import getpass
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.utils.translation import gettext as _

from accounts_ledger.exceptions import SecondPersonNeeded
from accounts_ledger.imports import choices
from accounts_ledger.models import GiftCardBatch

CONFIRM = "accounts_ledger.can_confirm_import"
EXPORT_CODES = "accounts_ledger.export_codes"
#: Names in a message.
_NAMED = 5


def is_uploader(batch: GiftCardBatch, user: Any) -> bool:
    """Whether *user* uploaded *batch*, or drafted it without a file. The system (None) is nobody."""
    return user is not None and user.pk is not None and batch.user_id == user.pk


def check_may_load(batch: GiftCardBatch, user: Any) -> None:
    """Raise SecondPersonNeeded if *user* uploaded *batch*. None is the system: whoever runs commands on the machine."""
    if is_uploader(batch, user):
        raise SecondPersonNeeded(
            _("You uploaded this batch, so somebody else has to load it. %s") % who(batch, CONFIRM)
        )


def check_may_take_codes(batch: GiftCardBatch, user: Any) -> None:
    """Raise SecondPersonNeeded if *user* uploaded *batch*."""
    if is_uploader(batch, user):
        raise SecondPersonNeeded(
            _("You uploaded this batch, so somebody else has to download its codes. %s") % who(batch, EXPORT_CODES)
        )


def check_may_read(batch: GiftCardBatch, user: Any) -> None:
    """Raise SecondPersonNeeded if somebody else than *user* uploaded *batch*: nobody else says how it is read."""
    if user is not None and not is_uploader(batch, user):
        raise SecondPersonNeeded(
            _("%s uploaded this batch, and nobody else can change how it is read. You can upload the file yourself.")
            % (batch.username or _("The system"))
        )


def check_two(uploader: str | None, confirmer: str | None) -> None:
    """Raise SecondPersonNeeded if a command names the same user as the one who prepares and the one who confirms.

    Raises:
        SecondPersonNeeded, AccountException: see above; or there is no user of that name.
    """
    if choices.user(uploader) is not None and choices.user(uploader) == choices.user(confirmer):
        raise SecondPersonNeeded(_("%s cannot confirm what they uploaded: name two people, or none.") % uploader)


def confirmed_by_command() -> str:
    """Return what the history says of a batch that a command loads: on whose account of the machine it ran."""
    try:
        operator = getpass.getuser()
    except (KeyError, OSError):  # an id without a name, as containers have
        operator = _("unknown")
    return _("Confirmed on the command line (%s)") % operator


def who(batch: GiftCardBatch, permission: str) -> str:
    """Return the sentence that says who, other than the uploader of *batch*, has *permission*."""
    people = ModelBackend().with_perm(permission, is_active=True).filter(is_staff=True)
    people = people.exclude(pk__in=[batch.user_id])
    names = [person.get_full_name() or person.get_username() for person in people.order_by("username")[: _NAMED + 1]]
    if not names:
        return _(
            "Nobody else has the permission for it yet: ask an administrator to give it to a second person, "
            "for instance by the role Manager."
        )
    if len(names) > _NAMED:
        names[_NAMED:] = ["…"]
    return _("These people can: %s.") % ", ".join(names)
