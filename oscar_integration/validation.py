"""Allocations against the order as it is now: what cannot be paid any more is trimmed, with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts_ledger import exceptions
from accounts_ledger.models import Account
from accounts_ledger.money import ZERO, display
from oscar_integration.allocations import Allocations
from oscar_integration.coverage import Payable, maximum_permitted
from oscar_integration.eligibility import check_usable
from oscar_integration.naming import label

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser


@dataclass
class Validated:
    """What of some allocations holds. ``messages`` say what was trimmed and why, fit to show the shopper."""

    payable: Payable
    allocations: Allocations = field(default_factory=Allocations)
    accounts: list[tuple[Account, Decimal]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    @property
    def left_to_pay(self) -> Decimal:
        return self.payable.total - self.allocations.total

    def maximum(self, account: Account) -> Decimal:
        """Return the most that *account* may pay beside the other accounts."""
        others = [(other, amount) for other, amount in self.accounts if other.pk != account.pk]
        return maximum_permitted(account, self.payable, others)


def validate(allocations: Allocations, payable: Payable, user: AbstractBaseUser | AnonymousUser) -> Validated:
    """Return what of *allocations* can pay *payable* now; earlier allocations go first."""
    validated = Validated(payable)
    found = Account.objects.select_related("product_range").in_bulk(list(allocations))
    for pk, amount in allocations.items():
        account = found.get(pk)
        if account is None:
            validated.messages.append(_("An account that was to pay no longer exists."))
            continue
        try:
            check_usable(account, user, payable.currency)
        except exceptions.AccountException as error:
            validated.messages.append(str(error))
            continue
        _add(validated, account, amount)
    return validated


def _add(validated: Validated, account: Account, amount: Decimal) -> None:
    permitted = min(amount, validated.maximum(account))
    if permitted < amount:
        validated.messages.append(_trimmed_message(account, permitted))
    if permitted > ZERO:
        validated.allocations.add(account, permitted)
        validated.accounts.append((account, permitted))


def _trimmed_message(account: Account, permitted: Decimal) -> str:
    if not permitted:
        return _("%s is no longer needed for this order and was removed.") % label(account)
    return _("%(account)s now pays %(amount)s: the order or the balance has changed.") % {
        "account": label(account),
        "amount": display(permitted, account.currency),
    }
