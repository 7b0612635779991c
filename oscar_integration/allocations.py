"""Allocations: how much of which account is to pay for an order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from accounts_ledger.models import Account
from accounts_ledger.money import ZERO


class Allocations:
    """Amounts by account, in the order in which they were added.

    Accounts are known by id, never by code: a code is a bearer token, and this is kept in sessions.
    """

    def __init__(self, amounts: Mapping[int, Decimal] | None = None) -> None:
        self._amounts: dict[int, Decimal] = dict(amounts or {})

    def __repr__(self) -> str:
        return f"Allocations({self._amounts!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Allocations) and self._amounts == other._amounts

    __hash__ = None  # type: ignore[assignment]  # mutable

    def __len__(self) -> int:
        return len(self._amounts)

    def __iter__(self) -> Iterator[int]:
        return iter(self._amounts)

    def __contains__(self, account: object) -> bool:
        return _key(account) in self._amounts

    def contains(self, account: Account | int) -> bool:
        """Whether something is allocated from *account* (or the account with that id)."""
        return account in self

    def add(self, account: Account | int, amount: Decimal) -> None:
        """Allocate *amount* of *account*, in place of what was allocated of it before.

        Raises:
            ValueError: the amount is not more than zero.
        """
        if amount <= 0:
            raise ValueError("An allocation must be more than zero.")
        self._amounts[_key(account)] = amount

    def remove(self, account: Account | int) -> None:
        """Allocate nothing of *account* any more. Removing twice is fine."""
        self._amounts.pop(_key(account), None)

    def amount(self, account: Account | int) -> Decimal:
        """Return what is allocated of *account*, zero if nothing is."""
        return self._amounts.get(_key(account), ZERO)

    @property
    def total(self) -> Decimal:
        return sum(self._amounts.values(), ZERO)

    def items(self) -> list[tuple[int, Decimal]]:
        """Return pairs of account id and amount."""
        return list(self._amounts.items())

    def serialize(self) -> dict[str, str]:
        """Return plain texts, fit for a session of any kind."""
        return {str(pk): str(amount) for pk, amount in self._amounts.items()}

    @classmethod
    def deserialize(cls, stored: object) -> Allocations:
        """Return what `serialize` was given. What cannot be read (an old session's, say) is left out."""
        allocations = cls()
        if isinstance(stored, Mapping):
            for pk, text in stored.items():
                try:
                    amount = Decimal(text)
                    if amount.is_finite():
                        allocations.add(int(pk), amount)
                except (InvalidOperation, TypeError, ValueError):
                    continue
        return allocations


def _key(account: object) -> int:
    return account.pk if isinstance(account, Account) else account  # type: ignore[return-value]  # else it is an id
