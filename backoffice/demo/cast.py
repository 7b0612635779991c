"""The cast of the demo's history: the people, the core accounts, the account types, and a seeded die."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User

from accounts_ledger import chart, codes
from accounts_ledger.models import Account
from backoffice.demo import people

SEED = 20261


@dataclass
class Cast:
    """Everybody and everything that takes part. The die is seeded: the same history arises every time."""

    users: dict[str, User]
    now: datetime.datetime
    die: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311  (demo data, not secrets)
    bank: Account = field(default_factory=chart.bank)
    redemptions: Account = field(default_factory=chart.redemptions)
    unpaid: list[Account] = field(default_factory=chart.unpaid_sources)
    account_types: list[Any] = field(default_factory=lambda: list(chart.deferred_income_types()))
    last_order_number: int = 90_000

    @property
    def merchant_funded(self) -> Account:
        return self.unpaid[0]

    @property
    def goodwill(self) -> Account:
        return self.unpaid[-1]

    def account_type(self, number: int) -> Any:
        """Return the nth customers' account type (gift cards, store credit, loyalty), or the last one."""
        return self.account_types[min(number, len(self.account_types) - 1)]

    def staff(self) -> User:
        return self.users[self.die.choice(["clerk", "clerk", "manager"])]

    def customer(self) -> User:
        return self.users[self.die.choice(people.CUSTOMERS).username]

    def order_number(self) -> str:
        """Return the next order's number; below 100,000, where the shop's own numbers start."""
        self.last_order_number += self.die.choice([1, 1, 2, 3])
        return str(self.last_order_number)

    def code(self) -> str:
        return "".join(self.die.choice(codes.ALPHABET) for _ in range(12))

    def later(self, moment: datetime.datetime, least_days: float, most_days: float) -> datetime.datetime:
        """Return a moment in the shop's day, some days after *moment*."""
        day = moment + datetime.timedelta(days=self.die.uniform(least_days, most_days))
        opening = day.replace(hour=8, minute=0, second=0, microsecond=0)
        return max(
            opening + datetime.timedelta(seconds=self.die.randrange(13 * 3600)), moment + datetime.timedelta(1 / 24)
        )
