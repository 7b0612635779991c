"""The accounts that benchmarks move money between, and the transfers they make."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts_ledger.models import Account

ONE = Decimal("1.00")
_ACCOUNTS = 1_000
_BATCH = 10_000


def create_accounts() -> None:
    """Create accounts without a limit, so that no transfer is refused for lack of funds."""
    from accounts_ledger.models import Account

    Account.objects.bulk_create(Account(credit_limit=None) for _ in range(_ACCOUNTS))


def random_transfer(random_pair: Callable[[], tuple[Account, Account]]) -> Callable[[], object]:
    """Return a step that transfers through the facade between a pair of accounts."""
    from accounts_ledger import facade

    def step() -> None:
        source, destination = random_pair()
        facade.transfer(source, destination, ONE)

    return step


def portable_transfer(random_pair: Callable[[], tuple[Account, Account]]) -> Callable[[], object]:
    """Return a step that transfers by the engine for other databases, in Python: one statement after the other."""
    from accounts_ledger.posting import TransferRequest, ledger_connection, portable, retry

    connection = ledger_connection()

    def step() -> None:
        source, destination = random_pair()
        request = TransferRequest(source=source, destination=destination, amount=ONE)
        retry.retry_on_conflict(connection, lambda: portable.post(connection, [request]))

    return step


def order_of_two_cards() -> Callable[[], object]:
    """Return a step that pays one order from two cards, all or nothing."""
    from accounts_ledger import chart, facade

    redemptions, accounts, chance = chart.redemptions(), _accounts(), random.Random()

    def step() -> None:
        cards = chance.sample(accounts, 2)
        facade.transfer_many(
            [facade.TransferRequest(source=card, destination=redemptions, amount=ONE) for card in cards]
        )

    return step


def spread() -> Callable[[], tuple[Account, Account]]:
    """Return a function that draws two different accounts of all."""
    accounts, chance = _accounts(), random.Random()

    def pair() -> tuple[Account, Account]:
        source, destination = chance.sample(accounts, 2)
        return source, destination

    return pair


def hot() -> Callable[[], tuple[Account, Account]]:
    """Return a function that draws one account, to be debited in favour of Redemptions: everybody's destination."""
    from accounts_ledger import chart

    redemptions, accounts, chance = chart.redemptions(), _accounts(), random.Random()
    return lambda: (chance.choice(accounts), redemptions)


def add_history(transactions: int) -> None:
    """Give Redemptions a history of *transactions*, through the facade."""
    from accounts_ledger import chart, facade

    redemptions, accounts = chart.redemptions(), _accounts()
    for begin in range(0, transactions, _BATCH):
        facade.transfer_many(
            [
                facade.TransferRequest(source=accounts[number % _ACCOUNTS], destination=redemptions, amount=ONE)
                for number in range(begin, min(begin + _BATCH, transactions))
            ]
        )


def _accounts() -> list[Account]:
    from accounts_ledger.models import Account

    return list(Account.objects.filter(credit_limit=None, chart_code=None).order_by("pk"))
