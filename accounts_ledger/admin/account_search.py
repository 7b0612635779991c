"""Finding accounts by what people have at hand: a code, a name, a customer, an order number."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from accounts_ledger import codes
from accounts_ledger.models import Account, Transfer

LONGEST_TERM = 128
#: Customers, and transfers of one order, that a term is looked up for at most: it is vague beyond that.
MOST_MATCHES = 1000


def search(accounts: QuerySet, term: str) -> QuerySet:
    """Return those of *accounts* that *term* means.

    A whole code (however it is typed) means that one account, an order number the accounts that paid for it. Anything
    else is looked for in the names of accounts, and in the names and e-mail addresses of their holders.
    """
    term = term.strip()
    if not term:
        return accounts
    if len(term) > LONGEST_TERM or "\x00" in term:
        return accounts.none()
    exact = _exactly(term)
    if exact:
        return accounts.filter(pk__in=exact)
    return accounts.filter(_named(term) | _held_by(term))


def _exactly(term: str) -> set[int]:
    code = codes.normalise(term)
    found = set(Account.objects.filter(code=code).values_list("pk", flat=True)) if code else set()
    sides = Transfer.objects.filter(merchant_reference=term).values_list("source", "destination")[:MOST_MATCHES]
    for source, destination in sides:
        found |= {source, destination}
    # The order number is on both sides of the redemption, and nobody looks for Redemptions like this.
    return found - set(Account.objects.filter(pk__in=found).exclude(chart_code=None).values_list("pk", flat=True))


def _named(term: str) -> Q:
    condition = Q()
    for word in term.split():
        condition &= Q(name__icontains=word)
    return condition


def people(term: str) -> QuerySet:
    """Return the users in whose names or e-mail address every word of *term* occurs."""
    found = get_user_model()._default_manager.all()
    for word in term.split():
        found = found.filter(
            Q(email__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(username__icontains=word)
        )
    return found


def _held_by(term: str) -> Q:
    holders = list(people(term).order_by("pk").values_list("pk", flat=True)[:MOST_MATCHES])
    if not holders:
        return Q()
    shared = Account.secondary_users.through.objects.filter(user__in=holders).values("account")
    return Q(primary_user__in=holders) | Q(pk__in=shared)
