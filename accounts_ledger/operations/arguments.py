"""What the facade's functions are given, checked before anything is asked of the database.

Python does not mind a user in the place of a parent. Where all that is stored of either is a number, the ledger would
then name the wrong transfer for ever.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import TypeVar

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_ledger import exceptions
from accounts_ledger.models import Account, AccountType, Hold, Transfer

Thing = TypeVar("Thing")

# Lazy: translated only when a message needs them, not for every transfer.
ACCOUNT = gettext_lazy("account")
SOURCE = gettext_lazy("source")
DESTINATION = gettext_lazy("destination")
DESCRIPTION = gettext_lazy("description")
IDEMPOTENCY_KEY = gettext_lazy("idempotency key")
MERCHANT_REFERENCE = gettext_lazy("merchant reference")
PARENT = gettext_lazy("parent")
REASON = gettext_lazy("reason")
REFERENCE = gettext_lazy("reference")

#: Characters of what is stored with transfers and holds, and of reasons as simple-history stores them.
LONGEST_REFERENCE, LONGEST_KEY, LONGEST_DESCRIPTION, LONGEST_REASON = 128, 128, 256, 100

_UNPRINTABLE = re.compile("[\x00\ud800-\udfff]")
#: Ids beyond it are no rows': the columns have 64 bits.
_LARGEST_ID = 2**63 - 1


def check_account(name: object, account: object) -> None:
    """Raise InvalidArgument if *account* is not an account, AccountNotFound if it was never saved."""
    if not isinstance(account, Account):
        raise _invalid(name, _("an account"), account)
    if not _is_id(account.pk):
        raise exceptions.AccountNotFound(_("%s was not saved yet.") % account)


def check_account_type(account_type: object) -> None:
    """Raise InvalidArgument if *account_type* is neither an account type nor None."""
    if account_type is not None and not isinstance(account_type, AccountType):
        raise _invalid(_("account type"), _("an account type"), account_type)


def check_transfer(name: object, transfer: object) -> None:
    """Raise InvalidArgument if *transfer* is not a transfer, TransferNotFound if it was never posted."""
    if not isinstance(transfer, Transfer):
        raise _invalid(name, _("a transfer"), transfer)
    if not _is_id(transfer.pk):
        raise exceptions.TransferNotFound(_("Transfer %s was never posted.") % transfer)


def check_hold(hold: object) -> None:
    """Raise InvalidArgument if *hold* is not a hold, HoldNotOpen if it was never made."""
    if not isinstance(hold, Hold):
        raise _invalid(_("hold"), _("a hold"), hold)
    if not _is_id(hold.pk):
        raise exceptions.HoldNotOpen(_("Hold %s was never made.") % hold)


def check_user(user: object) -> None:
    """Raise InvalidArgument if *user* is neither a user, nor a guest (AnonymousUser), nor None."""
    if user is None:
        return
    if isinstance(user, type) or not (hasattr(user, "get_username") and hasattr(user, "pk")):
        raise _invalid(_("user"), _("a user"), user)


def check_moment(name: object, moment: object) -> None:
    """Raise InvalidDate if *moment* is neither a date, nor a date and time, nor None."""
    if moment is not None and not isinstance(moment, datetime.date):
        raise exceptions.InvalidDate(_("The %(name)s must be a date, not %(given)s.") % _names(name, moment))
    if isinstance(moment, datetime.datetime):
        try:
            moment.astimezone(datetime.UTC)
        except (OverflowError, ValueError) as error:
            raise exceptions.InvalidDate(_("The %s is too far away to be stored.") % name) from error


def listed(name: object, things: Iterable[Thing]) -> list[Thing]:
    """Return *things* as a list, or raise InvalidArgument if they are one thing instead of several."""
    if isinstance(things, str | bytes) or not isinstance(things, Iterable):
        raise _invalid(name, _("a list"), things)
    return list(things)


def check_ids(**ids: object) -> None:
    """Raise InvalidArgument if one of *ids*, by their names, is neither the id of a row nor None."""
    for name, value in ids.items():
        if value is not None and not _is_id(value):
            raise _invalid(name, _("an id"), value)


def check_user_id(pk: object) -> None:
    """Raise InvalidArgument if *pk* is neither what users have as an id, which differs from site to site, nor None."""
    if pk is None or _is_id(pk):
        return
    try:
        known = get_user_model()._meta.pk.to_python(pk)
    except (ValidationError, OverflowError) as error:
        raise _invalid(_("user"), _("an id"), pk) from error
    if isinstance(known, int) and not _is_id(known):
        raise _invalid(_("user"), _("an id"), pk)


def check_text(name: object, text: object, longest: int) -> None:
    """Raise InvalidText if *text* is longer than *longest* characters, or has a character that cannot be stored."""
    if text is None:
        return
    if not isinstance(text, str):
        raise exceptions.InvalidText(_("The %s must be a text.") % name)
    if len(text) > longest:
        raise exceptions.InvalidText(
            _("The %(name)s may have at most %(count)d characters.") % {"name": name, "count": longest}
        )
    if _UNPRINTABLE.search(text):
        raise exceptions.InvalidText(_("The %s has characters that cannot be stored.") % name)


def check_remarks(merchant_reference: object, description: object = None, idempotency_key: object = None) -> None:
    """Raise InvalidText if one of the texts that go with a transfer or a hold cannot be stored."""
    check_text(MERCHANT_REFERENCE, merchant_reference, LONGEST_REFERENCE)
    check_text(DESCRIPTION, description, LONGEST_DESCRIPTION)
    check_text(IDEMPOTENCY_KEY, idempotency_key, LONGEST_KEY)


def _is_id(pk: object) -> bool:
    return isinstance(pk, int) and not isinstance(pk, bool) and 0 < pk <= _LARGEST_ID


def _invalid(name: object, wanted: str, given: object) -> exceptions.InvalidArgument:
    return exceptions.InvalidArgument(
        _("The %(name)s must be %(wanted)s, not %(given)s.") % {**_names(name, given), "wanted": wanted}
    )


def _names(name: object, given: object) -> dict[str, object]:
    return {"name": name, "given": type(given).__name__}
