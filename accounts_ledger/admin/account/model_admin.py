"""The admin of accounts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts_ledger import conf, dates, history
from accounts_ledger.admin.account import changes, detail
from accounts_ledger.admin.account.action_view import account_url
from accounts_ledger.admin.account.actions import AccountActions
from accounts_ledger.admin.account.bulk import BULK_ACTIONS, AccountBulkActions
from accounts_ledger.admin.account.columns import AccountColumns
from accounts_ledger.admin.account.export import AccountExport
from accounts_ledger.admin.account.filters import account_filters
from accounts_ledger.admin.account.find import find
from accounts_ledger.admin.account.form import AccountForm
from accounts_ledger.admin.account.holder_choice import search_view
from accounts_ledger.admin.account.issue import IssueView
from accounts_ledger.admin.account.reveal import reveal
from accounts_ledger.admin.account.search import counted, with_code
from accounts_ledger.admin.shared.bounded_paginator import BoundedPaginator
from accounts_ledger.admin.shared.history_admin import HistoryModelAdmin
from accounts_ledger.admin.shared.permission_checks import PermissionChecks
from accounts_ledger.admin.transfer.views import open_page
from accounts_ledger.exceptions import AccountException
from accounts_ledger.models import Account
from accounts_ledger.models.account_queries import AccountQuerySet


@admin.register(Account)
class AccountAdmin(AccountColumns, AccountActions, AccountBulkActions, AccountExport, HistoryModelAdmin):
    """Customers' accounts and core accounts. Money and state change by actions only; the form is for the rest."""

    empty_text = _(
        "The core accounts, such as Bank, are missing. Run `manage.py init_accounts` once, then issue"
        " or import gift cards here."
    )
    list_display: ClassVar = [
        "account_label",
        "holder",
        "account_type",
        "status_label",
        "balance_money",
        "held_money",
        "available_money",
        "expiry",
        "batch_label",
    ]
    checks_class = PermissionChecks
    list_select_related: ClassVar = ["primary_user", "account_type", "batch"]
    list_filter_submit = True
    list_fullwidth = True
    ordering: ClassVar = ["-pk"]
    linked_lookups = ("id__in",)  # the export of a selection
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would count the whole table
    list_max_show_all = 0
    # Django shows the search box if there are any; `search` decides what is looked for, and where.
    search_fields: ClassVar = ["name"]
    search_help_text = _("Whole code, name, holder, order number, or batch")
    form = AccountForm
    fieldsets: ClassVar = [
        (
            None,
            {"fields": [("name", "account_type"), "description", "primary_user", "secondary_users", "holder_email"]},
        ),
        (
            _("Restrictions"),
            {
                "fields": [
                    "start_date",
                    "valid_through",
                    ("product_range", "credit_limit"),
                    "can_be_used_for_non_products",
                ]
            },
        ),
        (None, {"fields": ["change_reason"]}),
    ]
    change_form_template = "admin/accounts_ledger/account/change_form.html"
    shown_fields = ("status", "end_date")
    actions_with_a_page = HistoryModelAdmin.actions_with_a_page | {bulk.name for bulk in BULK_ACTIONS}

    class Media:
        css: ClassVar = {"all": ["accounts_ledger/admin.css"]}

    @property
    def list_per_page(self) -> int:
        return int(conf.get("OSCAR_ACCOUNTS_DASHBOARD_ITEMS_PER_PAGE"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        """Return the accounts that are the staff's business, their codes sealed.

        What the ledger keeps for itself has no page. Pages show masks, and who asks for a code itself is recorded.
        """
        accounts: AccountQuerySet = super().get_queryset(request)
        return accounts.for_people().defer("code")

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return account_filters()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Account], search_term: str
    ) -> tuple[QuerySet[Account], bool]:
        """Search by `search`; while somebody has tried too many codes, nothing is found and the page says so."""
        try:
            return counted(request, queryset, search_term, typing=_is_autocomplete(request)), False
        except AccountException as refusal:
            messages.error(request, str(refusal))
            return queryset.none(), False

    # --- Who may do what ---------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts_ledger.can_issue")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Accounts are closed, never deleted: the books name them for ever."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The end changes by an extension, with a reason; the credit limit is for those who may set it."""
        fixed = ["valid_through"]
        if not request.user.has_perm("accounts_ledger.can_set_credit_limit") or (obj and obj.is_core):
            fixed.append("credit_limit")
        if obj and (obj.is_core or obj.is_closed()):
            fixed += ["account_type", "start_date", "product_range", "can_be_used_for_non_products"]
            fixed += ["primary_user", "secondary_users", "holder_email"]
        return fixed

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("find/", wrap(find), {"model_admin": self}, name="accounts_ledger_account_find"),
            path("holders/", wrap(search_view), name="accounts_ledger_account_holders"),
            path(
                "<path:object_id>/reveal/", wrap(reveal), {"model_admin": self}, name="accounts_ledger_account_reveal"
            ),
            *super().get_urls(),
        ]

    # --- The form ----------------------------------------------------------------------------------

    @display(description=_("Valid until"), empty_value=_("Open-ended"))
    def valid_through(self, account: Account) -> str | None:
        return date_format(dates.last_day_before(account.end_date)) if account.end_date else None

    def formfield_for_dbfield(self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Leave out the buttons that lead away from a half-filled form to add or change what is chosen."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        history.note(obj, reason=form.cleaned_data["change_reason"] or _t("Edited"), user=request.user)
        super().save_model(request, obj, form, change)

    # --- Pages -------------------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Answer with the list. A code in the address is taken out of it: links on the page would carry it on."""
        response: HttpResponse = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown and shown["cl"].result_count:
            meant = with_code(request.GET.get(SEARCH_VAR, ""))
            if meant:
                return HttpResponseRedirect(account_url(meant))
        return response

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return open_page(IssueView, self, request)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if self._is_id(object_id) and not self.get_queryset(request).filter(pk=object_id).exists():
            raise Http404
        response: HttpResponse = super().history_view(request, object_id, extra_context)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        account = self.get_object(request, object_id)
        if account is not None:
            extra_context = {
                **(extra_context or {}),
                **detail.context(account, request.user, request.GET.get("page")),
                "changes": changes.changes(account, detail.HISTORY_LINES),
                "title": str(account),
                "show_save_and_add_another": False,
            }
        try:
            return super().change_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            # What the form found to be free or enough was taken by somebody else before it was saved.
            messages.error(
                request,
                _t(
                    "Someone else changed this account while you were editing it. "
                    "Nothing was saved. Reload the page and try again."
                ),
            )
            return HttpResponseRedirect(request.get_full_path())


def _is_autocomplete(request: HttpRequest) -> bool:
    """Whether *request* comes from a field that searches while somebody types."""
    return request.resolver_match is not None and request.resolver_match.url_name == "autocomplete"
