"""The life of a `PaymentAttempt`: started, charged, placed, or cancelled, whoever of several processes comes first.

Each step is one short database transaction that moves the attempt from a state it must be in; no lock is held while
another system is asked. A process that finds the attempt moved on has lost to another one and gives up.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.core.loading import get_model

from accounts_ledger import conf as ledger_conf
from accounts_ledger import exceptions, facade
from accounts_ledger.models import Account
from oscar_integration import conf
from oscar_integration.models import PaymentAttempt

logger = logging.getLogger("oscar_integration")

State = PaymentAttempt.State

IN_PROGRESS = gettext_lazy("This order is already being paid, perhaps in another window. Please wait a moment.")


class AttemptInProgress(exceptions.AccountException):
    """Another request is paying the same order at this moment."""


class AttemptEnded(exceptions.AccountException):
    """The attempt was cancelled or completed by another request, or its time has passed."""


@dataclass(frozen=True)
class RemainderPaid:
    """What the shop's other payment method took: what `pay_remainder` returns.

    Attributes:
        method: its name, becomes the ``payment.SourceType`` of the order's payment source.
        reference: under which the method knows the payment.
        label: what the shopper recognises, such as "•••• 4242". Never a full card number.
        debited: False if the money is only authorised and taken later.
    """

    method: str
    reference: str
    label: str = ""
    debited: bool = True


def start(
    order_number: object,
    basket: Any,
    user: Any,
    accounts: Sequence[tuple[Account, Decimal]],
    total: Decimal,
    remainder: Decimal,
    currency: str,
    claim: Callable[[], None] | None = None,
    offers: dict[str, Any] | None = None,
) -> PaymentAttempt:
    """Hold what *accounts* are to pay and open an attempt, both or neither.

    Args:
        user: who pays, None for a guest.
        claim: looks, under lock, whether what the basket needs is still there; raises AccountException if not.
        offers: what the basket takes of offers, which is not there for others meanwhile: `scarcity.offers_of`.

    Raises:
        AttemptInProgress: the same order is being paid by another request.
        AccountException: an account cannot pay its part.
    """
    _cancel_interrupted(order_number)
    expires_at = timezone.now() + datetime.timedelta(minutes=ledger_conf.get("ACCOUNTS_HOLD_MINUTES"))
    attempt = PaymentAttempt(
        order_number=str(order_number),
        basket=basket,
        user=user,
        currency=currency,
        total=total,
        remainder=remainder,
        offers=offers or {},
        expires_at=expires_at,
    )
    with transaction.atomic():
        _claim(attempt)
        if claim is not None:
            claim()
        facade.lock([account for account, _amount in accounts])
        for account, amount in accounts:
            attempt.holds.add(
                facade.hold(
                    account,
                    amount,
                    user=user,
                    merchant_reference=str(order_number),
                    expires_at=expires_at,
                    idempotency_key=f"attempt:{attempt.reference}:{account.pk}",
                )
            )
    logger.info("Order %s: payment attempt %s started", attempt.order_number, attempt.reference)
    return attempt


def redirected(attempt: PaymentAttempt) -> None:
    """Note that the shopper was sent to the other method's pages."""
    _move(attempt, (State.STARTED,), State.REDIRECTED)


def resumed(attempt: PaymentAttempt) -> None:
    """Note that the shopper came back: of two requests that say so, one goes on.

    Raises:
        AttemptEnded: another one came first, it was cancelled, or its time has passed.
    """
    if attempt.expires_at <= timezone.now():
        raise AttemptEnded(_("This took too long: the payment has expired and nothing was taken."))
    _move(attempt, (State.REDIRECTED,), State.STARTED)


def charged(attempt: PaymentAttempt, paid: RemainderPaid) -> None:
    """Note what the other method took.

    Raises:
        AttemptEnded: it was cancelled meanwhile; what was taken is given back.
    """
    columns = {
        "method": paid.method[:128],
        "method_reference": paid.reference[:128],
        "method_label": paid.label[:128],
    }
    try:
        _move(attempt, (State.STARTED,), State.CHARGED, **columns)
    except AttemptEnded:
        # Whoever cancelled it may have asked for the money before it was taken: ask once more.
        _move(attempt, (State.CANCELLING, State.CANCELLED), State.CANCELLING, **columns)
        cancel(attempt, _("Charged too late"))
        raise


def placed(attempt: PaymentAttempt) -> None:
    """Close the attempt as the order's; to be called in the transaction that writes the order.

    Raises:
        AttemptEnded: it was cancelled meanwhile.
    """
    _move(attempt, (State.CHARGED,), State.PLACED)


