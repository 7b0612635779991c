"""What a shop calls: whose accounts there are, and paying an order from several of them at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts_ledger import chart, codes, conf, exceptions, facade
from accounts_ledger.models import Account, Transfer
from accounts_ledger.models.account_queries import AccountQuerySet
from oscar_integration import records
from oscar_integration.allocations import Allocations
from oscar_integration.eligibility import check_usable

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    Shopper = AbstractBaseUser | AnonymousUser


def user_accounts(user: Shopper | None, currency: str | None = None) -> AccountQuerySet:
    """Return the accounts that *user* can spend as their owner, soonest to expire first.

    Open, within their dates, with a positive amount available, theirs as primary or secondary user.

    Args:
        currency: only accounts of this currency (default: any).
    """
    accounts: AccountQuerySet = Account.active.all()  # type: ignore[assignment]  # the manager's querysets are of this class
    if user is None or user.pk is None:
        return accounts.none()
    shared = Q(primary_user=None, secondary_users=user)
    usable = accounts.filter(Q(primary_user=user) | shared, status=Account.OPEN, chart_code=None)
    with_money = usable.filter(Q(credit_limit=None) | Q(balance__gt=F("held") - F("credit_limit")))
    if currency:
        with_money = with_money.filter(currency=currency)
    return with_money.distinct().order_by(F("end_date").asc(nulls_last=True), "pk")


def redeem(order_number: object, user: Shopper | None, allocations: Allocations | Decimal | int) -> list[Transfer]:
    """Pay an order from one or more accounts: all of it or nothing.

    The payment sources of an order that is there already are written with it; those of one that is placed afterwards
    when the checkout is done, or when it is cancelled.

    Safe to repeat: the same order, accounts and amounts give the same transfers. When the transfers were reversed
    meanwhile ("Payment cancelled"), the order can be paid anew.

    Args:
        order_number: goes on each transfer as its merchant reference.
        user: who pays. A guest is an AnonymousUser; None is the system itself, which may spend any account.
        allocations: the amounts by account; or one amount, to be paid from *user*'s own accounts, soonest to expire
            first, in the default currency.

    Returns:
        One transfer an account, in the order of the allocations.

    Raises:
        InsufficientFunds: an account, or *user*'s accounts together, have less.
        AccountException: as `facade.transfer`, or because an account may not be used; nothing was moved.
    """
    if not isinstance(allocations, Allocations):
        allocations = allocate(user, Decimal(allocations))
    with transaction.atomic():
        # Locked first, so that what `cancel_redemption` does at the same moment is seen whole or not at all.
        facade.lock(Account.objects.filter(pk__in=list(allocations)))
        accounts = accounts_of(allocations)
        if user is not None:
            for account, _amount in accounts:
                check_usable(account, user, account.currency)
        transfers = post(redemption_requests(order_number, user, accounts))
        records.record_redeemed(order_number, transfers)
        return transfers


def cancel_redemption(order_number: object, user: AbstractBaseUser | None = None) -> list[Transfer]:
    """Give back what `redeem` took for an order that could not be placed. Safe to repeat.

    For shops that take payment before they write the order: call it when anything fails after `redeem`.

    Args:
        user: who asked for it, None for the system itself.

    Returns:
        The reversals, described as "Payment cancelled".

    Raises:
        AccountException: as `facade.reverse`; nothing was given back.
    """
    redemptions = Transfer.objects.filter(merchant_reference=str(order_number), kind=Transfer.Kind.REDEMPTION)
    redemptions = redemptions.select_related("source", "destination").order_by("pk")
    with transaction.atomic():
        facade.lock([redemption.source for redemption in redemptions], transfers=redemptions)
        # Looked at again under the locks: of two cancellations at the same moment, the second has nothing to do.
        standing = redemptions.exclude(related_transfers__kind=Transfer.Kind.REVERSAL)
        reversals = [facade.reverse(one, user=user, description=_("Payment cancelled")) for one in standing]
        records.record_reversed(order_number, reversals)
        return reversals


def allocate(user: Shopper | None, amount: Decimal, currency: str | None = None) -> Allocations:
    """Return allocations of *user*'s accounts that add up to *amount*, soonest to expire first.

    Raises:
        InsufficientFunds: the accounts together have less.
    """
    allocations, left = Allocations(), amount
    for account in user_accounts(user, currency or conf.default_currency()):
        if left <= 0:
            break
        available = account.amount_available
        part = left if available is None else min(available, left)
        allocations.add(account, part)
        left -= part
    if left > 0:
        raise exceptions.InsufficientFunds(_("The accounts together do not have enough for this."), missing=left)
    return allocations


def redemption_requests(
    order_number: object, user: Shopper | None, accounts: Sequence[tuple[Account, Decimal]]
) -> list[facade.TransferRequest]:
    """Return what is to be posted to pay an order from *accounts*, which the caller has checked.

    The references are known before anything is posted.
    """
    reference = str(order_number)
    authorised_by = user if user is not None and user.pk is not None else None
    times_reversed = _times_reversed(reference, accounts)
    destinations: dict[str, Account] = {}
    requests = []
    for account, amount in accounts:
        if account.currency not in destinations:
            destinations[account.currency] = chart.redemptions(account.currency)
        requests.append(
            facade.TransferRequest(
                source=account,
                destination=destinations[account.currency],
                amount=amount,
                kind=Transfer.Kind.REDEMPTION,
                user=authorised_by,  # type: ignore[arg-type]  # a user with a primary key is no AnonymousUser
                merchant_reference=reference,
                description=_("Order %s") % reference,
                idempotency_key=f"redemption:{reference}:{account.pk}:{times_reversed[account.pk]}",
                reference=codes.reference(),
            )
        )
    return requests


def post(requests: Sequence[facade.TransferRequest]) -> list[Transfer]:
    """Post the requests, all or none.

    Raises:
        AccountException: of the request that was refused.
    """
    if not requests:
        return []
    try:
        return facade.transfer_many(requests)
    except exceptions.BatchRefused as refused:
        raise refused.cause from refused


def accounts_of(allocations: Allocations) -> list[tuple[Account, Decimal]]:
    """Return the accounts of *allocations* with their amounts, as they are now in the database.

    Raises:
        AccountNotFound: one of them is gone.
    """
    found = Account.objects.select_related("product_range").in_bulk(list(allocations))
    missing = [pk for pk in allocations if pk not in found]
    if missing:
        raise exceptions.AccountNotFound(_("An account no longer exists."), account=missing[0])
    return [(found[pk], amount) for pk, amount in allocations.items()]


def _times_reversed(order_number: str, accounts: Sequence[tuple[Account, Decimal]]) -> Counter[int]:
    """Return how often the order's redemptions were reversed, by account id: each time, it can be paid anew."""
    # What was reversed has left two transactions: a card that was only loaded, as most are, need not be asked.
    used = [account.pk for account, _amount in accounts if account.sequence > 1]
    if not used:
        return Counter()
    redemptions = Transfer.objects.filter(
        merchant_reference=order_number, kind=Transfer.Kind.REDEMPTION, source__in=used
    )
    reversed_ones = redemptions.filter(related_transfers__kind=Transfer.Kind.REVERSAL)
    return Counter(reversed_ones.values_list("source", flat=True))
