"""What the ledger should have done: accounts, transfers and holds as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal as D


@dataclass
class ModelAccount:
    """What an account should be: the whole of the rules, in a few lines."""

    pk: int
    limit: D | None = D(0)
    status: str = "Open"
    expired: bool = False
    amounts: list[D] = field(default_factory=list)
    held: D = D(0)

    @property
    def balance(self) -> D:
        return sum(self.amounts, D(0))

    @property
    def available(self) -> D:
        return D("Infinity") if self.limit is None else self.balance + self.limit - self.held


@dataclass
class ModelTransfer:
    pk: int
    source: ModelAccount
    destination: ModelAccount
    amount: D
    kind: str = "transfer"
    parent: ModelTransfer | None = None
    undone_by: list[ModelTransfer] = field(default_factory=list)

    @property
    def is_reversed(self) -> bool:
        return any(child.kind == "reversal" for child in self.undone_by)

    @property
    def refundable(self) -> D:
        return self.amount - sum((child.amount for child in self.undone_by if not child.is_reversed), D(0))


@dataclass
class ModelHold:
    pk: int
    account: ModelAccount
    amount: D
    is_open: bool = True


class Refused(Exception):
    """The model's own refusal."""


def require(condition: bool) -> None:
    if not condition:
        raise Refused
