"""What is asked of posting: plain values, validated as far as that is possible without the database."""

from __future__ import annotations

import dataclasses
import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from accounts_ledger import clock, codes
from accounts_ledger.models import Account, Hold, Transfer

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


#: The columns of a transfer, in the order in which the model has them.
COLUMNS = tuple(field.attname for field in Transfer._meta.concrete_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRequest:
    """One transfer to be posted. ``amount`` is in the source's currency, already quantised to it."""

    source: Account
    destination: Account
    amount: Decimal
    kind: str = Transfer.Kind.TRANSFER
    parent: Transfer | None = None
    user: AbstractBaseUser | None = None
    merchant_reference: str | None = None
    description: str | None = None
    idempotency_key: str | None = None
    #: False once the caller has established that the user may move money on any account.
    check_authority: bool = True
    #: The hold that this transfer captures: its amount is released in the same act.
    captures: Hold | None = None
    reference: str = field(default_factory=codes.reference)
    at: datetime.datetime | None = field(default_factory=clock.moment)

    @property
    def author(self) -> AbstractBaseUser | None:
        """The user to be recorded: a guest (an AnonymousUser, say) has no row to refer to."""
        return _recordable(self.user)

    @property
    def username(self) -> str:
        return self.user.get_username() if self.user else ""

    @property
    def spender(self) -> AbstractBaseUser | None:
        """Who must be allowed to spend the source, or None if nobody needs to be asked. A guest needs to be."""
        return self.user if self.check_authority else None

    def is_same_as(self, transfer: Transfer) -> bool:
        """Whether *transfer* is what this request asks for: the test of an idempotency key that was used before."""
        return (
            transfer.source_id == self.source.pk
            and transfer.destination_id == self.destination.pk
            and transfer.amount == self.amount
            and transfer.kind == self.kind
            and transfer.parent_id == (self.parent.pk if self.parent else None)
            and transfer.merchant_reference == self.merchant_reference
        )

    def row(self, pk: int, date_created: datetime.datetime) -> tuple[Any, ...]:
        """Return the values of `COLUMNS` in the transfer that is written for this request."""
        user, parent, hold = self.author, self.parent, self.captures
        values = {
            "id": pk,
            "reference": self.reference,
            "source_id": self.source.pk,
            "destination_id": self.destination.pk,
            "amount": self.amount,
            "kind": str(self.kind),
            "parent_id": parent.pk if parent else None,
            "hold_id": hold.pk if hold else None,
            "merchant_reference": self.merchant_reference,
            "description": self.description,
            "user_id": user.pk if user else None,
            "username": self.username,
            "idempotency_key": self.idempotency_key,
            "date_created": date_created,
        }
        return tuple(values[column] for column in COLUMNS)

    def as_transfer(self, row: tuple[Any, ...]) -> Transfer:
        """Return the transfer that was (or is about to be) written as *row*, knowing what the request knows of it."""
        # As if it had been read: that takes a third of the time of naming every value.
        transfer: Transfer = Transfer.from_db(None, COLUMNS, row)
        known = transfer._state.fields_cache
        known.update(source=self.source, destination=self.destination)
        known.update(parent=self.parent, hold=self.captures, user=self.author)
        return transfer

    def funding(self, amount: Decimal) -> TransferRequest:
        """Return the plain transfer of *amount* that pays for all loads of this request."""
        return dataclasses.replace(self, amount=amount, kind=Transfer.Kind.TRANSFER)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRequest:
    """A reservation to be made on one account."""

    account: Account
    amount: Decimal
    expires_at: datetime.datetime
    user: AbstractBaseUser | None = None
    merchant_reference: str | None = None
    idempotency_key: str | None = None
    reference: str = field(default_factory=codes.reference)

    @property
    def author(self) -> AbstractBaseUser | None:
        """The user to be recorded: a guest (an AnonymousUser, say) has no row to refer to."""
        return _recordable(self.user)

    @property
    def username(self) -> str:
        return self.user.get_username() if self.user else ""

    def is_same_as(self, hold: Hold) -> bool:
        """Whether *hold* is what this request asks for: the test of an idempotency key that was used before."""
        return (
            hold.account_id == self.account.pk
            and hold.amount == self.amount
            and hold.merchant_reference == self.merchant_reference
        )


def _recordable(user: AbstractBaseUser | None) -> AbstractBaseUser | None:
    return user if user is not None and user.pk is not None else None
