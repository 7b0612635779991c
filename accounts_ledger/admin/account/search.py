"""Finding accounts by what people have at hand: a code, a name, a customer, an order number."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts_ledger import code_lookups, code_rotation, codes
from accounts_ledger.models import Account, GiftCardBatch, Transfer

LONGEST_TERM = 128
#: Customers, and transfers of one order, that a term is looked up for at most: it is vague beyond that.
MOST_MATCHES = 1000


def search(accounts: QuerySet[Account], term: str) -> QuerySet[Account]:
    """Return those of *accounts* that *term* means.

    A whole code (however it is typed) means that one account, an order number the accounts that paid for it, a batch's
    reference all that it created. Anything else is looked for in the names of accounts and batches, and in the names
    and e-mail addresses of holders.
    """
    term = term.strip()
    if not term:
        return accounts
    if len(term) > LONGEST_TERM or "\x00" in term:
        return accounts.none()
    batch = GiftCardBatch.objects.filter(reference__iexact=term).first()
    if batch:
        return accounts.filter(batch=batch)
    exact = _exactly(term)
    if exact:
        return accounts.filter(pk__in=exact)
    return accounts.filter(_named(term) | _held_by(term) | Q(batch__in=_batches(term)))


def counted(request: HttpRequest, accounts: QuerySet[Account], term: str, *, typing: bool = False) -> QuerySet[Account]:
    """Return what `search` does. A term that could be a code and finds nothing counts as a guess of the user's.

    Raises:
        AccountException: the user has tried too many codes.
    """
    with code_lookups.counted(request, term, typing=typing) as lookup:
        found = search(accounts, term)
        lookup.found = found.exists()
    return found


def with_code(term: str) -> Account | None:
    """Return the account whose whole code *term* is, however it was typed, or None. See `counted`."""
    if len(term) > LONGEST_TERM or not code_lookups.could_be_code(term):
        return None
    code = codes.normalise(term)
    code_rotation.check_keys_are_known()
    return Account.objects.filter(code=code).first()


def _exactly(term: str) -> set[int]:
    meant = with_code(term)
    found = {meant.pk} if meant else set()
    sides = Transfer.objects.filter(merchant_reference=term).values_list("source", "destination")[:MOST_MATCHES]
    for source, destination in sides:
        found |= {source, destination}
    # The order number is on both sides of the redemption, and nobody looks for Redemptions like this.
    customers = Account.objects.for_people().filter(pk__in=found, chart_code=None)
    return set(customers.values_list("pk", flat=True))


def _named(term: str) -> Q:
    condition = Q()
    for word in term.split():
        condition &= Q(name__icontains=word)
    return condition


def _batches(term: str) -> list[int]:
    """Return the batches in whose name or file name *term* occurs."""
    found = GiftCardBatch.objects.filter(Q(name__icontains=term) | Q(file_name__icontains=term))
    return list(found.order_by("-pk").values_list("pk", flat=True)[:MOST_MATCHES])


def people(term: str) -> QuerySet[Any]:
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
    made_for = Q(holder_email__icontains=term)
    if not holders:
        return made_for
    shared = Account.secondary_users.through.objects.filter(user__in=holders).values("account")
    return made_for | Q(primary_user__in=holders) | Q(pk__in=shared)
