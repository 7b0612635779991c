"""The accounts that belong to a customer, and making one's own of a card that one holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_ledger import exceptions, history
from accounts_ledger.models import Account
from accounts_ledger.models.account_queries import AccountQuerySet
from oscar_integration import guessing
from oscar_integration.naming import label

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class AlreadyYours(exceptions.AccountException):
    """The card is among the customer's cards already."""


def accounts_of(user: AbstractBaseUser) -> AccountQuerySet:
    """Return every account of *user*'s, as owner or shared with them: what can be spent first, then the rest.

    An account that has an owner cannot be spent by those it is shared with, and is not theirs to look at either.
    """
    theirs = Q(primary_user=user) | Q(primary_user=None, secondary_users=user)
    accounts: AccountQuerySet = Account.objects.filter(theirs, chart_code=None)
    over = Q(status=Account.CLOSED) | Q(end_date__lte=timezone.now()) | Q(balance__lte=0)
    return (
        accounts.distinct()
        .annotate(is_over=Case(When(over, then=Value(True)), default=Value(False)))
        .select_related("product_range")
        .order_by("is_over", F("end_date").asc(nulls_last=True), "-pk")
    )


def add_by_code(request: HttpRequest, code: str) -> Account:
    """Make the customer of *request* the owner of the card with *code*, which has none yet. Counts as an attempt.

    From then on nobody else can spend it, not even with the code.

    Raises:
        TooManyAttempts: the customer has to wait.
        UnusableCode: there is no such card, or not for them.
        AlreadyYours: it is theirs already.
    """
    user = request.user
    with guessing.attempt(request):
        found = guessing.find(code, user)
        if found.account is not None and found.is_theirs:
            raise AlreadyYours(_("%s is already linked to your account.") % label(found.account))
        account = guessing.usable(found, currency=None)
        with transaction.atomic():
            # Of two customers who hold the same code, the first one gets the card.
            free = Account.objects.filter(pk=account.pk, primary_user=None, secondary_users=None, status=Account.OPEN)
            if not Account.objects.filter(pk__in=free.values("pk"), primary_user=None).update(primary_user=user):
                raise guessing.UnusableCode
            account.primary_user = user  # type: ignore[assignment]  # the page is for users who are logged in
            history.record([account], reason=_("Added by its holder"), user=user)
    return account
