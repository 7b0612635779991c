"""The chart of accounts as reports need it: which types and accounts play which part, read in one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from accounts_ledger import chart
from accounts_ledger.models import AccountType

#: The part that an account plays at the other end of a customer's movement.
Role = Literal["unpaid", "cash", "redemptions", "lapsed"]

#: What the chart codes of the core accounts with a part of their own start with.
CORE_ACCOUNTS: dict[Role, str] = {"redemptions": f"{chart.REDEMPTIONS}:", "lapsed": f"{chart.LAPSED}:"}


@dataclass(frozen=True)
class ChartIndex:
    """Types in tree order, and the ids of those that tell where value came from."""

    types: tuple[AccountType, ...]
    liability_types: tuple[AccountType, ...]
    unpaid: frozenset[int]
    cash: frozenset[int]

    @classmethod
    def read(cls) -> ChartIndex:
        types = tuple(AccountType.objects.order_by("path"))
        liability_types = _under(types, chart.DEFERRED_INCOME)
        below = tuple(node for node in liability_types if node.code != chart.DEFERRED_INCOME)
        return cls(
            types=types,
            liability_types=below or liability_types,
            unpaid=_ids(_under(types, chart.UNPAID)),
            cash=_ids(_under(types, chart.CASH)),
        )

    @property
    def programme_ids(self) -> frozenset[int]:
        return _ids(self.liability_types)

    def subtree_ids(self, root: AccountType | None, alone: bool = False) -> frozenset[int] | None:
        """Return the ids of *root* and, unless *alone*, of the types below it; None, for all, if there is no root."""
        if root and alone:
            return frozenset([root.pk])
        return _ids(tuple(node for node in self.types if node.path.startswith(root.path))) if root else None

    @property
    def of_role(self) -> dict[Role, frozenset[int]]:
        """The types whose accounts play a part."""
        return {"unpaid": self.unpaid, "cash": self.cash}

    def roles(self, type_id: int | None, chart_code: str | None) -> frozenset[Role]:
        """Return the parts that an account with that type and chart code plays."""
        by_type = {role for role, types in self.of_role.items() if type_id in types}
        by_code = {role for role, start in CORE_ACCOUNTS.items() if (chart_code or "").startswith(start)}
        return frozenset(by_type | by_code)


def _ids(types: tuple[AccountType, ...]) -> frozenset[int]:
    return frozenset(node.pk for node in types)


def _under(types: tuple[AccountType, ...], code: str) -> tuple[AccountType, ...]:
    root = next((node for node in types if node.code == code), None)
    return tuple(node for node in types if node.path.startswith(root.path)) if root else ()
