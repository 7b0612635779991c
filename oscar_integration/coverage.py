"""Which accounts may pay for which parts of an order, and how much each may pay at most.

An order has parts: its lines, at prices after discounts, and its other charges (shipping, surcharges). An account that
is restricted to a product range pays for the lines in the range only; several accounts together may not pay for the
same part twice. How much one more account may pay is therefore a question of flow from accounts to parts: what the
others pay may be shifted to other parts to make room, as long as each keeps to its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from accounts_ledger.models import Account
from accounts_ledger.money import ZERO
from oscar_integration import conf, whole_amounts
from oscar_integration.selling.product import is_gift_card

#: The part that stands for shipping and all other charges.
CHARGES = "charges"

Part = Any


@dataclass(frozen=True)
class Payable:
    """The parts of an order in units of its currency, and what it costs in all."""

    currency: str
    total: Decimal
    lines: Mapping[int, Decimal]
    charges: Decimal
    products: Mapping[int, Any] = field(repr=False)

    @classmethod
    def of(cls, basket: Any, order_total: Any) -> Payable:
        """Return the parts of *basket*.

        Args:
            basket: an Oscar basket with offers applied.
            order_total: the ``oscar.core.prices.Price`` of the whole order.

        While the tax is not known, the amounts are those without tax: a lower bound that is safe to allocate.
        """
        tax_known = basket.is_tax_known and order_total.is_tax_known
        total = order_total.incl_tax if tax_known else order_total.excl_tax
        lines: dict[int, Decimal] = {}
        products: dict[int, Any] = {}
        for line in basket.all_lines():
            price = line.line_price_incl_tax_incl_discounts if tax_known else line.line_price_excl_tax_incl_discounts
            # In whole units: Oscar rounds the total, and what no line has would be nobody's to pay.
            lines[line.pk] = max(whole_amounts.rounded(price or ZERO, order_total.currency), ZERO)
            products[line.pk] = line.product
        charges = max(total - sum(lines.values(), ZERO), ZERO)
        return cls(currency=order_total.currency, total=total, lines=lines, charges=charges, products=products)

    def parts_payable_by(self, account: Account) -> frozenset[Part]:
        """Return the keys of the parts that *account* may pay for."""
        lines: Iterable[int] = self.lines
        if not conf.get("ACCOUNTS_GIFT_CARDS_BUY_GIFT_CARDS"):
            lines = [pk for pk in lines if not is_gift_card(self.products[pk])]
        if account.product_range is not None:
            in_range = account.product_range.contains_product
            lines = [pk for pk in lines if in_range(self.products[pk])]
        charges = {CHARGES} if account.can_be_used_for_non_products else set()
        return frozenset(lines) | charges

    def capacity(self, part: Part) -> Decimal:
        return self.charges if part == CHARGES else self.lines[part]


def maximum_permitted(account: Account, payable: Payable, others: Iterable[tuple[Account, Decimal]] = ()) -> Decimal:
    """Return the most that *account* may pay for the order, beside what *others* pay.

    It is bounded by what is available on the account, by the parts that it may pay for, and by what is left to pay.
    Whether the account may be used at all is asked of `oscar_integration.eligibility`.

    Args:
        others: accounts with what is allocated of each; together they must be payable, as they are if each was
            within its own maximum when it was added.
    """
    covered = _Coverage(payable)
    for other, amount in others:
        covered.add(other, amount)
    available = account.amount_available
    wanted = payable.total if available is None else min(available, payable.total)
    return max(covered.add(account, wanted), ZERO)


class _Coverage:
    """A flow of money from accounts to the parts of an order, enlarged account by account along augmenting paths."""

    def __init__(self, payable: Payable) -> None:
        self.payable = payable
        self.total_left = payable.total
        self.left = {part: payable.capacity(part) for part in (*payable.lines, CHARGES)}
        self.parts: dict[int, frozenset[Part]] = {}
        self.paid: dict[tuple[int, Part], Decimal] = {}

    def add(self, account: Account, amount: Decimal) -> Decimal:
        """Let *account* pay as much of *amount* as it can, and return how much that is."""
        self.parts[account.pk] = self.payable.parts_payable_by(account)
        amount = min(amount, self.total_left)
        placed = ZERO
        while placed < amount:
            path = self._path_from(account.pk)
            if path is None:
                break
            placed += self._pay_along(path, amount - placed)
        self.total_left -= placed
        return placed

    def _path_from(self, start: int) -> list[tuple[int, Part]] | None:
        """Return steps (account, part) to a part with room: each later account gives up the part before its own."""
        steps: dict[Part, tuple[int, Part | None]] = {}
        queue: list[tuple[int, Part | None]] = [(start, None)]
        visited = {start}
        for payer, given_up in queue:
            for part in sorted(self.parts[payer] - steps.keys(), key=str):
                steps[part] = (payer, given_up)
                if self.left[part] > 0:
                    return _walk_back(steps, part)
                for other in [pk for (pk, paid_part), paid in self.paid.items() if paid_part == part and paid > 0]:
                    if other not in visited:
                        visited.add(other)
                        queue.append((other, part))
        return None

    def _pay_along(self, path: list[tuple[int, Part]], wanted: Decimal) -> Decimal:
        given_up = [(payer, path[index][1]) for index, (payer, _part) in enumerate(path[1:])]
        amount = min([wanted, self.left[path[-1][1]], *(self.paid[key] for key in given_up)])
        for payer, part in path:
            self.paid[payer, part] = self.paid.get((payer, part), ZERO) + amount
        for key in given_up:
            self.paid[key] -= amount
        self.left[path[-1][1]] -= amount
        return amount


def _walk_back(steps: Mapping[Part, tuple[int, Part | None]], part: Part) -> list[tuple[int, Part]]:
    path: list[tuple[int, Part]] = []
    at: Part | None = part
    while at is not None:
        payer, before = steps[at]
        path.insert(0, (payer, at))
        at = before
    return path
