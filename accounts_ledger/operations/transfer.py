"""Moving money from one account to another, singly or many at once."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts_ledger import exceptions, posting
from accounts_ledger.models import Account, Hold, Transfer
from accounts_ledger.money import amount_of
from accounts_ledger.operations import arguments, events
from accounts_ledger.operations.refusals import door
from accounts_ledger.posting import TransferRequest

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

logger = logging.getLogger("accounts_ledger")

#: Read once: the enumeration makes a new list each time it is asked.
_KINDS = tuple(Transfer.Kind.values)


@door
def transfer(
    source: Account,
    destination: Account,
    amount: Decimal | int,
    parent: Transfer | None = None,
    user: AbstractBaseUser | None = None,
    merchant_reference: str | None = None,
    description: str | None = None,
    idempotency_key: str | None = None,
    kind: str = Transfer.Kind.TRANSFER,
    *,
    as_staff: bool = False,
) -> Transfer:
    """Move *amount* from *source* to *destination* and return the transfer.

    Start and end dates of the accounts are not looked at: staff and the expiry job move money on expired accounts.
    Checkout enforces them.

    Args:
        source: the account to debit.
        destination: the account to credit, of the same currency.
        amount: Decimal (or int), more than zero, in units of the accounts' currency.
        parent: an earlier transfer that this one belongs to.
        user: who authorises the transfer; must be allowed to spend the source. None is the system itself.
        merchant_reference: such as the order's number; need not be unique.
        description: free text, at most 256 characters.
        idempotency_key: the same key never moves money twice: the same request again returns the first transfer.
        kind: what the movement is, one of `Transfer.Kind`. Refunds and reversals have functions of their own.
        as_staff: the caller has checked that *user* may move money on any account; the source's users are not asked.

    Raises:
        InvalidArgument: an account, the parent or the user is something else.
        InvalidAmount: zero, negative, not finite, a float, or more decimals than the currency has.
        InvalidText: a text that is too long or cannot be stored.
        InvalidKind: *kind* is none of `Transfer.Kind`, or one that has a function of its own.
        SameAccount: source and destination are one account.
        AccountNotFound: an account was never saved, or is gone.
        TransferNotFound: there is no such parent.
        CurrencyMismatch: the accounts' currencies differ.
        ClosedAccount, FrozenAccount: one of the accounts is not open.
        NotAuthorised: *user* may not spend the source.
        InsufficientFunds: less than *amount* is available.
        IdempotencyConflict: the key was used before for a different request.
        ConcurrentUpdate: the database could not serialise it with what others did; try again.
    """
    check_not_undoing(kind)
    return post(
        TransferRequest(
            source=source,
            destination=destination,
            amount=amount,  # type: ignore[arg-type]  # validated below: callers' amounts can be anything
            kind=kind,
            parent=parent,
            user=user,
            merchant_reference=merchant_reference,
            description=description,
            idempotency_key=idempotency_key,
            check_authority=not as_staff,
        )
    )


@door
def transfer_many(requests: Sequence[TransferRequest]) -> list[Transfer]:
    """Post many transfers, all or nothing, by the same rules as single ones and in the order given.

    Later requests see what earlier ones did: A → B, then B → C, is possible with an empty B.

    Returns:
        One transfer a request, in the same order.

    Raises:
        BatchRefused: its ``position`` is the index of the refused request, its ``cause`` what `transfer` would raise,
            or ReferenceTaken for a reference of the caller's own that another transfer has.
        ConcurrentUpdate: the database could not serialise it with what others did; try again.
    """
    requests = arguments.listed(_("batch"), requests)
    for position, request in enumerate(requests):
        try:
            _check_request(request)
        except exceptions.AccountException as error:
            events.publish_refused(getattr(request, "kind", Transfer.Kind.TRANSFER), error)
            raise exceptions.BatchRefused(position, error) from error
    return post_all(requests)


def _check_request(request: object) -> None:
    if not isinstance(request, TransferRequest):
        raise exceptions.InvalidArgument(_("A batch consists of TransferRequests, not of %s.") % type(request).__name__)
    if request.captures is not None:
        arguments.check_hold(request.captures)
        if not Hold.objects.filter(pk=request.captures.pk, status=Hold.Status.OPEN).exists():
            raise exceptions.HoldNotOpen(_("Hold %s was captured, voided or expired before.") % request.captures)
        raise exceptions.InvalidArgument(_("Use facade.capture to capture a hold."))
    check_not_undoing(request.kind)


def post(request: TransferRequest) -> Transfer:
    """Validate, post and log one request, and tell of it: a list of one."""
    try:
        return post_all([request])[0]
    except exceptions.BatchRefused as refusal:
        raise refusal.cause from refusal.cause.__cause__


def post_all(requests: Sequence[TransferRequest]) -> list[Transfer]:
    """Validate, post and log all requests or none, and tell of them.

    Raises:
        BatchRefused: with the position and the refusal of the first that is refused.
    """
    began = time.perf_counter()
    try:
        checked = _validated(requests)
        transfers = posting.post_many(checked)
    except exceptions.BatchRefused as refusal:
        _tell_refused(requests[refusal.position], refusal.cause)
        raise
    events.publish_posted(checked, transfers, time.perf_counter() - began)
    if len(transfers) == 1:
        logger.info("%s posted as %s", _described(checked[0]), transfers[0].reference)
    else:
        logger.info("Posted a batch of %d transfers", len(transfers))
    return transfers


def _validated(requests: Sequence[TransferRequest]) -> list[TransferRequest]:
    checked = []
    for position, request in enumerate(requests):
        try:
            checked.append(validated(request))
        except exceptions.AccountException as error:
            raise exceptions.BatchRefused(position, error) from error
    return checked


def _tell_refused(request: TransferRequest, error: exceptions.AccountException) -> None:
    events.publish_refused(request.kind, error)
    # What is of another kind than it should be cannot be described either.
    what = "A transfer" if isinstance(error, exceptions.InvalidArgument) else _described(request)
    logger.warning("%s refused: %s: %s", what, type(error).__name__, error)


def validated(request: TransferRequest) -> TransferRequest:
    """Return *request* with its amount quantised, having checked all that can be checked without the database.

    An empty idempotency key, as forms send it, is none.
    """
    arguments.check_user(request.user)
    arguments.check_account(arguments.SOURCE, request.source)
    arguments.check_account(arguments.DESTINATION, request.destination)
    arguments.check_moment(_("date"), request.at)
    if request.source.pk == request.destination.pk:
        raise exceptions.SameAccount(_("Source and destination must be two different accounts."))
    if request.kind not in _KINDS:
        raise exceptions.InvalidKind(_("%s is not a kind of transfer.") % (request.kind,))
    if not request.reference:
        raise exceptions.InvalidText(_("A transfer needs a reference."))
    arguments.check_text(arguments.REFERENCE, request.reference, 64)
    arguments.check_remarks(request.merchant_reference, request.description, request.idempotency_key)
    if request.parent is not None:
        _check_parent(request)
    return dataclasses.replace(
        request,
        amount=amount_of(request.amount, request.source.currency),
        idempotency_key=request.idempotency_key or None,
    )


def _check_parent(request: TransferRequest) -> None:
    """Raise unless the parent is a transfer that was posted. Whoever undoes one has it under lock already."""
    arguments.check_transfer(arguments.PARENT, request.parent)
    assert request.parent is not None
    if request.kind in Transfer.UNDOING:
        return
    connection = posting.ledger_connection()
    if not Transfer.objects.using(connection.alias).filter(pk=request.parent.pk).exists():
        raise exceptions.TransferNotFound(_("Transfer %s was never posted.") % request.parent)


def check_not_undoing(kind: str) -> None:
    """Raise InvalidKind if *kind* is one that only `facade.refund` and `facade.reverse` give."""
    if kind in Transfer.UNDOING:
        raise exceptions.InvalidKind(_("Use facade.reverse or facade.refund to undo a transfer."))


def _described(request: TransferRequest) -> str:
    # Ids, never codes: a code in a log file is money lying about.
    by = f" by user #{request.author.pk}" if request.author else ""
    return (
        f"{request.kind} of {request.amount} {request.source.currency}"
        f" from account #{request.source.pk} to account #{request.destination.pk}{by}"
    )
