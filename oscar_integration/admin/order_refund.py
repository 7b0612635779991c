"""Refunds and cancellations of orders, in the admin: which are under way, and what keeps them from being done."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts_ledger.admin.merchant_links import links
from accounts_ledger.admin.shared.form_filter import choices_filter, day_range_filter
from accounts_ledger.admin.shared.money_column import money, money_column
from accounts_ledger.admin.shared.read_only_admin import ReadOnlyModelAdmin
from accounts_ledger.written_dates import moment
from oscar_integration.after_order import overview
from oscar_integration.models import OrderRefund

_COLOURS = {
    OrderRefund.State.OPEN: "warning",
    OrderRefund.State.DONE: "success",
    OrderRefund.State.STOPPED: "danger",
}


@admin.register(OrderRefund)
class OrderRefundAdmin(ReadOnlyModelAdmin):
    """Written by the orders dashboard, where staff also go on with what is not finished."""

    empty_text = _("Refunds and cancellations of orders are listed here: what was refunded, and what is still owed.")
    list_display = ("date", "order_number", "kind", "amount_money", "state_label", "user", "problem")
    list_filter = (
        choices_filter("state", _("State"), OrderRefund.State.choices),
        choices_filter("kind", _("Kind"), OrderRefund.Kind.choices),
        day_range_filter("date_created", _("date")),
    )
    list_filter_submit = True
    list_select_related = ("order", "user")
    search_fields = ("order__number",)
    search_help_text = _("Order number")
    change_form_template = "admin/oscar_integration/orderrefund/detail.html"
    ordering = ("-date_created", "-pk")

    @display(description=_("Started"), ordering="date_created")
    def date(self, refund: OrderRefund) -> Any:
        return moment(refund.date_created)

    @display(description=_("Order"))
    def order_number(self, refund: OrderRefund) -> str:
        return refund.order.number

    @money_column(description=_("Amount"), ordering="amount")
    def amount_money(self, refund: OrderRefund) -> Any:
        return money(refund.amount, refund.order.currency)

    @display(description=_("State"), label=_COLOURS)
    def state_label(self, refund: OrderRefund) -> tuple[str, Any]:
        return refund.state, refund.get_state_display()

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        refund = kwargs.get("obj")
        if refund:
            context |= {
                "refund": refund,
                "summary": overview.summary_of(refund),
                "colour": _COLOURS[refund.state],
                "order_url": links([refund.order.number], request.user).get(refund.order.number),
            }
        return super().render_change_form(request, context, *args, **kwargs)
