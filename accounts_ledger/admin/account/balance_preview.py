"""Accounts as a confirmation shows them: what is on them before and after, and what else must stay as it is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts_ledger import dates
from accounts_ledger.admin.account.choice import named
from accounts_ledger.admin.account.columns import held_by
from accounts_ledger.admin.shared.confirmation import digest
from accounts_ledger.models import Account
from accounts_ledger.money import display


@dataclass(frozen=True)
class BalancePreview:
    """An account's balance before and after a movement that is about to happen."""

    account: Account
    change: Decimal

    @property
    def name(self) -> str:
        return named(self.account)

    @property
    def before(self) -> Decimal:
        return self.account.balance

    @property
    def after(self) -> Decimal:
        return self.account.balance + self.change

    @property
    def is_short(self) -> bool:
        """Whether the account has too little available, as far as can be said without its lock."""
        return self.change < 0 and not self.account.is_debit_permitted(-self.change)


def preview_balances(source: Account, destination: Account, amount: Decimal) -> list[BalancePreview]:
    """Return both sides of a movement that is about to happen, the one that is debited first."""
    return [BalancePreview(source, -amount), BalancePreview(destination, amount)]


def account_facts(account: Account) -> dict[str, str]:
    """Return what a confirmation about *account* is bound to.

    Of the accounts that the system relies on (Bank, Redemptions…) not the balance: in a busy shop it changes every
    second, and what is confirmed does not depend on it. The last change is among it because an account may have been
    changed and changed back: a form that has frozen it does not do so again once somebody has thawed it.
    """
    facts = {_("Account number"): str(account.pk or ""), _("Status"): account.get_status_display()}
    if not account.is_core:
        facts |= {
            _("Balance"): display(account.balance, account.currency),
            _("On hold"): display(account.held, account.currency),
            _("Credit limit"): _("None") if account.credit_limit is None else str(account.credit_limit),
            _("Type"): str(account.account_type or ""),
            _("Holder"): held_by(account) or "",
            _("Valid from"): date_format(account.start_date, "SHORT_DATETIME_FORMAT") if account.start_date else "",
            _("Valid until"): date_format(dates.last_day_before(account.end_date)) if account.end_date else "",
            _("last change"): digest(account.history.order_by("-pk").values_list("pk", flat=True)[:1]),
        }
    return {_("%(account)s, %(name)s") % {"account": account, "name": name}: value for name, value in facts.items()}
