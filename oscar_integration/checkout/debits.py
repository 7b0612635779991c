"""What is debited when an order is placed. The references are known first, so that the records can be written first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext as _

from accounts_ledger import codes, exceptions, facade
from accounts_ledger.models import Account, Hold
from oscar_integration import gateway
from oscar_integration.models import PaymentAttempt


class Debits(Protocol):
    """Debits that are decided on and not posted yet."""

    def items(self) -> list[tuple[Account, Decimal, str]]:
        """Return account, amount and the reference of the transfer that is going to be."""
        ...

    def post(self) -> None:
        """Post them, all or none."""
        ...


@dataclass(frozen=True)
class Redemptions:
    """Debits of what is allocated, for an order that accounts cover in full."""

    requests: Sequence[facade.TransferRequest]

    @classmethod
    def of(cls, order_number: object, user: Any, accounts: Sequence[tuple[Account, Decimal]]) -> Redemptions:
        return cls(gateway.redemption_requests(order_number, user, accounts))

    def items(self) -> list[tuple[Account, Decimal, str]]:
        return [(request.source, request.amount, request.reference) for request in self.requests]

    def post(self) -> None:
        for request, transfer in zip(self.requests, gateway.post(self.requests), strict=True):
            if transfer.reference != request.reference:
                raise exceptions.IdempotencyConflict(
                    _("Order %s has been paid from this account before.") % request.merchant_reference
                )


@dataclass(frozen=True)
class Captures:
    """Debits of what is held, for an order that another method pays in part."""

    order_number: str
    holds: Sequence[tuple[Hold, str]]

    @classmethod
    def of(cls, attempt: PaymentAttempt) -> Captures:
        holds = attempt.holds.select_related("account", "user").order_by("account")
        return cls(attempt.order_number, [(hold, codes.reference()) for hold in holds])

    def items(self) -> list[tuple[Account, Decimal, str]]:
        return [(hold.account, hold.amount, reference) for hold, reference in self.holds]

    def post(self) -> None:
        facade.capture_many(
            [hold for hold, _reference in self.holds],
            merchant_reference=self.order_number,
            description=_("Order %s") % self.order_number,
            references=[reference for _hold, reference in self.holds],
        )
