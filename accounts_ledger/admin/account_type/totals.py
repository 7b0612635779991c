"""How many accounts, and how much money, there is under each node of the chart of accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts_ledger.admin.shared.money_column import money
from accounts_ledger.models import Account, AccountType
from accounts_ledger.money import ZERO


@dataclass
class NodeTotal:
    """What is under a node, its subtree included; balances by currency."""

    accounts: int = 0
    balances: dict[str, Decimal] = field(default_factory=dict)

    def add(self, currency: str, accounts: int, balance: Decimal) -> None:
        self.accounts += accounts
        # Quantised, because SQLite adds binary fractions.
        self.balances[currency] = self.balances.get(currency, ZERO) + balance.quantize(ZERO)

    def shown(self) -> SafeString | None:
        """Return the balances as HTML, one line a currency, or None if there is nothing."""
        if not self.balances:
            return None
        return format_html_join(
            "", "<div>{}</div>", ((money(sum_, code),) for code, sum_ in sorted(self.balances.items()))
        )


def node_totals() -> Mapping[str, NodeTotal]:
    """Return the total under each node that has accounts, by the node's path, in one query."""
    totals: dict[str, NodeTotal] = defaultdict(NodeTotal)
    rows = (
        Account.objects.for_people()
        .exclude(account_type=None)
        .order_by()
        .values_list("account_type__path", "currency")
        .annotate(Count("pk"), Sum("balance"))
    )
    for path, currency, accounts, balance in rows:
        for end in range(AccountType.steplen, len(path) + 1, AccountType.steplen):
            totals[path[:end]].add(currency, accounts, balance)
    return totals
