"""Holds: value that is reserved first and moved, or let go, later."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_ledger import chart, codes, conf, dates, exceptions, posting
from accounts_ledger.models import Account, Hold, Transfer
from accounts_ledger.money import amount_of, display
from accounts_ledger.operations import arguments
from accounts_ledger.operations.refusals import door
from accounts_ledger.operations.transfer import check_not_undoing, post_all
from accounts_ledger.posting import HoldRequest, TransferRequest

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

logger = logging.getLogger("accounts_ledger")


@door
def hold(
    account: Account,
    amount: Decimal | int,
    user: AbstractBaseUser | None = None,
    merchant_reference: str | None = None,
    expires_at: datetime.datetime | datetime.date | None = None,
    idempotency_key: str | None = None,
) -> Hold:
    """Reserve *amount* of *account*: nobody else can spend it until the hold ends.

    Args:
        expires_at: when the hold ends by itself, or the last day on which it is good
            (default: ``ACCOUNTS_HOLD_MINUTES`` from now).
        user: who is to be recorded.
        merchant_reference: as for `facade.transfer`.
        idempotency_key: as for `facade.transfer`.

    Raises:
        AccountException: as `facade.transfer`.
    """
    arguments.check_account(arguments.ACCOUNT, account)
    arguments.check_user(user)
    arguments.check_moment(_("end"), expires_at)
    arguments.check_remarks(merchant_reference, idempotency_key=idempotency_key)
    if expires_at is None:
        expires_at = timezone.now() + datetime.timedelta(minutes=conf.get("ACCOUNTS_HOLD_MINUTES"))
    made = posting.post_hold(
        HoldRequest(
            account=account,
            amount=amount_of(amount, account.currency),
            expires_at=dates.end_of(expires_at),
            user=user,
            merchant_reference=merchant_reference,
            idempotency_key=idempotency_key or None,
        )
    )
    logger.info("Hold %s of %s on account #%s", made.reference, made.amount, account.pk)
    return made


@door
def capture(
    hold: Hold,
    amount: Decimal | int | None = None,
    destination: Account | None = None,
    user: AbstractBaseUser | None = None,
    merchant_reference: str | None = None,
    description: str | None = None,
    kind: str = Transfer.Kind.REDEMPTION,
    reference: str | None = None,
) -> Transfer:
    """Move what *hold* reserved, or part of it, to *destination*; what is left of the hold is released.

    A hold stays good when its account is frozen afterwards: it was authorised before.

    Args:
        amount: at most the hold's amount (default: all of it).
        destination: where the money goes (default: Redemptions).
        reference: the transfer's, for callers who must record it before they post (default: a new one).

    Raises:
        HoldNotOpen: it was captured, voided or expired before.
        InvalidAmount: more than was held, or not an amount.
        ReferenceTaken: there is a transfer with *reference* already.
        AccountException: as `facade.transfer`.
    """
    return capture_many(
        [hold],
        amount=amount,
        destination=destination,
        user=user,
        merchant_reference=merchant_reference,
        description=description,
        kind=kind,
        references=[reference] if reference else None,
    )[0]


@door
def capture_many(
    holds: Sequence[Hold],
    amount: Decimal | int | None = None,
    destination: Account | None = None,
    user: AbstractBaseUser | None = None,
    merchant_reference: str | None = None,
    description: str | None = None,
    kind: str = Transfer.Kind.REDEMPTION,
    references: Sequence[str] | None = None,
) -> list[Transfer]:
    """Capture all *holds* in one act, or none: what an order does that several cards pay.

    Args:
        amount: of each of them, as for `capture`.
        references: the transfers', one a hold (default: new ones).

    Raises:
        AccountException: as `capture`, of the first hold that is refused.
    """
    holds = arguments.listed(_("holds"), holds)
    requests = []
    for position, hold in enumerate(holds):
        arguments.check_hold(hold)
        check_not_undoing(kind)
        requests.append(
            TransferRequest(
                source=hold.account,
                destination=destination or chart.redemptions(hold.account.currency),
                amount=_amount_of(hold, amount),
                kind=kind,
                user=user or hold.user,
                merchant_reference=hold.merchant_reference if merchant_reference is None else merchant_reference,
                description=description,
                check_authority=False,  # asked when the hold was made
                captures=hold,
                reference=references[position] if references else codes.reference(),
            )
        )
    try:
        return post_all(requests)
    except exceptions.BatchRefused as refusal:
        if isinstance(refusal.cause, exceptions.HoldNotOpen):
            holds[refusal.position].refresh_from_db(fields=["status", "date_ended"])
        raise refusal.cause from refusal.cause.__cause__


def _amount_of(hold: Hold, amount: Decimal | int | None) -> Decimal:
    currency = hold.account.currency
    wanted = hold.amount if amount is None else amount_of(amount, currency)
    if wanted > hold.amount:
        raise exceptions.InvalidAmount(
            _("%(amount)s is more than the %(held)s that hold %(hold)s reserves.")
            % {"amount": display(wanted, currency), "held": display(hold.amount, currency), "hold": hold}
        )
    return wanted


@door
def void(hold: Hold) -> Hold:
    """Let go what *hold* reserved.

    Raises:
        HoldNotOpen: it was captured, voided or expired before.
    """
    arguments.check_hold(hold)
    posting.release(hold, Hold.Status.VOIDED)
    logger.info("Hold %s voided", hold.reference)
    return hold


@door
def release_expired_holds(now: datetime.datetime | None = None) -> int:
    """End every open hold whose time has passed, and return how many. Safe to repeat and to run twice at once."""
    arguments.check_moment(_("moment"), now)
    expired = Hold.objects.filter(status=Hold.Status.OPEN, expires_at__lte=now or timezone.now())
    released = 0
    for hold in expired.select_related("account").order_by("pk").iterator():
        try:
            posting.release(hold, Hold.Status.EXPIRED)
        except exceptions.HoldNotOpen:
            continue  # captured, or released by another run, since the query
        released += 1
        logger.info("Hold %s expired", hold.reference)
    return released
