"""A refund from its first step to its last, whichever process gets how far."""

from __future__ import annotations

import datetime
import logging
import time
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from oscar.apps.payment.exceptions import PaymentError

from accounts_ledger.exceptions import AccountException
from accounts_ledger.money import display
from oscar_integration import conf
from oscar_integration.after_order import external, settling, starting
from oscar_integration.after_order.request import RefundInProgress, RefundRequest, RefundUnanswered, in_progress
from oscar_integration.models import OrderRefund, OrderRefundPart

logger = logging.getLogger("oscar_integration")

State, PartState = OrderRefund.State, OrderRefundPart.State
#: How long a request waits for another one that is giving back money of the same order.
WAIT_SECONDS = 6.0
_LOOK_EVERY_SECONDS = 0.2


def run(request: RefundRequest) -> OrderRefund:
    """Do what *request* asks for, or go on where an earlier try with its key was stopped.

    Raises:
        RefundInProgress: another process is at it.
        AccountException, PaymentError: as `starting.start` and `finish`.
    """
    refund, is_ours = starting.start(request)
    if refund.state == State.DONE:
        return refund
    return finish(refund, request) if is_ours else join(refund, request)


def join(refund: OrderRefund, request: RefundRequest | None = None) -> OrderRefund:
    """Wait for whoever is making *refund*, or go on with it if nobody is any more.

    Raises:
        RefundInProgress: somebody is, for longer than one should have to wait.
        AccountException, PaymentError: as `finish`.
    """
    if claim(refund):
        return finish(refund, request)
    return _wait_for(refund)


def resume(refund: OrderRefund, request: RefundRequest | None = None) -> OrderRefund:
    """Go on with a refund that nobody is at any more.

    Raises:
        RefundInProgress: somebody is.
        AccountException, PaymentError: as `finish`.
    """
    if not claim(refund):
        raise in_progress(refund)
    return finish(refund, request)


def finish(refund: OrderRefund, request: RefundRequest | None = None) -> OrderRefund:
    """Ask the other methods of payment, then settle. To be called by the process that has claimed *refund*.

    Raises:
        PaymentError: a method refused; the refund is stopped, what was given back before is on record.
        RefundUnanswered: a method did not answer; the refund stays open, to be repeated.
        AccountException: the ledger refuses after all; the refund stays open, to be repeated.
    """
    reserved = refund.parts.filter(state=PartState.RESERVED).exclude(reference="")
    try:
        for part in reserved.select_related("source__source_type", "refund__order").order_by("pk"):
            external.ask(part)
        order, set_status = (request.order, request.set_status) if request else (refund.order, None)
        return settling.settle(refund, order, set_status)
    except (RefundUnanswered, AccountException) as error:
        _leave(refund, str(error))
        raise
    except PaymentError as error:
        _stop(refund, str(error))
        given = settling.given(refund)
        if given:
            raise PaymentError(
                _("%(given)s was refunded before this problem: %(problem)s")
                % {"given": display(given, refund.order.currency), "problem": error}
            ) from error
        raise
    except Exception:
        _leave(refund, _("It was interrupted by an error."))
        raise


def finish_abandoned(now: datetime.datetime | None = None) -> tuple[int, int]:
    """Go on with the refunds that were interrupted or not answered. Safe to repeat and to run twice at once.

    Returns:
        How many are done now, and how many could not be finished.
    """
    done = failed = 0
    for refund in OrderRefund.objects.filter(_unattended(now or timezone.now())).select_related("order", "user"):
        try:
            done += resume(refund).state == State.DONE
        except RefundInProgress:
            continue  # somebody has just come back to it
        except (AccountException, PaymentError):
            failed += 1
            logger.warning("Order %s: refund #%s is not finished", refund.order.number, refund.pk, exc_info=True)
        except Exception:
            failed += 1
            logger.exception(
                "Order %s: refund #%s could not be finished; to be repeated", refund.order.number, refund.pk
            )
    return done, failed


def claim(refund: OrderRefund) -> bool:
    """Take *refund* on, and return whether nobody else has."""
    now = timezone.now()
    return bool(OrderRefund.objects.filter(_unattended(now), pk=refund.pk).update(claimed_at=now))


def wait_for_others(order: Any) -> None:
    """Give refunds of *order* that other requests are making some seconds to be done."""
    give_up_at = time.monotonic() + WAIT_SECONDS
    while starting.open_refunds(order).exclude(_unattended(timezone.now())).exists() and time.monotonic() < give_up_at:
        time.sleep(_LOOK_EVERY_SECONDS)


def _wait_for(refund: OrderRefund) -> OrderRefund:
    """Return *refund* once another request has finished it: that is what a double click gets to see."""
    give_up_at = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < give_up_at:
        refund = OrderRefund.objects.get(pk=refund.pk)
        if refund.state == State.DONE:
            return refund
        if refund.state == State.STOPPED or refund.claimed_at is None:
            raise PaymentError(refund.problem)
        time.sleep(_LOOK_EVERY_SECONDS)
    raise in_progress(refund)


def _stop(refund: OrderRefund, problem: str) -> None:
    try:
        settling.stop(refund, problem)
    except AccountException as error:
        _leave(refund, f"{problem} {error}")
        raise


def _leave(refund: OrderRefund, problem: str) -> None:
    OrderRefund.objects.filter(pk=refund.pk, state=State.OPEN).update(claimed_at=None, problem=problem[:512])


def _unattended(now: datetime.datetime) -> Q:
    last_sign = now - datetime.timedelta(seconds=conf.get("ACCOUNTS_PAYMENT_TIMEOUT"))
    return Q(state=State.OPEN) & (Q(claimed_at=None) | Q(claimed_at__lt=last_sign))
