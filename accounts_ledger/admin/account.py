"""The admin of accounts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts_ledger import conf
from accounts_ledger.admin import account_changes, account_detail
from accounts_ledger.admin.account_actions import AccountActions
from accounts_ledger.admin.account_bulk import AccountBulkActions
from accounts_ledger.admin.account_columns import AccountColumns
from accounts_ledger.admin.account_filters import account_filters
from accounts_ledger.admin.account_issue import IssueView
from accounts_ledger.admin.account_reveal import reveal
from accounts_ledger.admin.account_search import search
from accounts_ledger.admin.bounded_paginator import BoundedPaginator
from accounts_ledger.admin.history_admin import HistoryModelAdmin
from accounts_ledger.admin.permission_checks import PermissionChecks
from accounts_ledger.models import Account


@admin.register(Account)
class AccountAdmin(AccountColumns, AccountActions, AccountBulkActions, HistoryModelAdmin):
    """Customers' accounts and core accounts. Money and state change by actions only; the form is for the rest."""

    list_display: ClassVar = [
        "account_label",
        "holder",
        "account_type",
        "status_label",
        "balance_money",
        "held_money",
        "available_money",
        "expiry",
        "created",
    ]
    checks_class = PermissionChecks
    list_select_related: ClassVar = ["primary_user", "account_type"]
    list_filter_submit = True
    list_fullwidth = True
    ordering: ClassVar = ["-pk"]
    paginator = BoundedPaginator
    show_full_result_count = False
    list_max_show_all = 0
    # Django shows the search box if there are any; `search` decides what is looked for, and where.
    search_fields: ClassVar = ["name"]
    search_help_text = _("Whole code, name, holder, or order number")
    autocomplete_fields: ClassVar = ["primary_user", "secondary_users"]
    fieldsets: ClassVar = [
        (None, {"fields": ["name", "account_type", "description"]}),
        (_("Who can spend it"), {"fields": ["primary_user", "secondary_users"]}),
        (
            _("Restrictions"),
            {"fields": ["start_date", "end_date", "product_range", "can_be_used_for_non_products", "credit_limit"]},
        ),
    ]
    change_form_template = "admin/accounts_ledger/account/change_form.html"

    class Media:
        css: ClassVar = {"all": ["accounts_ledger/admin.css"]}

    @property
    def list_per_page(self) -> int:  # type: ignore[override]  # a setting of the site, read when it is needed
        return int(conf.get("OSCAR_ACCOUNTS_DASHBOARD_ITEMS_PER_PAGE"))

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return account_filters()

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        return search(queryset, search_term), False

    # --- Who may do what ---------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts_ledger.can_issue")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Accounts are closed, never deleted: the books name them for ever."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Dates change by an extension, with a reason; the credit limit is for those who may set it."""
        fixed = ["end_date"]
        if not request.user.has_perm("accounts_ledger.can_set_credit_limit") or (obj and obj.is_core):
            fixed.append("credit_limit")
        if obj and (obj.is_core or obj.is_closed()):
            fixed += ["account_type", "start_date", "product_range", "can_be_used_for_non_products"]
            fixed += ["primary_user", "secondary_users"]
        return fixed

    def get_urls(self) -> list[URLPattern]:
        url = path(
            "<path:object_id>/reveal/",
            self.admin_site.admin_view(reveal),
            {"model_admin": self},
            name="accounts_ledger_account_reveal",
        )
        return [url, *super().get_urls()]

    # --- Pages -------------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return IssueView.as_view(model_admin=self)(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        account = self.get_object(request, object_id)
        if account is not None:
            extra_context = {
                **(extra_context or {}),
                **account_detail.context(account, request.user, request.GET.get("page")),
                "changes": account_changes.changes(account, account_detail.HISTORY_LINES),
                "title": str(account),
            }
        return super().change_view(request, object_id, form_url, extra_context)
