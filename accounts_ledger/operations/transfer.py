"""Moving money from one account to another, singly or many at once."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_ledger import exceptions, posting
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import amount_of
from accounts_ledger.operations import telling
from accounts_ledger.posting import TransferRequest

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

logger = logging.getLogger("accounts_ledger")

#: Read once: the enumeration makes a new list each time it is asked.
_KINDS = tuple(Transfer.Kind.values)

# Lazy: translated only when a message needs them, not for every transfer.
_MERCHANT_REFERENCE = gettext_lazy("merchant reference")
_DESCRIPTION = gettext_lazy("description")
_IDEMPOTENCY_KEY = gettext_lazy("idempotency key")
_REFERENCE = gettext_lazy("reference")


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
        InvalidAmount: zero, negative, not finite, a float, or more decimals than the currency has.
        InvalidText: a text that is too long or cannot be stored.
        InvalidKind: *kind* is none of `Transfer.Kind`, or one that has a function of its own.
        SameAccount: source and destination are one account.
        AccountNotFound: an account was never saved, or is gone.
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
    checked = []
    for position, request in enumerate(requests):
        try:
            check_not_undoing(request.kind)
            checked.append(validated(request))
        except exceptions.AccountException as error:
            telling.refused(request.kind, error)
            raise exceptions.BatchRefused(position, error) from error
    if len(checked) == 1:
        return [_post_single(checked[0])]
    began = time.perf_counter()
    try:
        transfers = posting.post_many(checked)
    except exceptions.BatchRefused as refusal:
        telling.refused(checked[refusal.position].kind, refusal.cause)
        raise
    telling.posted(checked, transfers, time.perf_counter() - began)
    logger.info("Posted a batch of %d transfers", len(transfers))
    return transfers


def _post_single(request: TransferRequest) -> Transfer:
    # A batch of one is posted as the single transfer it is: its accounts are locked for no Python time.
    try:
        return post(request)
    except exceptions.ConcurrentUpdate:
        raise
    except exceptions.AccountException as error:
        raise exceptions.BatchRefused(0, error) from error


def post(request: TransferRequest) -> Transfer:
    """Validate, post and log one request, and tell of it."""
    began = time.perf_counter()
    try:
        transfer = posting.post(validated(request))
    except exceptions.AccountException as error:
        telling.refused(request.kind, error)
        logger.warning("%s refused: %s: %s", _described(request), type(error).__name__, error)
        raise
    telling.posted([request], [transfer], time.perf_counter() - began)
    logger.info("%s posted as %s", _described(request), transfer.reference)
    return transfer


def validated(request: TransferRequest) -> TransferRequest:
    """Return *request* with its amount quantised, having checked all that can be checked without the database.

    An empty idempotency key, as forms send it, is none.
    """
    for account in (request.source, request.destination):
        if account.pk is None:
            raise exceptions.AccountNotFound(_("%s was not saved yet.") % account)
    if request.source.pk == request.destination.pk:
        raise exceptions.SameAccount(_("Source and destination must be two different accounts."))
    if request.kind not in _KINDS:
        raise exceptions.InvalidKind(_("%s is not a kind of transfer.") % (request.kind,))
    if not request.reference:
        raise exceptions.InvalidText(_("A transfer needs a reference."))
    check_text(_REFERENCE, request.reference, 64)
    check_text(_MERCHANT_REFERENCE, request.merchant_reference, 128)
    check_text(_DESCRIPTION, request.description, 256)
    check_text(_IDEMPOTENCY_KEY, request.idempotency_key, 128)
    return dataclasses.replace(
        request,
        amount=amount_of(request.amount, request.source.currency),
        idempotency_key=request.idempotency_key or None,
    )


def check_not_undoing(kind: str) -> None:
    """Raise InvalidKind if *kind* is one that only `facade.refund` and `facade.reverse` give."""
    if kind in Transfer.UNDOING:
        raise exceptions.InvalidKind(_("Use facade.reverse or facade.refund to undo a transfer."))


def check_text(name: object, text: str | None, longest: int) -> None:
    """Raise InvalidText if *text* is longer than *longest* characters, or has a character that cannot be stored."""
    if text is None:
        return
    if not isinstance(text, str):
        raise exceptions.InvalidText(_("The %s must be a text.") % name)
    if len(text) > longest:
        raise exceptions.InvalidText(
            _("The %(name)s may have at most %(count)d characters.") % {"name": name, "count": longest}
        )
    if "\x00" in text or (not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)):
        raise exceptions.InvalidText(_("The %s has characters that cannot be stored.") % name)


def _described(request: TransferRequest) -> str:
    # Ids, never codes: a code in a log file is money lying about.
    by = f" by user #{request.author.pk}" if request.author else ""
    return (
        f"{request.kind} of {request.amount} {request.source.currency}"
        f" from account #{request.source.pk} to account #{request.destination.pk}{by}"
    )
