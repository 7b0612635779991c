"""Transfers in the admin: to be read by whoever may view them, made and undone by actions only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.views import ChangeList

from accounts_ledger import conf
from accounts_ledger.admin.account.choice import AccountSearchView
from accounts_ledger.admin.merchant_links import links
from accounts_ledger.admin.shared.money_column import money, money_column
from accounts_ledger.admin.shared.read_only_admin import ReadOnlyModelAdmin
from accounts_ledger.admin.transfer.detail import can_be_reversed, detail_context
from accounts_ledger.admin.transfer.export import TransferExport
from accounts_ledger.admin.transfer.filters import TRANSFER_FILTERS
from accounts_ledger.admin.transfer.totals import Totals, totals
from accounts_ledger.admin.transfer.views import NewTransferView, RefundView, ReverseView, open_page
from accounts_ledger.models import Transfer
from accounts_ledger.written_dates import moment

#: Unfold's colours of the kinds' labels: value in is green, value out blue, whatever undoes orange.
KIND_COLOURS = {
    Transfer.Kind.LOAD: "success",
    Transfer.Kind.TOP_UP: "success",
    Transfer.Kind.REDEMPTION: "info",
    Transfer.Kind.REFUND: "warning",
    Transfer.Kind.REVERSAL: "warning",
    Transfer.Kind.LAPSE: "danger",
    Transfer.Kind.WITHDRAWAL: "danger",
    Transfer.Kind.ADJUSTMENT: "primary",
    Transfer.Kind.TRANSFER: "default",
}


LABEL = "unfold/helpers/label.html"


class TransferChangeList(ChangeList):
    """The list, with the totals of what it is narrowed to."""

    @cached_property
    def totals(self) -> Totals | None:
        """The totals, or None while nothing narrows the list: they would cost a look at the whole ledger."""
        if not (self.has_active_filters or self.query):
            return None
        return totals(self.queryset)


@admin.register(Transfer)
class TransferAdmin(TransferExport, ReadOnlyModelAdmin):
    empty_text = _(
        "Every movement of money is listed here permanently: loads, redemptions, refunds. The first "
        "appears when an account is issued with an initial load, or when cards are imported."
    )
    list_display = (
        "date",
        "reference",
        "kind_label",
        "source_account",
        "destination_account",
        "amount_money",
        "order",
        "authorised_by",
    )
    list_display_links = ("date", "reference")
    list_filter = TRANSFER_FILTERS
    list_filter_submit = True
    list_fullwidth = True
    list_select_related = ("source__stands_for", "destination__stands_for")
    list_before_template = "admin/accounts_ledger/transfer/totals.html"
    change_form_template = "admin/accounts_ledger/transfer/detail.html"
    search_fields = ("reference", "merchant_reference", "description")
    search_help_text = _("Reference, merchant reference, description")
    ordering = ("-date_created", "-pk")
    sortable_by = ("date", "amount_money")
    actions_list = ("new_transfer",)
    actions_row = ("reverse_transfer", "refund_transfer")
    actions_detail = ("refund_transfer", "reverse_transfer")

    @property
    def list_per_page(self) -> int:  # Django reads it as an attribute either way
        return conf.get("OSCAR_ACCOUNTS_DASHBOARD_ITEMS_PER_PAGE")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return TransferChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transfer]:
        undone = Transfer.objects.filter(parent=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                was_reversed=Exists(undone.filter(kind=Transfer.Kind.REVERSAL)),
                was_refunded=Exists(undone.filter(kind=Transfer.Kind.REFUND)),
            )
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Transfer], search_term: str
    ) -> tuple[QuerySet[Transfer], bool]:
        """Find by whole reference or order number first, through their indexes; else by parts of texts."""
        term = search_term.strip()
        if not term:
            return queryset, False
        exact = queryset.filter(Q(reference=term.upper()) | Q(merchant_reference=term))
        if exact.exists():
            return exact, False
        parts = Q(merchant_reference__istartswith=term) | Q(description__icontains=term)
        return queryset.filter(parts | Q(reference__startswith=term.upper())), False

    # --- Columns -----------------------------------------------------------------------------------

    @display(description=_("Date"), ordering="date_created")
    def date(self, transfer: Transfer) -> Any:
        return moment(transfer.date_created)

    @display(description=_("Kind"))
    def kind_label(self, transfer: Any) -> Any:
        labels = [(transfer.get_kind_display(), KIND_COLOURS[transfer.kind])]
        if transfer.was_reversed:
            labels.append((_("Reversed"), "danger"))
        elif transfer.was_refunded:
            labels.append((_("Refunded"), "warning"))
        return format_html_join(
            " ", "{}", ((render_to_string(LABEL, {"text": text, "type": colour}),) for text, colour in labels)
        )

    @display(description=_("From"))
    def source_account(self, transfer: Transfer) -> Any:
        return _account_link(transfer.shown_source)

    @display(description=_("To"))
    def destination_account(self, transfer: Transfer) -> Any:
        return _account_link(transfer.shown_destination)

    @money_column(description=_("Amount"), ordering="amount")
    def amount_money(self, transfer: Transfer) -> Any:
        return money(transfer.amount, transfer.source.currency)

    @display(description=_("By"), empty_value="–")
    def authorised_by(self, transfer: Transfer) -> Any:
        return transfer.username or None

    @display(description=_("Merchant reference"), empty_value="–")
    def order(self, transfer: Transfer) -> Any:
        return transfer.merchant_reference

    # --- Pages -------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        search = self.admin_site.admin_view(AccountSearchView.as_view())
        return [path("accounts/", search, name="accounts_ledger_transfer_accounts"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        transfer = kwargs.get("obj")
        if transfer:
            context.update(detail_context(transfer, request.user))
            context["order_url"] = links([transfer.merchant_reference], request.user).get(
                transfer.merchant_reference or ""
            )
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer only what can still be done to this transfer."""
        transfer = self.get_object(request, str(object_id))
        if transfer is None:
            return []
        possible = {"refund_transfer": transfer.max_refund() > 0, "reverse_transfer": can_be_reversed(transfer)}
        actions = super().get_actions_detail(request, object_id)
        return [one for one in actions if possible[one.method.original_function_name]]

    # --- Actions -----------------------------------------------------------------------------------

    @action(
        description=_("New transfer"),
        url_path="new",
        icon="add",
        permissions=NewTransferView.permission_required,
        variant=ActionVariant.PRIMARY,
    )
    def new_transfer(self, request: HttpRequest) -> HttpResponse:
        return open_page(NewTransferView, self, request)

    @action(description=_("Reverse"), url_path="reverse", icon="undo", permissions=ReverseView.permission_required)
    def reverse_transfer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return open_page(ReverseView, self, request, object_id=object_id)

    @action(
        description=_("Refund"), url_path="refund", icon="currency_exchange", permissions=RefundView.permission_required
    )
    def refund_transfer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return open_page(RefundView, self, request, object_id=object_id)


def _account_link(account: Any) -> Any:
    if account.is_internal:
        return str(account)
    return format_html(
        '<a href="{}" class="hover:underline">{}</a>',
        reverse("admin:accounts_ledger_account_change", args=(account.pk,)),
        account,
    )
