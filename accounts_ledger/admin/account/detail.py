"""What the page of one account shows beside its form: figures, chart, statement, holds, history."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts_ledger import dates
from accounts_ledger.admin import merchant_links
from accounts_ledger.admin.account.action_view import account_url
from accounts_ledger.admin.account.columns import STATUS_COLOURS, expires, held_by
from accounts_ledger.models import Account, Hold, Transaction, Transfer
from accounts_ledger.money import ZERO, display
from accounts_ledger.written_dates import short

STATEMENT_LINES = 10
CHART_POINTS = 60
HISTORY_LINES = 10


def context(account: Account, user: Any, page: str | None) -> dict[str, Any]:
    """Return what the template of the detail page needs."""
    statement = statement_page(account, page)
    return {
        "account": account,
        "cards": cards(account),
        "status_colour": STATUS_COLOURS[account.status],
        "chart": chart(account),
        "statement": statement,
        "lines": lines(account, statement, user),
        "statement_reports": statement_reports(account, user),
        "holds": holds(account),
        "holder": held_by(account),
        "masked_code": account.masked_code,
        "may_see_code": account.has_code and user.has_perm("accounts_ledger.view_account_code"),
        "reveal_url": reverse("admin:accounts_ledger_account_reveal", args=(account.pk,)),
        "replaced_by": account.replaced_by,
        "replaces": Account.objects.filter(replaced_by=account).first(),
    }


def cards(account: Account) -> list[dict[str, str]]:
    """Return the figures at the top, each with a line that explains it."""
    currency, available = account.currency, account.amount_available
    end = account.end_date
    return [
        {
            "title": _("Balance"),
            "figure": display(account.balance, currency),
            "note": ngettext("%d transaction", "%d transactions", account.sequence) % account.sequence,
        },
        {
            "title": _("Available"),
            "figure": _("No limit") if available is None else display(available, currency),
            "note": _("on hold: %s") % display(account.held, currency),
        },
        *([] if account.is_core else _use(account)),
        {
            "title": _("Expiry"),
            "figure": expires(account).capitalize(),
            "note": short(dates.last_day_before(end)) if end else _("open-ended"),
        },
    ]


def _use(account: Account) -> list[dict[str, str]]:
    """Return what a customer's account began with and what was made of it: no question for core accounts."""
    initial, spent = _initial(account), _spent(account)
    created = short(timezone.localdate(account.date_created))
    return [
        {"title": _("Initial value"), "figure": display(initial, account.currency), "note": created},
        {"title": _("Spent"), "figure": display(spent, account.currency), "note": _share(spent, initial)},
    ]


def _initial(account: Account) -> Decimal:
    first = account.transactions.filter(sequence=1).values_list("amount", flat=True).first()
    return max(first or ZERO, ZERO)


def _spent(account: Account) -> Decimal:
    """Return redemptions less what was given back of them."""
    spent = Transfer.objects.filter(source=account, kind=Transfer.Kind.REDEMPTION).aggregate(total=Sum("amount"))
    back = Transfer.objects.filter(
        destination=account, kind__in=Transfer.UNDOING, parent__kind=Transfer.Kind.REDEMPTION
    ).aggregate(total=Sum("amount"))
    return Decimal((spent["total"] or ZERO) - (back["total"] or ZERO)).quantize(ZERO)


def _share(spent: Decimal, initial: Decimal) -> str:
    if not initial:
        return ""
    return _("%d%% of the initial value") % round(100 * spent / initial)


def chart(account: Account) -> dict[str, str] | None:
    """Return the newest balances for Unfold's line chart, or None if there is nothing to draw."""
    newest = list(account.transactions.order_by("-sequence").values_list("date_created", "balance")[:CHART_POINTS])
    if len(newest) < 2:
        return None
    points = [*newest[::-1], (timezone.now(), account.balance)]
    return {
        "data": json.dumps(
            {
                "labels": [short(timezone.localdate(moment)) for moment, _balance in points],
                "datasets": [
                    {
                        "label": _("Balance in %s") % account.currency,
                        "data": [float(balance) for _moment, balance in points],
                        "borderColor": "var(--color-primary-600)",
                        "stepped": "before",
                    }
                ],
            }
        ),
        "summary": _("From %(first)s to %(last)s.")
        % {"first": display(points[0][1], account.currency), "last": display(points[-1][1], account.currency)},
    }


