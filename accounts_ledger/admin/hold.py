"""Holds in the admin: what is reserved, for what, until when; and letting go of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts_ledger import conf, facade
from accounts_ledger.admin.account.balance_preview import account_facts
from accounts_ledger.admin.merchant_links import links
from accounts_ledger.admin.shared.confirmation import Facts
from accounts_ledger.admin.shared.form_filter import amount_range_filter, choices_filter, day_range_filter
from accounts_ledger.admin.shared.money_column import money, money_column
from accounts_ledger.admin.shared.one_time_key import OneTimeKeyMixin
from accounts_ledger.admin.shared.posting_view import PostingView
from accounts_ledger.admin.shared.read_only_admin import ReadOnlyModelAdmin
from accounts_ledger.admin.transfer.views import open_page
from accounts_ledger.models import Hold
from accounts_ledger.money import ZERO
from accounts_ledger.money import display as in_currency
from accounts_ledger.written_dates import moment

STATUS_COLOURS = {
    Hold.Status.OPEN: "success",
    Hold.Status.CAPTURED: "info",
    Hold.Status.VOIDED: "warning",
    Hold.Status.EXPIRED: "danger",
}


class VoidForm(OneTimeKeyMixin):
    """Nothing to enter: the page says what is let go. A hold can be voided once, which the ledger sees to."""


class VoidView(PostingView):
    permission_required = ("accounts_ledger.view_hold", "accounts_ledger.can_void")
    title = _("Void a hold")
    form_class = VoidForm
    submit_text = _("Void the hold")
    submit_variant = "danger"
    intro_template = "admin/accounts_ledger/hold/void_intro.html"
    object: Hold

    def rows(self, form: Any) -> dict[str, list[Any]]:
        return {"holds": [self.object], "accounts": [self.object.account]}

    def facts(self, form: Any) -> Facts:
        hold = self.object
        return {
            _t("Hold"): hold.reference,
            _t("State"): hold.get_status_display(),
            _t("Amount"): in_currency(hold.amount, hold.account.currency),
            **account_facts(hold.account),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        available = self.object.account.amount_available
        after = None if available is None else available + self.object.amount
        return super().get_context_data(**kwargs, available=available, available_after=after)

    def post_form(self, form: Any) -> Any:
        facade.void(self.object)
        return _t("Hold %(hold)s voided: %(amount)s is available again.") % {
            "hold": self.object,
            "amount": in_currency(self.object.amount, self.object.account.currency),
        }

    def get_success_url(self) -> str:
        return reverse("admin:accounts_ledger_hold_change", args=(self.object.pk,))


@admin.register(Hold)
class HoldAdmin(ReadOnlyModelAdmin):
    empty_text = _(
        "A hold reserves part of an account's balance while an order is being paid. The checkout "
        "places holds; here you can see them, and void any that were left open."
    )
    list_display = (
        "date",
        "reference",
        "account_link",
        "amount_money",
        "status_label",
        "expires",
        "merchant_reference",
        "authorised_by",
    )
    list_display_links = ("date", "reference")
    list_filter = (
        choices_filter("status", _("Status"), Hold.Status.choices),
        day_range_filter("date_created", _("date")),
        day_range_filter("expires_at", _("expiry")),
        amount_range_filter("amount", _("amount"), least=ZERO),
    )
    list_filter_submit = True
    list_select_related = ("account",)
    change_form_template = "admin/accounts_ledger/hold/detail.html"
    search_fields = ("reference", "merchant_reference")
    search_help_text = _("Reference or merchant reference")
    ordering = ("-date_created", "-pk")
    sortable_by = ("date", "amount_money", "expires")
    actions_row = ("void_hold",)
    actions_detail = ("void_hold",)

    @property
    def list_per_page(self) -> int:  # Django reads it as an attribute either way
        return conf.get("OSCAR_ACCOUNTS_DASHBOARD_ITEMS_PER_PAGE")

    @display(description=_("Created"), ordering="date_created")
    def date(self, hold: Hold) -> Any:
        return moment(hold.date_created)

    @display(description=_("Expires"), ordering="expires_at")
    def expires(self, hold: Hold) -> Any:
        return moment(hold.expires_at)

    @display(description=_("Account"))
    def account_link(self, hold: Hold) -> Any:
        address = reverse("admin:accounts_ledger_account_change", args=(hold.account_id,))
        return format_html('<a href="{}" class="hover:underline">{}</a>', address, hold.account)

    @money_column(description=_("Amount"), ordering="amount")
    def amount_money(self, hold: Hold) -> Any:
        return money(hold.amount, hold.account.currency)

    @display(description=_("Status"), label=STATUS_COLOURS)
    def status_label(self, hold: Hold) -> Any:
        return hold.status, hold.get_status_display()

    @display(description=_("Authorised by"), empty_value="–")
    def authorised_by(self, hold: Hold) -> Any:
        return hold.username or None

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        hold = kwargs.get("obj")
        if hold:
            context["hold"] = hold
            context["captures"] = list(hold.transfers.all())
            context["order_url"] = links([hold.merchant_reference], request.user).get(hold.merchant_reference or "")
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer to void only what is open."""
        hold = self.get_object(request, str(object_id))
        return super().get_actions_detail(request, object_id) if hold and hold.is_open else []

    @action(
        description=_("Void"),
        url_path="void",
        icon="lock_open",
        permissions=VoidView.permission_required,
        variant=ActionVariant.DANGER,
    )
    def void_hold(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return open_page(VoidView, self, request, object_id=object_id)
