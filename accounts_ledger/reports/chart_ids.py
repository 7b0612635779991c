"""The chart of accounts as reports need it: which types and accounts play which part, read in two queries."""

from __future__ import annotations

from dataclasses import dataclass

from accounts_ledger import chart
from accounts_ledger.models import Account, AccountType


@dataclass(frozen=True)
class ChartIds:
    """Types in tree order, and the ids of the accounts that tell where value came from and where it went."""

    types: tuple[AccountType, ...]
    programmes: tuple[AccountType, ...]
    unpaid: frozenset[int]
    cash: frozenset[int]
    redemptions: frozenset[int]
    lapsed: frozenset[int]

    @classmethod
    def read(cls) -> ChartIds:
        types = tuple(AccountType.objects.order_by("path"))
        programmes = _under(types, chart.DEFERRED_INCOME)
        below = [node for node in programmes if node.code != chart.DEFERRED_INCOME]
        others = list(
            Account.objects.exclude(account_type__in=[node.pk for node in programmes])
            .exclude(account_type=None)
            .values_list("pk", "account_type", "chart_code")
        )

        def of_type(code: str) -> frozenset[int]:
            ids = {node.pk for node in _under(types, code)}
            return frozenset(pk for pk, type_id, _code in others if type_id in ids)

        def of_role(role: str) -> frozenset[int]:
            return frozenset(pk for pk, _type, code in others if code and code.startswith(f"{role}:"))

        return cls(
            types=types,
            programmes=tuple(below) or programmes,
            unpaid=of_type(chart.UNPAID),
            cash=of_type(chart.CASH),
            redemptions=of_role(chart.REDEMPTIONS),
            lapsed=of_role(chart.LAPSED),
        )

    @property
    def programme_ids(self) -> set[int]:
        return {node.pk for node in self.programmes}

    def subtree_ids(self, root: AccountType | None) -> set[int] | None:
        """Return the ids of *root* and the types below it; None, for all, if there is no root."""
        return {node.pk for node in self.types if node.path.startswith(root.path)} if root else None


def _under(types: tuple[AccountType, ...], code: str) -> tuple[AccountType, ...]:
    root = next((node for node in types if node.code == code), None)
    return tuple(node for node in types if node.path.startswith(root.path)) if root else ()
