"""Gift cards that the shop has sold, in the admin: whether they reached their recipients, and sending them again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts_ledger.admin.merchant_links import links
from accounts_ledger.admin.shared.form_filter import choices_filter, day_range_filter
from accounts_ledger.admin.shared.money_column import money, money_column
from accounts_ledger.admin.shared.read_only_admin import ReadOnlyModelAdmin
from accounts_ledger.admin.transfer.views import open_page
from accounts_ledger.written_dates import moment
from oscar_integration.admin.issue_now import IssueNowView, can_be_issued
from oscar_integration.models import GiftCardSale
from oscar_integration.selling import delivery, payment

_COLOURS = {
    GiftCardSale.State.WAITING: "warning",
    GiftCardSale.State.ISSUED: "info",
    GiftCardSale.State.SENT: "success",
    GiftCardSale.State.WITHHELD: "danger",
    GiftCardSale.State.CANCELLED: "danger",
}


@admin.register(GiftCardSale)
class GiftCardSaleAdmin(ReadOnlyModelAdmin):
    """Written by the shop itself; staff can have a card sent again, or issued although it waits for its payment."""

    empty_text = _(
        "Gift cards bought in the shop are listed here: for whom, when they are due, and whether they were sent."
    )
    list_display = ("date", "order_number", "recipient_email", "value_money", "card", "state_label", "note")
    list_filter = (
        choices_filter("state", _("State"), GiftCardSale.State.choices),
        day_range_filter("date_created", _("date")),
    )
    list_filter_submit = True
    list_select_related = ("order", "account")
    search_fields = ("order__number", "recipient_email", "recipient_name")
    search_help_text = _("Order number or recipient")
    ordering = ("-date_created", "-pk")
    actions = ("send_again",)  # type: ignore[assignment]  # the base has none
    actions_detail = ("issue_now",)
    change_form_template = "admin/oscar_integration/giftcardsale/detail.html"

    @display(description=_("Sold"), ordering="date_created")
    def date(self, sale: GiftCardSale) -> Any:
        return moment(sale.date_created)

    @display(description=_("Order"))
    def order_number(self, sale: GiftCardSale) -> str:
        return sale.order.number

    @money_column(description=_("Value"), ordering="value")
    def value_money(self, sale: GiftCardSale) -> Any:
        return money(sale.value, sale.currency)

    @display(description=_("Card"), empty_value="–")
    def card(self, sale: GiftCardSale) -> Any:
        if sale.account is None:
            return None
        address = reverse("admin:accounts_ledger_account_change", args=(sale.account_id,))
        return format_html('<a href="{}" class="hover:underline">{}</a>', address, sale.account)

    @display(description=_("State"), label=_COLOURS)
    def state_label(self, sale: GiftCardSale) -> tuple[str, Any]:
        return sale.state, sale.get_state_display()

    @display(description=_("Note"))
    def note(self, sale: GiftCardSale) -> str:
        return payment.waiting_for(sale)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer to issue only what waits."""
        sale = self.get_object(request, str(object_id))
        return super().get_actions_detail(request, object_id) if sale and can_be_issued(sale) else []

    @action(
        description=_("Issue now"),
        url_path="issue-now",
        icon="redeem",
        permissions=IssueNowView.permission_required,
        variant=ActionVariant.PRIMARY,
    )
    def issue_now(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return open_page(IssueNowView, self, request, object_id=object_id)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        sale = kwargs.get("obj")
        if sale:
            context |= {
                "sale": sale,
                "colour": _COLOURS[sale.state],
                "is_due": sale.state == GiftCardSale.State.ISSUED,
                "note": payment.waiting_for(sale),
                "order_url": links([sale.order.number], request.user).get(sale.order.number),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("oscar_integration.can_resend")

    @action(description=_("Send again"), permissions=["send_again"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[GiftCardSale]) -> None:
        number = delivery.send_again(queryset)
        message = ngettext(
            "%d gift card will be sent within minutes.", "%d gift cards will be sent within minutes.", number
        )
        self.message_user(request, message % number, messages.SUCCESS if number else messages.WARNING)