def cancel(attempt: PaymentAttempt, reason: str, *, nothing_taken: bool = False) -> bool:
    """Let go of what is held, and have the other method give back what it may have taken. Safe to repeat.

    Args:
        nothing_taken: the other method has declined, so it need not be asked.

    Returns:
        Whether all is undone. If the other method could not be reached, it is asked again by `finish_abandoned`.
    """
    try:
        with transaction.atomic():
            _move(attempt, (*PaymentAttempt.OPEN, State.CANCELLING), State.CANCELLING, reason=reason[:256])
            for hold in attempt.holds.select_related("account").order_by("pk"):
                if hold.is_open:
                    facade.void(hold)
    except AttemptEnded:
        return attempt.state == State.CANCELLED
    except exceptions.HoldNotOpen:
        # It expired between the look and the void: the next look finds it ended.
        return cancel(attempt, reason, nothing_taken=nothing_taken)
    if not nothing_taken and not _give_back(attempt):
        return False
    _move(attempt, (State.CANCELLING,), State.CANCELLED)
    logger.info("Order %s: payment attempt %s cancelled: %s", attempt.order_number, attempt.reference, reason)
    return True


def finish_abandoned(now: datetime.datetime | None = None) -> tuple[int, int]:
    """Cancel the attempts that nobody will complete: interrupted, expired, or not given back yet.

    Baskets that were frozen for them are opened again. Safe to repeat and to run twice at once.

    Returns:
        How many were cancelled, and how many could not be, because the other method did not answer.
    """
    now = now or timezone.now()
    done = failed = 0
    for attempt in PaymentAttempt.objects.filter(_abandoned(now)).order_by("pk"):
        if cancel(attempt, attempt.reason or _("Abandoned")):
            done += 1
            open_basket(attempt)
        else:
            failed += 1
    return done, failed


def cancel_if_abandoned(attempt: PaymentAttempt) -> bool:
    """Cancel *attempt* if it is one that nobody will complete, and return whether it is."""
    if not PaymentAttempt.objects.filter(_abandoned(timezone.now()), pk=attempt.pk).exists():
        return False
    cancel(attempt, _("Interrupted"))
    return True


def open_basket(attempt: PaymentAttempt) -> None:
    """Open the basket that was frozen for *attempt*, unless another attempt is using it."""
    Basket = get_model("basket", "Basket")
    in_use = PaymentAttempt.objects.filter(basket=attempt.basket_id, state__in=PaymentAttempt.OPEN)
    if not in_use.exists():
        Basket._default_manager.filter(pk=attempt.basket_id, status=Basket.FROZEN).update(status=Basket.OPEN)


def open_attempt(order_number: object) -> PaymentAttempt | None:
    """Return the open attempt to pay the order, if there is one."""
    return PaymentAttempt.objects.filter(order_number=str(order_number), state__in=PaymentAttempt.OPEN).first()


def _claim(attempt: PaymentAttempt) -> None:
    try:
        with transaction.atomic():
            attempt.save(force_insert=True)
    except IntegrityError as error:
        raise AttemptInProgress(IN_PROGRESS) from error


def _cancel_interrupted(order_number: object) -> None:
    interrupted = PaymentAttempt.objects.filter(_abandoned(timezone.now()), order_number=str(order_number))
    for attempt in interrupted:
        cancel(attempt, attempt.reason or _("Interrupted"))


def _abandoned(now: datetime.datetime) -> Q:
    last_sign = now - datetime.timedelta(seconds=conf.get("ACCOUNTS_PAYMENT_TIMEOUT"))
    silent = Q(state__in=(State.STARTED, State.CHARGED, State.CANCELLING), date_changed__lt=last_sign)
    return silent | Q(state=State.REDIRECTED, expires_at__lt=now)


def _give_back(attempt: PaymentAttempt) -> bool:
    path = conf.get("ACCOUNTS_CANCEL_REMAINDER")
    if path is None:
        logger.error(
            "Order %s was not placed, but %s %s may have been taken by another method under reference %s. "
            "Set ACCOUNTS_CANCEL_REMAINDER to have it given back.",
            attempt.order_number,
            attempt.remainder,
            attempt.currency,
            attempt.reference,
        )
        return True
    try:
        import_string(path)(attempt)
    except Exception:
        logger.exception(
            "Order %s: what another method may have taken under reference %s could not be given back; to be repeated",
            attempt.order_number,
            attempt.reference,
        )
        return False
    return True


def _move(attempt: PaymentAttempt, before: Sequence[str], after: str, **columns: Any) -> None:
    now = timezone.now()
    moved = PaymentAttempt.objects.filter(pk=attempt.pk, state__in=before)
    if not moved.update(state=after, date_changed=now, **columns):
        attempt.refresh_from_db()
        raise AttemptEnded(_("The payment was cancelled or completed meanwhile."), state=attempt.state)
    attempt.state, attempt.date_changed = after, now
    for name, value in columns.items():
        setattr(attempt, name, value)
