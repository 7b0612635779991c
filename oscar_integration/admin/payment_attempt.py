"""Payments that another method shares in, in the admin: which are under way, and which could not be undone yet."""

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
from oscar_integration.models import PaymentAttempt

_COLOURS = {
    PaymentAttempt.State.STARTED: "info",
    PaymentAttempt.State.REDIRECTED: "info",
    PaymentAttempt.State.CHARGED: "info",
    PaymentAttempt.State.PLACED: "success",
    PaymentAttempt.State.CANCELLING: "warning",
    PaymentAttempt.State.CANCELLED: "danger",
}


@admin.register(PaymentAttempt)
class PaymentAttemptAdmin(ReadOnlyModelAdmin):
    """Written by the checkout; ``finish_abandoned_payments`` ends those that nobody completes."""

    empty_text = _(
        "When an order is paid partly by another method, such as a bank card, the payment attempt is "
        "recorded here: what was held, what was charged, and how it ended."
    )
    list_display = ("date", "order_number", "state_label", "remainder_money", "total_money", "method", "reason")
    list_filter = (
        choices_filter("state", _("State"), PaymentAttempt.State.choices),
        day_range_filter("date_created", _("date")),
    )
    list_filter_submit = True
    search_fields = ("order_number", "reference", "method_reference")
    search_help_text = _("Order number or reference")
    change_form_template = "admin/oscar_integration/paymentattempt/detail.html"
    ordering = ("-date_created", "-pk")

    @display(description=_("Started"), ordering="date_created")
    def date(self, attempt: PaymentAttempt) -> Any:
        return moment(attempt.date_created)

    @display(description=_("State"), label=_COLOURS)
    def state_label(self, attempt: PaymentAttempt) -> tuple[str, Any]:
        return attempt.state, attempt.get_state_display()

    @money_column(description=_("By the other method"), ordering="remainder")
    def remainder_money(self, attempt: PaymentAttempt) -> Any:
        return money(attempt.remainder, attempt.currency)

    @money_column(description=_("Order total"), ordering="total")
    def total_money(self, attempt: PaymentAttempt) -> Any:
        return money(attempt.total, attempt.currency)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        attempt = kwargs.get("obj")
        if attempt:
            context |= {
                "attempt": attempt,
                "colour": _COLOURS[attempt.state],
                "holds": attempt.holds.select_related("account").order_by("pk"),
                "order_url": links([attempt.order_number], request.user).get(attempt.order_number),
            }
        return super().render_change_form(request, context, *args, **kwargs)
