"""A spender: does one random thing after the other with a few accounts, and remembers what was acknowledged."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts_ledger.models import Account, Hold, Transfer

#: How often a request is sent a second time with the same key, as a client does that lost the answer.
_REPEATED = 0.05
#: How many of the newest transfers, anybody's, one is picked from to be undone.
_NEWEST = 30


@dataclass
class Acknowledged:
    """What the ledger said yes to, and how often it said no."""

    references: list[str] = field(default_factory=list)
    operations: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    #: Requests that were sent twice and did not get the same transfer twice.
    doubled: list[str] = field(default_factory=list)


class Spender:
    """One client. ``name`` makes its idempotency keys its own; ``tell`` hears of every acknowledged transfer."""

    def __init__(self, name: str, seed: int, tell: Callable[[str], object] | None = None) -> None:
        from accounts_ledger import chart
        from accounts_ledger.models import Account

        self.name = name
        self.tell = tell
        self.chance = random.Random(seed)
        self.bank, self.redemptions = chart.bank(), chart.redemptions()
        self.cards = list(Account.objects.filter(chart_code=None).order_by("pk"))
        self.acknowledged = Acknowledged()
        self.holds: list[Hold] = []

    def act(self) -> None:
        """Do one random thing. Refusals are part of the day; any other exception is not, and goes up."""
        from accounts_ledger.exceptions import AccountException

        weights = {
            self._redeem: 35,
            self._move: 20,
            self._load: 12,
            self._refund: 8,
            self._reverse: 5,
            self._hold: 8,
            self._capture: 5,
            self._void: 2,
            self._move_many: 5,
        }
        operation = self.chance.choices(list(weights), list(weights.values()))[0]
        self.acknowledged.operations += 1
        try:
            for transfer in operation():
                self.acknowledged.references.append(transfer.reference)
                if self.tell:
                    self.tell(transfer.reference)
        except AccountException as error:
            reason = type(error).__name__
            self.acknowledged.refused[reason] = self.acknowledged.refused.get(reason, 0) + 1

    def _redeem(self) -> Iterator[Transfer]:
        from accounts_ledger.models import Transfer

        yield self._transfer(self._card(), self.redemptions, self._amount(), Transfer.Kind.REDEMPTION)

    def _move(self) -> Iterator[Transfer]:
        from accounts_ledger.models import Transfer

        source, destination = self.chance.sample(self.cards, 2)
        yield self._transfer(source, destination, self._amount(), Transfer.Kind.TRANSFER)

    def _load(self) -> Iterator[Transfer]:
        from accounts_ledger.models import Transfer

        yield self._transfer(self.bank, self._card(), self._amount(), Transfer.Kind.LOAD)

    def _move_many(self) -> Iterator[Transfer]:
        """Take money round a circle of three cards, all or nothing."""
        from accounts_ledger import facade

        circle, amount = self.chance.sample(self.cards, 3), self._amount()
        yield from facade.transfer_many(
            [
                facade.TransferRequest(
                    source=source, destination=destination, amount=amount, merchant_reference=self._key()
                )
                for source, destination in zip(circle, circle[1:] + circle[:1], strict=True)
            ]
        )

    def _refund(self) -> Iterator[Transfer]:
        from accounts_ledger import facade

        key = self._key()
        for transfer in self._recent():
            yield facade.refund(transfer, self._amount(), merchant_reference=key, idempotency_key=key)

    def _reverse(self) -> Iterator[Transfer]:
        from accounts_ledger import facade

        key = self._key()
        for transfer in self._recent():
            yield facade.reverse(transfer, merchant_reference=key, idempotency_key=key)

    def _hold(self) -> Iterator[Transfer]:
        from accounts_ledger import facade

        self.holds.append(facade.hold(self._card(), self._amount(), merchant_reference=self._key()))
        return iter(())

    def _capture(self) -> Iterator[Transfer]:
        from accounts_ledger import facade

        if self.holds:
            hold = self.holds.pop()
            part = min(hold.amount, self._amount())
            yield facade.capture(hold, part, destination=self.redemptions, merchant_reference=self._key())

    def _void(self) -> Iterator[Transfer]:
        from accounts_ledger import facade

        if self.holds:
            facade.void(self.holds.pop(0))
        return iter(())

    def _transfer(self, source: Account, destination: Account, amount: Decimal, kind: str) -> Transfer:
        from accounts_ledger import facade

        key = self._key()

        def send() -> Transfer:
            return facade.transfer(source, destination, amount, merchant_reference=key, idempotency_key=key, kind=kind)

        transfer = send()
        if self.chance.random() < _REPEATED and send().reference != transfer.reference:
            self.acknowledged.doubled.append(key)
        return transfer

    def _recent(self) -> list[Transfer]:
        """Return one of the newest transfers, whoever made it, or none if there are none."""
        from accounts_ledger.models import Transfer

        newest = list(Transfer.objects.select_related("source", "destination").order_by("-pk")[:_NEWEST])
        return [self.chance.choice(newest)] if newest else []

    def _card(self) -> Account:
        return self.chance.choice(self.cards)

    def _amount(self) -> Decimal:
        return Decimal(self.chance.randint(1, 2_000)).scaleb(-2)

    def _key(self) -> str:
        return f"{self.name}-{self.acknowledged.operations}-{self.chance.getrandbits(32):08x}"
