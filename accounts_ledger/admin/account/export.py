"""Exports of accounts: the columns, the code in full only for those who may see codes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from import_export import resources

from accounts_ledger import dates
from accounts_ledger.admin.account.totals import totals
from accounts_ledger.admin.shared.confirmation import Facts, digest
from accounts_ledger.admin.shared.streamed_export import StreamedExportMixin, column
from accounts_ledger.models import Account


class AccountResource(resources.ModelResource):
    """One account a row. Amounts are in units of the account's currency."""

    number = column(_("number"), "pk")
    name = column(_("name"), "name")
    code = column(_("code"), "masked_code")
    account_type = column(_("account type"), "account_type__name")
    status = column(_("status"), "status", Account.STATUSES)
    currency = column(_("currency"), "currency")
    balance = column(_("balance"), "balance")
    held = column(_("held"), "held")
    available = column(_("available"), "amount_available")
    credit_limit = column(_("credit limit"), "credit_limit")
    holder = column(_("holder"))
    holder_email = column(_("holder's e-mail address"))
    batch = column(_("batch"), "batch__reference")
    start_date = column(_("valid from"), "start_date")
    valid_through = column(_("valid until"))
    date_created = column(_("created"), "date_created")
    description = column(_("description"), "description")

    class Meta:
        model = Account
        fields: ClassVar = [
            "number",
            "name",
            "code",
            "account_type",
            "status",
            "currency",
            "balance",
            "held",
            "available",
            "credit_limit",
            "holder",
            "holder_email",
            "start_date",
            "valid_through",
            "date_created",
            "batch",
            "description",
        ]
        export_order = fields

    def filter_export(self, queryset: QuerySet[Account], **kwargs: Any) -> QuerySet[Account]:
        return queryset.defer("code")  # the mask does without

    def dehydrate_holder(self, account: Account) -> str:
        return account.primary_user.get_full_name() if account.primary_user else ""

    def dehydrate_holder_email(self, account: Account) -> str:
        return account.primary_user.email if account.primary_user else account.holder_email

    def dehydrate_valid_through(self, account: Account) -> Any:
        return dates.last_day_before(account.end_date) if account.end_date else None

    def dehydrate_available(self, account: Account) -> Any:
        available = account.amount_available
        return _("No limit") if available is None else available


class AccountWithCodeResource(AccountResource):
    """The same, with codes in full: bearer tokens, to be kept like money."""

    code = column(_("code"), "code")

    class Meta(AccountResource.Meta):
        pass

    def filter_export(self, queryset: QuerySet[Account], **kwargs: Any) -> QuerySet[Account]:
        return queryset.defer(None)


class AccountExport(StreamedExportMixin):
    """Mixin of the admin: the button above the list, and the action on a selection."""

    export_template_name = "admin/accounts_ledger/account/export.html"

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[AccountResource]]:
        may_see_codes = request.user.has_perm("accounts_ledger.view_account_code")
        return [AccountWithCodeResource if may_see_codes else AccountResource]

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return super().get_export_queryset(request).select_related("primary_user", "account_type", "batch")

    def export_facts(self, request: HttpRequest) -> Facts:
        """Which accounts, and whether their codes, leave the system. Not what is on them: that may change meanwhile."""
        chosen = list(self.get_export_queryset(request).order_by("pk").values_list("pk", flat=True))
        with_codes = request.user.has_perm("accounts_ledger.view_account_code")
        return {
            _t("Accounts"): f"{len(chosen):,}",
            _t("Codes"): _t("in full") if with_codes else _t("masked"),
            _t("which accounts"): digest(chosen),
        }

    def init_request_context_data(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        return {
            **super().init_request_context_data(request, form),
            "totals": totals(self.get_export_queryset(request)),
            "with_codes": request.user.has_perm("accounts_ledger.view_account_code"),
        }

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if self.has_export_permission(request):
            title = _("Export selected accounts")
            actions["export_selected"] = (_export_selected, "export_selected", title)
        return actions


def _export_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Account]) -> HttpResponse:
    """Lead to the export of the selection: of the list as it is, or of the ticked accounts among it."""
    parameters = request.GET.copy()
    if request.POST.get("select_across") != "1":
        parameters["id__in"] = ",".join(request.POST.getlist(helpers.ACTION_CHECKBOX_NAME))
    url = reverse("admin:accounts_ledger_account_export")
    return HttpResponseRedirect(f"{url}?{parameters.urlencode()}")
