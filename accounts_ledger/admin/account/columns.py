"""The columns of the list of accounts."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from accounts_ledger import dates
from accounts_ledger.admin.shared.money_column import money, money_column
from accounts_ledger.models import Account

#: Unfold's colours of the labels of each status.
STATUS_COLOURS = {Account.OPEN: "success", Account.FROZEN: "info", Account.CLOSED: "default"}


#: An end within this time is marked.
SOON = datetime.timedelta(days=30)


class AccountColumns:
    """Mixin of the admin: one method a column, none of which asks the database anything."""

    # Never by code, not even where there is no name: an order tells which of two codes is the greater.
    @display(description=gettext_lazy("account"), ordering=F("name").asc(nulls_last=True))
    def account_label(self, account: Account) -> SafeString:
        if account.name and account.has_code:
            return format_html(
                '<span class="account-name" title="{0}">{0}</span><span class="ledger-note">{1}</span>',
                account,
                account.masked_code,
            )
        return format_html('<span class="account-name" title="{0}">{0}</span>', account)

    @display(description=gettext_lazy("holder"), ordering="primary_user__email", empty_value="–")
    def holder(self, account: Account) -> SafeString | None:
        name = held_by(account)
        return format_html('<span class="account-name" title="{0}">{0}</span>', name) if name else None

    @display(description=gettext_lazy("status"), ordering="status", label=STATUS_COLOURS)
    def status_label(self, account: Account) -> tuple[str, Any]:
        return account.status, account.get_status_display()

    @money_column(description=gettext_lazy("balance"), ordering="balance")
    def balance_money(self, account: Account) -> SafeString:
        return money(account.balance, account.currency)

    @money_column(description=gettext_lazy("held"), ordering="held")
    def held_money(self, account: Account) -> SafeString | None:
        return money(account.held, account.currency) if account.held else None

    @money_column(description=gettext_lazy("available"), ordering=F("balance") + F("credit_limit") - F("held"))
    def available_money(self, account: Account) -> SafeString | str:
        available = account.amount_available
        return _("No limit") if available is None else money(available, account.currency)

    @display(description=gettext_lazy("expires"), ordering="end_date", empty_value="–")
    def expiry(self, account: Account) -> SafeString | None:
        if account.end_date is None:
            return None
        day = dates.last_day_before(account.end_date)
        return format_html(
            '<span class="expiry {}" title="{}">{}</span>', _urgency(account, day), date_format(day), expires(account)
        )

    @display(description=gettext_lazy("batch"), ordering="batch", empty_value="–")
    def batch_label(self, account: Account) -> SafeString | None:
        if account.batch is None:
            return None
        return format_html('<span class="batch-name" title="{0}">{0}</span>', account.batch)


def _urgency(account: Account, day: datetime.date) -> str:
    """Return how the style sheet marks an end: nobody needs to hurry for a closed account."""
    if account.is_closed() or day > timezone.localdate() + SOON:
        return ""
    return "expiry-past" if day < timezone.localdate() else "expiry-soon"


def held_by(account: Account) -> str | None:
    """Return whom the account belongs to: its user, or the person it was made for, or None for whoever has the code."""
    return holder_name(account.primary_user) or account.holder_email or None


def holder_name(user: Any) -> str | None:
    """Return a person's name and how to reach them, or None if there is no such person."""
    if user is None:
        return None
    return user.get_full_name() or user.email or user.get_username()


def expires(account: Account) -> str:
    """Return when the account ends, as people say it: "today", "in 12 days", "3 days ago"."""
    if account.end_date is None:
        return _("never")
    days = (dates.last_day_before(account.end_date) - timezone.localdate()).days
    if days > 1:
        return ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}
    if days >= 0:
        return _("tomorrow") if days else _("today")
    return ngettext("%(days)d day ago", "%(days)d days ago", -days) % {"days": -days}
