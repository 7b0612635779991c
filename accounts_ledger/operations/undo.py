"""Undoing transfers: whole, once, by a reversal; in parts, up to what is left, by refunds."""

from __future__ import annotations

import functools
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts_ledger import exceptions, locks, posting
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import amount_of, display
from accounts_ledger.operations import arguments, events
from accounts_ledger.operations.refusals import door
from accounts_ledger.operations.transfer import post
from accounts_ledger.posting import TransferRequest

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


@door
def reverse(
    transfer: Transfer,
    user: AbstractBaseUser | None = None,
    merchant_reference: str | None = None,
    description: str | None = None,
    idempotency_key: str | None = None,
    pass_on: bool = True,
) -> Transfer:
    """Undo *transfer* by one in the opposite direction, which names it as its parent.

    Whoever may reverse is for the caller to decide; the accounts' users are not asked.

    Args:
        pass_on: a load of a bulk issue came from an account that stands for the source: let the money go on to the
            source itself, in the same act. Whoever reverses many of them does that once, in the end.

    Raises:
        AlreadyReversed: it was reversed before.
        TransferNotFound: it was never posted.
        NotUndoable: it is a reversal itself, or part of it was refunded (refund the rest instead).
        AccountException: as `facade.transfer`, for instance if the money has been spent meanwhile.
    """
    arguments.check_transfer(_("transfer"), transfer)
    request = TransferRequest(
        source=transfer.destination,
        destination=transfer.source,
        amount=transfer.amount,
        kind=Transfer.Kind.REVERSAL,
        parent=transfer,
        user=user,
        merchant_reference=_or_parents(merchant_reference, transfer),
        description=description,
        idempotency_key=idempotency_key,
        check_authority=False,
    )
    return _undo(request, transfer, _check_reversible, pass_on=pass_on)


@door
def refund(
    transfer: Transfer,
    amount: Decimal | int,
    user: AbstractBaseUser | None = None,
    merchant_reference: str | None = None,
    description: str | None = None,
    idempotency_key: str | None = None,
    destination: Account | None = None,
) -> Transfer:
    """Give *amount* of *transfer* back to where it came from, or to *destination*.

    Several refunds of one transfer are possible, up to `Transfer.max_refund` in all. Whoever may refund is for the
    caller to decide; the accounts' users are not asked.

    Args:
        destination: another account for the money, for instance the replacement of a card that was closed.

    Raises:
        RefundExceeded: more than what is left to refund.
        TransferNotFound: it was never posted.
        NotUndoable: it is a refund or a reversal itself.
        AccountException: as `facade.transfer`.
    """
    arguments.check_transfer(_("transfer"), transfer)
    wanted = amount_of(amount, transfer.source.currency)
    request = TransferRequest(
        source=transfer.destination,
        destination=destination or transfer.source.stands_for or transfer.source,
        amount=wanted,
        kind=Transfer.Kind.REFUND,
        parent=transfer,
        user=user,
        merchant_reference=_or_parents(merchant_reference, transfer),
        description=description,
        idempotency_key=idempotency_key,
        check_authority=False,
    )
    return _undo(request, transfer, lambda original: _check_refundable(original, wanted))


def _undo(
    request: TransferRequest, transfer: Transfer, check: Callable[[Transfer], None], *, pass_on: bool = False
) -> Transfer:
    def act() -> Transfer:
        with transaction.atomic(using=posting.ledger_connection().alias):
            # The lock on the transfer makes its refunds and its reversal take turns; no account is locked meanwhile.
            original = locks.transfers([transfer.pk]).get(transfer.pk)
            if original is None:
                raise exceptions.TransferNotFound(_("Transfer %s was never posted.") % transfer)
            if not _was_done_before(request.idempotency_key):
                try:
                    check(original)
                except exceptions.AccountException as error:
                    events.publish_refused(request.kind, error)
                    raise
            made = post(request)
            if pass_on and made.reference == request.reference and request.destination.stands_for is not None:
                _pass_on(request, request.destination.stands_for)
            return made

    return posting.retry_on_conflict(act)


def _pass_on(undone: TransferRequest, source: Account) -> None:
    post(
        TransferRequest(
            source=undone.destination,
            destination=source,
            amount=undone.amount,
            user=undone.user,
            merchant_reference=undone.merchant_reference,
            description=undone.description,
            check_authority=False,
        )
    )


def _check_reversible(original: Transfer) -> None:
    if original.kind == Transfer.Kind.REVERSAL:
        raise exceptions.NotUndoable(_("%s is a reversal itself. Make a new transfer instead.") % original)
    if original.is_reversed():
        raise exceptions.AlreadyReversed(_("Transfer %s was reversed before.") % original)
    refunded = original.refunded()
    show = functools.partial(display, currency=original.source.currency)
    if refunded:
        raise exceptions.NotUndoable(
            _("%(refunded)s of transfer %(transfer)s was refunded before. Refund the remaining %(rest)s instead.")
            % {"refunded": show(refunded), "transfer": original, "rest": show(original.max_refund())}
        )


def _check_refundable(original: Transfer, amount: Decimal) -> None:
    if original.kind in Transfer.UNDOING:
        raise exceptions.NotUndoable(_("%s is a refund or a reversal itself.") % original)
    left = original.max_refund()
    show = functools.partial(display, currency=original.source.currency)
    if amount > left:
        raise exceptions.RefundExceeded(
            _("%(left)s of transfer %(transfer)s is left to refund, which is less than %(amount)s.")
            % {"left": show(left), "transfer": original, "amount": show(amount)},
            left=left,
        )


def _was_done_before(idempotency_key: str | None) -> bool:
    return bool(idempotency_key) and Transfer.objects.filter(idempotency_key=idempotency_key).exists()


def _or_parents(merchant_reference: str | None, transfer: Transfer) -> str | None:
    return transfer.merchant_reference if merchant_reference is None else merchant_reference
