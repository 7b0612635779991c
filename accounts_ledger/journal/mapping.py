"""From accounts of the ledger to accounts of the general ledger."""

from __future__ import annotations

from dataclasses import dataclass

from accounts_ledger.models import Account, AccountMapping, AccountType


@dataclass(frozen=True, slots=True)
class Target:
    """An account of the general ledger."""

    code: str
    name: str
    tax_rate: str = ""


class Mapping:
    """The staff's mapping, read once. What they left out goes by the names of the chart of accounts."""

    def __init__(self) -> None:
        self.types = {node.pk: node for node in AccountType.objects.order_by("path")}
        by_path = {node.path: node for node in self.types.values()}
        mappings = AccountMapping.objects.select_related("account")
        self.by_account = {entry.account_id: _target(entry) for entry in mappings if entry.account_id}
        own = {entry.account_type_id: _target(entry) for entry in mappings if entry.account_type_id}
        self.by_type = {pk: _nearest(node, by_path, own) for pk, node in self.types.items()}
        self.names = {node.pk: _path(node, by_path) for node in self.types.values()}

    def target(self, account: Account) -> Target:
        """Return where *account* is booked: by its own mapping, its type's, or under the type's own name."""
        own = self.by_account.get(account.pk)
        if own:
            return own
        type_id = account.account_type_id
        if type_id is None:
            return Target("", "Assets:Other")
        mapped = self.by_type[type_id]
        if mapped:
            return mapped
        path = self.names[type_id]
        # The few accounts that the system relies on are told apart; customers' accounts go by their type.
        return Target("", f"{path}:{account.name}" if account.is_core else path)


def _target(entry: AccountMapping) -> Target:
    return Target(entry.code, entry.name, entry.tax_rate)


def _ancestry(node: AccountType, by_path: dict[str, AccountType]) -> list[AccountType]:
    steps = range(AccountType.steplen, len(node.path) + 1, AccountType.steplen)
    return [by_path[node.path[:step]] for step in steps]


def _nearest(node: AccountType, by_path: dict[str, AccountType], own: dict[int, Target]) -> Target | None:
    for ancestor in reversed(_ancestry(node, by_path)):
        if ancestor.pk in own:
            return own[ancestor.pk]
    return None


def _path(node: AccountType, by_path: dict[str, AccountType]) -> str:
    return ":".join(ancestor.name.replace(":", " ") for ancestor in _ancestry(node, by_path))
