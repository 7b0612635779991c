"""Erasing a person: one act, repeatable, that leaves a record of what was removed and what stays, and why."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts_ledger.exceptions import AccountException
from accounts_ledger.models import Hold, Transfer
from accounts_ledger.operations import holder
from backoffice.erasure import linked, sweep
from backoffice.erasure.person import Person
from backoffice.models import Erasure


class ErasureRefused(AccountException):
    """Something has to be settled first."""


def obstacles(person: Person, *, despite_balance: bool = False) -> list[str]:
    """Return what has to be settled before *person* can be erased."""
    found = []
    user = person.user
    if user is not None and holder.has_value(user) and not despite_balance:
        found.append(
            _("Their accounts hold money, which nobody could claim any more: %s. Pay it out first.")
            % "; ".join(holder.holdings(user))
        )
    if user is not None and (user.is_staff or user.is_superuser) and user.is_active:
        found.append(_("They are a member of staff. Take their access away first."))
    batches = linked.waiting_batches(person)
    if batches:
        found.append(_("Batches that are not finished name them: %s. Load or cancel these first.") % ", ".join(batches))
    return found


def kept(person: Person) -> dict[str, int]:
    """Return what stays of *person*, and how much of it: the money's trail, without their name."""
    stays: dict[str, int] = {}
    if person.user is not None:
        stays[_("transfers that they made, by a number instead of their name: the books are kept by law")] = (
            Transfer.objects.filter(username__in=[person.pseudonym]).count()
        )
    stays[_("orders, without name and address: invoices are kept by law")] = linked.orders_of(person).count()
    stays[_("texts of transfers that name them: what was posted cannot be rewritten")] = sweep.kept_texts(person)
    return {what: number for what, number in stays.items() if number}


def erase(person: Person, *, reason: str, user: Any = None, despite_balance: bool = False) -> Erasure:
    """Remove the data of *person* from every table, and keep the money's trail. Safe to repeat.

    Args:
        reason: why, such as the number of the request; kept with the record.
        user: the member of staff (or None, the system) who does it.
        despite_balance: also where their accounts hold money. These are frozen, and can be claimed by nobody.

    Raises:
        ErasureRefused: something has to be settled first.
    """
    found = obstacles(person, despite_balance=despite_balance)
    if found:
        raise ErasureRefused(" ".join(found))
    with transaction.atomic():
        removed = {}
        if person.user is not None:
            linked.forget_addresses(person.user)
            frozen = holder.let_wait(person.user, user, reason=_("Holder erased"))
            removed["accounts without a holder"] = frozen
            removed["names of transfers"] = _pseudonymise_transfers(person)
            Hold.objects.filter(user=person.user).update(user=None, username=person.pseudonym)
        removed |= linked.remove(person)
        if person.user is not None:
            _anonymise(person)
        record = Erasure.objects.create(
            subject=person.pseudonym,
            reason=reason,
            user=user,
            username=user.get_username() if user else "",
        )
        for what, number in sweep.replace(person).items():
            removed[what] = removed.get(what, 0) + number
        record.refresh_from_db()
        record.removed = {what: number for what, number in removed.items() if number}
        record.kept = kept(person)
        record.save(update_fields=["removed", "kept"])
    return record


def _pseudonymise_transfers(person: Person) -> int:
    """Let transfers name the user by number. The database permits this very change, and no other name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_ledger_transfer SET user_id = NULL, username = %s WHERE user_id = %s",
            [person.pseudonym, person.user.pk],
        )
        return int(cursor.rowcount)


def _anonymise(person: Person) -> None:
    user = person.user
    type(user)._default_manager.filter(pk=user.pk).update(
        **{user.USERNAME_FIELD: person.pseudonym},
        first_name="",
        last_name="",
        email="",
        is_active=False,
        last_login=None,
    )
    user.set_unusable_password()
    user.save(update_fields=["password"])
