"""The second step of the dashboard's forms of money: what a form that was filled in would do, to be confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from accounts_ledger import money
from accounts_ledger.exceptions import AccountException
from oscar_integration import payments
from oscar_integration.after_order import cancelling, lines, overview, plan, refunding, unrecorded
from oscar_integration.after_order.forms import ElsewhereForm, RefundForm, UnfinishedForm
from oscar_integration.models import OrderRefund
from oscar_integration.selling.taking_back import SoldCards

#: In the query of an address: show the second step of what is sent, and do nothing yet.
QUERY = "review"
#: The field of the second step that says so.
FIELD = "reviewed"


class NothingToReview(AccountException):
    """What was sent cannot be done as it is filled in."""


@dataclass
class Review:
    """What is about to happen. ``facts``: by name, as the page shows it and as it is compared under the lock."""

    title: str
    button: str
    facts: dict[str, str] = field(default_factory=dict)

    def confirmed(self) -> dict[str, str]:
        """Return what is confirmed by the button: the facts, and what is done about them."""
        return {_("What happens"): self.title, **self.facts}


def of(order: Any, data: Any) -> Review | None:
    """Return what the form in *data* (a QueryDict) would do to *order*, or None if it moves no money.

    Raises:
        NothingToReview: the form is not filled in so that anything could happen.
        AccountException: for example, the amount is more than is left.
    """
    reviews: Mapping[str, Callable[[Any, Any], Review | None]] = {
        "refund": _refund,
        "record_elsewhere": _elsewhere,
        "refund_again": _unfinished(_("Try this refund again"), _("Try again now")),
        "refund_was_given": _unfinished(_("Record what was refunded there"), _("Record it now")),
        "stop_refund": _unfinished(_("Stop this refund"), _("Stop it now")),
        "record_redemptions": _redemptions,
        "change_order_status": _status,
        "create_order_payment_event": _event,
        "create_payment_event": _event,
    }
    action = data.get("order_action") or data.get("line_action") or ""
    return reviews[action](order, data) if action in reviews else None


def cancellation(order: Any, new_status: str) -> dict[str, str]:
    """Return what happens when *order* gets *new_status*."""
    now = type(order)._default_manager.get(pk=order.pk).status
    facts = {_("Status"): f"{now} → {new_status}"}
    if new_status in cancelling.cancelled_statuses():
        facts |= _going_back(order, plan.left(order)) or {_("To be refunded"): _("Nothing: nothing is left to refund")}
    return facts


def _refund(order: Any, data: Any) -> Review:
    form = _checked(RefundForm(data, order=order))
    amount = form.cleaned_data["amount"]
    shown = money.display(amount, order.currency)
    facts = {_("Amount"): shown, **_going_back(order, _spread(order, amount)), **_cards(form)}
    return Review(_("Refund %s") % shown, _("Refund %s now") % shown, facts)


def _elsewhere(order: Any, data: Any) -> Review:
    form = _checked(ElsewhereForm(data, order=order))
    given = form.cleaned_data
    facts = {
        _("Amount"): money.display(given["amount"], order.currency),
        _("Refunded by"): payments.label_of(form.sources[given["source"]], None),
        _("Reference there, or how it was refunded"): given["reference"],
        **_cards(form),
    }
    return Review(_("Record a refund made elsewhere"), _("Record it now"), facts)


def _unfinished(title: str, button: str) -> Callable[[Any, Any], Review]:
    def review(order: Any, data: Any) -> Review:
        form = _checked(UnfinishedForm(data))
        refund = OrderRefund.objects.filter(pk=form.cleaned_data["refund"], order=order).first()
        if refund is None:
            raise NothingToReview(_("This refund does not exist."))
        summary = overview.summary_of(refund)
        facts = {_("Refund"): summary.title, _("Parts"): "; ".join(summary.parts)}
        if form.cleaned_data["reference"]:
            facts[_("Reference there, or how it was refunded")] = form.cleaned_data["reference"]
        return Review(title, button, facts)

    return review


def _redemptions(order: Any, data: Any) -> Review:
    facts = {_("To be recorded"): unrecorded.describe(unrecorded.redemptions(order))}
    return Review(_("Record these payments"), _("Record them now"), facts)


def _status(order: Any, data: Any) -> Review | None:
    new_status = data.get("new_status", "")
    if new_status not in cancelling.cancelled_statuses():
        return None
    return Review(_("Cancel this order"), _("Cancel the order now"), cancellation(order, new_status))


def _event(order: Any, data: Any) -> Review | None:
    """Review Oscar's own form for payment events, if the event gives money back."""
    if data.get("payment_event_type") not in refunding.refund_event_types().values_list("code", flat=True):
        return None
    pieces = lines.checked(order, _pieces(order, data))
    amount = money.amount_of(_amount(data) if data.get("amount") else lines.value(order, pieces), order.currency)
    shown = money.display(amount, order.currency)
    facts = {_("Amount"): shown}
    for line, quantity in pieces:
        facts[_("Returned of line #%d") % line.pk] = f"{quantity} × {line.title}"
    facts |= _going_back(order, _spread(order, amount))
    return Review(_("Refund %s") % shown, _("Refund %s now") % shown, facts)


def _pieces(order: Any, data: Any) -> list[tuple[Any, int]]:
    if "line_action" not in data:
        return []
    chosen = order.lines.filter(pk__in=[pk for pk in data.getlist("selected_line") if pk.isdecimal() and len(pk) < 19])
    try:
        return [(line, int(data.get(f"selected_line_qty_{line.pk}", ""))) for line in chosen.order_by("pk")]
    except ValueError:
        raise NothingToReview(_("Enter how many items of each line are returned.")) from None


def is_plain(amount: str) -> bool:
    """Whether *amount* has nothing that Python reads as part of a number and people do not, such as ``1_0``."""
    return amount.isascii() and "_" not in amount


def _amount(data: Any) -> Decimal:
    try:
        amount = Decimal(data["amount"])
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not is_plain(data["amount"]):
        raise NothingToReview(_("Please choose a valid amount"))
    return amount


def _spread(order: Any, amount: Decimal) -> list[plan.Part]:
    return plan.spread(amount, plan.left(order), order.currency)


def _going_back(order: Any, parts: list[plan.Part]) -> dict[str, str]:
    return {
        _("Refunded to %s") % f"{payments.label_of(part.source, part.account)} (#{part.source.pk})": money.display(
            part.amount, order.currency
        )
        for part in parts
    }


def _cards(form: Any) -> dict[str, str]:
    chosen = form.cleaned_data.get("sold_cards")
    return {str(form.fields["sold_cards"].label): str(SoldCards(chosen).label)} if chosen else {}


def _checked(form: Any) -> Any:
    if not form.is_valid():
        raise NothingToReview(" ".join(str(text) for texts in form.errors.values() for text in texts))
    return form