class StatementPaginator(Paginator):  # type: ignore[type-arg]  # generic only in the stubs
    """Pages of an account's transactions, by their numbers, which have no gaps: any page is one look at an index."""

    def __init__(self, transactions: QuerySet[Account], newest: int) -> None:
        super().__init__(transactions, STATEMENT_LINES)
        self.transactions, self.newest = transactions, newest

    @property
    def count(self) -> int:
        return self.newest

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        first = self.newest - (number - 1) * self.per_page
        return Page(self.transactions.filter(sequence__lte=first)[: self.per_page], number, self)


def statement_page(account: Account, page: str | None) -> Page[Any]:
    """Return one page of the account's transactions, newest first."""
    transactions = account.transactions.select_related(
        "transfer__source", "transfer__destination", "transfer__parent"
    ).order_by("-sequence")
    return StatementPaginator(transactions, account.sequence).get_page(page)


def statement_reports(account: Account, user: Any) -> list[tuple[str, str]]:
    """Return the label and address of the whole statement as a report and as files, for those who may see reports."""
    if not user.has_perm("accounts_ledger.view_reports"):
        return []
    period = {} if account.is_core else _life_of(account)
    asked = {"whose": f"#{account.pk}", "currency": account.currency, **period}
    report = reverse("ledger_reports:report", args=("statement",))
    return [
        (_("Statement as a report"), f"{report}?{urlencode(asked)}"),
        *((name.upper(), f"{report}?{urlencode({**asked, 'format': name})}") for name in ("csv", "xlsx")),
    ]


def _life_of(account: Account) -> dict[str, str]:
    """Return the days from the account's first to today. Core accounts would fill books: theirs is the report's."""
    return {
        "start": timezone.localdate(account.date_created).isoformat(),
        "end": timezone.localdate().isoformat(),
    }


def lines(account: Account, page: Page[Any], user: Any) -> list[dict[str, Any]]:
    """Return the lines of one page of the statement, with links to what each is about."""
    transactions: list[Transaction] = list(page)
    orders = merchant_links.links([found.transfer.merchant_reference for found in transactions], user)
    return [_line(account, found, orders) for found in transactions]


def _line(account: Account, transaction: Transaction, orders: dict[str, str]) -> dict[str, Any]:
    transfer, currency = transaction.transfer, account.currency
    counter = transfer.shown_destination if transfer.source_id == account.pk else transfer.shown_source
    return {
        "date": transaction.date_created,
        "kind": transfer.get_kind_display(),
        "description": transfer.description or "",
        "merchant_reference": transfer.merchant_reference or "",
        "order_url": orders.get(transfer.merchant_reference or ""),
        "reference": transfer.reference,
        "transfer_url": reverse("admin:accounts_ledger_transfer_change", args=(transfer.pk,)),
        "counter": counter,
        "counter_url": "" if counter.is_internal else account_url(counter),
        "by": transfer.username,
        "credit": display(transaction.amount, currency) if transaction.amount > 0 else "",
        "debit": display(-transaction.amount, currency) if transaction.amount < 0 else "",
        "balance": display(transaction.balance, currency),
    }


def holds(account: Account) -> list[dict[str, Any]]:
    """Return the open holds and the newest of those that ended."""
    newest = account.holds.filter(Q(status=Hold.Status.OPEN) | ~Q(date_ended=None)).order_by("-pk")[:HISTORY_LINES]
    return [
        {"hold": found, "amount": display(found.amount, account.currency), "is_open": found.is_open} for found in newest
    ]
