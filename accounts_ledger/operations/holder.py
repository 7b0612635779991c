"""What becomes of the accounts of a user who is deleted: they wait, frozen, for staff. Nobody else can spend them.

Without its holder an account would belong to whoever has the code. The holder's address is kept with it, so that staff
can find whose it was, give it a new holder and thaw it, or pay it out.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.signals import pre_delete
from django.utils.translation import gettext as _

from accounts_ledger import history, locks
from accounts_ledger.models import Account
from accounts_ledger.models.history import current_request
from accounts_ledger.money import display


def held_by(user: Any) -> QuerySet[Account]:
    """Return the accounts that only *user* can spend, open or frozen: as their holder, or shared with nobody else."""
    shared = Account.secondary_users.through.objects.filter(account=OuterRef("pk"))
    alone = Q(Exists(shared.filter(user=user.pk))) & ~Q(Exists(shared.exclude(user=user.pk)))
    return (
        Account.objects.for_people()
        .exclude(status=Account.CLOSED)
        .filter(Q(primary_user=user.pk) | (Q(primary_user=None) & alone))
    )


def holdings(user: Any) -> list[str]:
    """Return what is on the accounts of *user*, a text for each currency: "2 accounts with £32.05"."""
    totals = held_by(user).order_by("currency").values("currency").annotate(number=Count("pk"), value=Sum("balance"))
    return [
        _("%(number)d × %(currency)s, %(value)s in all")
        % {"number": row["number"], "currency": row["currency"], "value": display(row["value"], row["currency"])}
        for row in totals
    ]


def has_value(user: Any) -> bool:
    return held_by(user).exclude(balance=Decimal(0)).exists()


def let_wait(user: Any, actor: Any = None, reason: str = "") -> int:
    """Freeze the accounts of *user*, who is about to be deleted, with the address in place of the holder.

    Returns:
        How many there were.
    """
    pks = list(held_by(user).values_list("pk", flat=True))
    for account in locks.accounts(pks).values():
        account.holder_email = account.holder_email or user.email
        account.primary_user = None
        if account.is_open() and not account.is_core:
            account.status = Account.FROZEN
        # Not by the user who is deleted: the row of history could not refer to them.
        history.note(account, reason=reason or _("Holder deleted"), user=actor)
        account.save(update_fields=["holder_email", "primary_user", "status"])
    return len(pks)


def before_deletion(sender: type[Any], instance: Any, **kwargs: Any) -> None:
    """Receiver of ``pre_delete`` of users."""
    actor = getattr(current_request(), "user", None)
    is_other = actor is not None and actor.is_authenticated and actor.pk != instance.pk
    let_wait(instance, actor if is_other else None)


def listen() -> None:
    pre_delete.connect(before_deletion, sender=get_user_model(), dispatch_uid="accounts_ledger.holder")
