"""The chart of accounts in the admin: a tree with the accounts and the money under each node."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts_ledger.admin.account_type.form import AccountTypeForm, accounts_under, is_relied_on
from accounts_ledger.admin.account_type.totals import node_totals
from accounts_ledger.admin.shared.history_admin import HistoryModelAdmin
from accounts_ledger.admin.shared.money_column import money_column
from accounts_ledger.models import AccountType


@admin.register(AccountType)
class AccountTypeAdmin(HistoryModelAdmin):
    """A plain list in tree order: treebeard's own admin and Unfold's do not go together."""

    form = AccountTypeForm
    shown_fields = ("path",)
    empty_text = _("The chart of accounts is missing. Run `manage.py init_accounts` once.")
    list_display = ("tree_name", "code")
    list_display_links = ("tree_name",)
    list_per_page = 1000
    ordering = ("path",)
    sortable_by = ()
    search_fields = ("name", "code")
    search_help_text = _("Name or code")
    actions = None

    # --- The list ----------------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        request.node_totals = node_totals()  # type: ignore[attr-defined]  # for the columns, see get_list_display
        return super().changelist_view(request, extra_context)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Give the columns the totals of this request: an admin is shared by all threads, so it cannot keep them."""
        totals = getattr(request, "node_totals", None) or {}

        @display(description=_("Accounts"))
        def accounts_number(node: AccountType) -> Any:
            total = totals.get(node.path)
            if not total:
                return 0
            address = reverse("admin:accounts_ledger_account_changelist") + f"?account_type={node.pk}"
            return format_html('<a class="hover:underline" href="{}">{}</a>', address, total.accounts)

        @money_column(description=_("Total balance"))
        def total_money(node: AccountType) -> Any:
            total = totals.get(node.path)
            return total.shown() if total else None

        return ["tree_name", "code", accounts_number, total_money]

    @display(description=_("Name"))
    def tree_name(self, node: AccountType) -> Any:
        return format_html('<span class="ledger-tree" style="--depth: {}">{}</span>', node.depth - 1, node.name)

    # --- The form ----------------------------------------------------------------------------------

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if not self.has_change_permission(request, obj):
            return ["name", "code"]
        return ["name", "code", "parent", "reason"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj and obj.code else ()

    def save_model(self, request: HttpRequest, obj: AccountType, form: Any, change: bool) -> None:
        parent = form.cleaned_data.get("parent")
        obj._history_user = request.user
        with transaction.atomic():
            if not change:
                obj._change_reason = form.cleaned_data["reason"] or None
                self._add(obj, parent)
            else:
                obj._change_reason = self._reason(form, parent)
                obj.save()
                if form.is_moved:
                    self._move(obj, parent)

    def _add(self, node: AccountType, parent: AccountType | None) -> None:
        if parent:
            AccountType.objects.get(pk=parent.pk).add_child(instance=node)
        else:
            AccountType.add_root(instance=node)

    def _move(self, node: AccountType, parent: AccountType | None) -> None:
        node = AccountType.objects.get(pk=node.pk)
        if parent:
            node.move(AccountType.objects.get(pk=parent.pk), pos="last-child")
        else:
            node.move(AccountType.get_last_root_node(), pos="last-sibling")

    def _reason(self, form: Any, parent: AccountType | None) -> str | None:
        reason = form.cleaned_data["reason"]
        if form.is_moved:
            moved = _t("Moved under %s") % parent.name if parent else _t("Moved to the top level")
            reason = f"{moved}. {reason}" if reason else moved
        return reason[:100] or None

    # --- Deleting ----------------------------------------------------------------------------------

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or not self.obstacle(obj)

    def obstacle(self, node: AccountType) -> str | None:
        """Return why *node* cannot be deleted, or None."""
        if is_relied_on(node):
            return _t("This is a core account type, so it cannot be deleted.")
        if not node.is_leaf():
            return _t("Other account types belong to this one, so it cannot be deleted.")
        if accounts_under(node):
            return _t("There are accounts of this type, so it cannot be deleted.")
        return None

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        node = kwargs.get("obj")
        if node and super().has_delete_permission(request, node):
            context["delete_obstacle"] = self.obstacle(node)
        return super().render_change_form(request, context, *args, **kwargs)

    change_form_before_template = "admin/accounts_ledger/account_type/obstacle.html"
