"""The first page of the back office: how things stand, each card leading to the list behind it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts_ledger import conf
from accounts_ledger.models import Account, GiftCardBatch, Hold, Transfer, Verification
from accounts_ledger.money_markup import money
from accounts_ledger.written_dates import moment
from backoffice import dashboard_figures as figures

#: Rows of the tables of recent things.
RECENT = 6
REPORTS = "accounts_ledger.view_reports"


@dataclass(frozen=True)
class Card:
    """One figure, with a note below it and the list behind it. ``tone`` is "", "good" or "bad"."""

    title: str
    figure: Any
    note: Any
    link: str
    tone: str = ""


def callback(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to the context of the admin's first page what the user may see of the ledger."""
    currency = _currency(request)
    context |= {"title": _("Dashboard"), "currency": currency, "currencies": conf.currencies()}
    context |= _accounts(request.user, currency) if _may(request, "view_account") else {"cards": []}
    if _may(request, "view_transfer"):
        context["cards"][1:1] = _flow_cards(currency)
        latest = Transfer.objects.select_related("source__stands_for", "destination__stands_for").filter(
            source__currency=currency
        )
        context["latest_transfers"] = latest.order_by("-date_created", "-pk")[:RECENT]
    if _may(request, "view_hold"):
        context["cards"].append(_holds_card(currency))
    if _may(request, "view_account"):
        context["cards"].append(_books_card(request.user, currency))
    context["cards"] += _waiting_cards(request.user)
    if _may(request, "view_giftcardbatch"):
        context["latest_batches"] = GiftCardBatch.objects.order_by("-date_created", "-pk")[:RECENT]
    return context


def _may(request: HttpRequest, codename: str) -> bool:
    return request.user.has_perm(f"accounts_ledger.{codename}")


def _currency(request: HttpRequest) -> str:
    asked = request.GET.get("currency", "")
    return asked if asked in conf.currencies() else conf.default_currency()


def _accounts(user: Any, currency: str) -> dict[str, Any]:
    trend = figures.liability_trend(currency)
    return {
        "cards": [_liability_card(user, trend, currency), _expiring_card(currency)],
        "trend": _chart(trend),
        "trend_link": _report("roll-forward") if user.has_perm(REPORTS) else "",
        "trend_table": [
            (date_format(day, "j M Y"), money(total, currency))
            for day, total in zip(trend.days, trend.totals, strict=True)
        ],
    }


# --- Cards -----------------------------------------------------------------------------------------


def _liability_card(user: Any, trend: figures.Liability, currency: str) -> Card:
    link = _report("deferred-income") if user.has_perm(REPORTS) else _list("accounttype")
    change = trend.since_last_month
    if change == 0:
        note = _("As at the end of last month")
    elif change < 0:
        note = format_html(_("{} less than at the end of last month"), money(-change, currency))
    else:
        note = format_html(_("{} more than at the end of last month"), money(change, currency))
    return Card(_("Owed to customers"), money(trend.now, currency), note, link)


def _flow_cards(currency: str) -> list[Card]:
    found = figures.flows(currency)
    first = timezone.localdate().replace(day=1).isoformat()
    loads = [("kind", kind.value) for kind in figures.LOADS]
    redemptions = [("kind", Transfer.Kind.REDEMPTION.value)]
    return [
        _flow_card(_("Loaded this month"), found["loads"], loads, first, currency),
        _flow_card(_("Redeemed this month"), found["redemptions"], redemptions, first, currency),
    ]


def _flow_card(title: str, flow: figures.Flow, kinds: list[tuple[str, str]], first: str, currency: str) -> Card:
    note = format_html(
        _("Last month to date {} · full month {}"),
        money(flow.by_this_day, currency),
        money(flow.last_month, currency),
    )
    return Card(title, money(flow.this_month, currency), note, _list("transfer", *kinds, ("date_created_from", first)))


def _expiring_card(currency: str) -> Card:
    found = figures.expiring(currency)
    note = ngettext("on %d account", "on %d accounts", found.number) % found.number
    link = _list("account", ("expiry", str(figures.EXPIRY_DAYS)), ("status", Account.OPEN))
    title = _("Expiring within %d days") % figures.EXPIRY_DAYS
    return Card(title, money(found.value, currency), note, link)


def _holds_card(currency: str) -> Card:
    found = figures.open_holds(currency)
    note = ngettext("in %d open hold", "in %d open holds", found.number) % found.number
    return Card(_("On hold"), money(found.value, currency), note, _list("hold", ("status", Hold.Status.OPEN)))


def _waiting_cards(user: Any) -> list[Card]:
    """Return what waits although nothing should, each only for who can look after it."""
    cards = []
    mails = figures.overdue_mails() if user.has_perm("backoffice.view_queuedmail") else 0
    if mails:
        note = _("Is a worker running? (manage.py db_worker)")
        address = f"{reverse('admin:backoffice_queuedmail_changelist')}?{urlencode([('state', 'waiting')])}"
        cards.append(Card(_("E-mails waiting"), mails, note, address, "bad"))
    sold = figures.overdue_sales() if user.has_perm("oscar_integration.view_giftcardsale") else 0
    if sold:
        address = f"{reverse('admin:oscar_integration_giftcardsale_changelist')}?{urlencode([('state', 'waiting')])}"
        cards.append(Card(_("Sold but not issued"), sold, _("Gift cards waiting for an hour or more"), address, "bad"))
    return cards


def _books_card(user: Any, currency: str) -> Card:
    difference = figures.imbalance(currency)
    link = _report("trial-balance") if user.has_perm(REPORTS) else _list("accounttype")
    if user.has_perm("accounts_ledger.view_verification"):
        link = _list("verification")
    if difference:
        return Card(_("The books do not balance"), money(difference, currency), _last_verification(), link, "bad")
    return Card(_("The books"), _("In balance"), _last_verification(), link, "good")


def _last_verification() -> str:
    last = Verification.objects.order_by("-date_finished").first()
    if last is None:
        return _("Never verified transaction by transaction")
    found = ngettext("%d finding", "%d findings", last.findings) % last.findings if last.findings else _("no findings")
    return format_html(_("Verified {}: {}"), moment(last.date_finished), found)


# --- Links and chart -------------------------------------------------------------------------------


def _list(model: str, *filters: tuple[str, str]) -> str:
    address = reverse(f"admin:accounts_ledger_{model}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


def _report(slug: str) -> str:
    return reverse("ledger_reports:report", args=[slug])


def _chart(trend: figures.Liability) -> str:
    """Return the trend as the data of Chart.js, which Unfold brings along."""
    labels = [date_format(day, "M Y") for day in trend.days[:-1]] + [_("Today")]
    line = {
        "label": _("Owed to customers"),
        "data": [float(total) for total in trend.totals],
        "borderColor": "var(--color-primary-600)",
        "backgroundColor": "var(--color-primary-600)",
        "displayYAxis": True,
        "maxTicksXLimit": 12,
    }
    return json.dumps({"labels": labels, "datasets": [line]})
