"""Everything that can go wrong with an account, as one tree.

The message is fit to show a person; the class tells code what happened. ``details`` carries the figures
behind the message (ids, amounts) for logs and for callers that word their own.
"""

from __future__ import annotations

from typing import Any


class AccountException(Exception):  # noqa: N818  (the predecessor's name, part of the public API)
    """Base of every refusal. Catch this to catch them all."""

    def __init__(self, message: object = "", **details: Any) -> None:
        super().__init__(str(message))
        self.details = details


class InvalidArgument(AccountException, TypeError):  # noqa: N818  (named like its siblings)
    """Something of another kind than the function takes: a user in the place of a transfer, say."""


class InvalidAmount(AccountException):
    """Zero, negative, not a number, a float, or more decimals than the currency has."""


class InvalidText(AccountException):
    """A reference, key or description that is too long, or has characters no database can store."""


class InvalidKind(AccountException):
    """Not a kind of transfer, or one that has a function of its own (refunds and reversals)."""


class SameAccount(AccountException):
    """Source and destination are one account."""


class InsufficientFunds(AccountException):
    """The source does not have that much available (balance + credit limit - held)."""


class InactiveAccount(AccountException):
    """The account may not be used now: frozen, or outside its dates."""


class FrozenAccount(InactiveAccount):
    """The account is frozen until staff thaw it."""


class ClosedAccount(AccountException):
    """The account is closed for good."""


class NotFrozen(AccountException):
    """The account is not frozen, so there is nothing to thaw."""


class ProtectedAccount(AccountException):
    """The account is one that the system relies on (Bank, Redemptions…): it cannot be frozen, closed or replaced."""


class InvalidDate(AccountException):
    """A date that makes no sense for what is asked, such as an extension into the past."""


class AccountNotFound(AccountException):
    """The account does not exist (any more)."""


class CodeTaken(AccountException):
    """There is an account with this code already."""


class GuessableCode(AccountException):
    """A code is so short or so regular that somebody who tries many would find it."""


class NameTaken(AccountException):
    """There is an account with this name already."""


class AccountNotEmpty(AccountException):
    """The account still holds value or reserved value, so it cannot be closed."""


class NotAuthorised(AccountException):
    """The user may not spend from this account."""


class CurrencyMismatch(AccountException):
    """The accounts, or an account and a basket, have different currencies."""


class ReferenceTaken(AccountException):
    """There is a transfer with this reference already."""


class IdempotencyConflict(AccountException):
    """The idempotency key was used before, for a different request."""


class TransferNotFound(AccountException):
    """The transfer that is to be undone was never posted."""


class AlreadyReversed(AccountException):
    """The transfer was reversed before; a transfer is undone once."""


class NotUndoable(AccountException):
    """The transfer cannot be undone like this: it undoes another one itself, or part of it was refunded."""


class RefundExceeded(AccountException):
    """More than what is left to refund."""


class HoldNotOpen(AccountException):
    """The hold was captured, voided or expired before."""


class RefusedByDatabase(AccountException):
    """A rule of the database that no other class stands for: ``details`` may name it as ``constraint``."""


class ConcurrentUpdate(AccountException):
    """The database could not serialise this with what others did at the same moment; nothing was written."""


class ChangedMeanwhile(AccountException):
    """What was about to be done is not any more what was shown and confirmed; nothing was done."""


class SecondPersonNeeded(AccountException):
    """Who prepared something may not confirm it too: somebody else has to."""


class LimitExceeded(AccountException):
    """A load below the minimum or above a maximum set for the site."""


class BatchRefused(AccountException):
    """One request of a batch was refused, so none was posted.

    Attributes:
        position: index of the refused request in the batch, from 0.
        cause: the exception which that request alone would have raised.
    """

    def __init__(self, position: int, cause: AccountException) -> None:
        super().__init__(f"Request {position + 1}: {cause}", **cause.details)
        self.position = position
        self.cause = cause

    def __reduce__(self) -> tuple[type[BatchRefused], tuple[int, AccountException]]:
        return type(self), (self.position, self.cause)  # pickled by what it is made of, for other processes
