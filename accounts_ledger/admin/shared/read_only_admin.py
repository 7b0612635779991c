"""The base of admin pages for rows that nobody edits: they come into being, and end, by actions."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ShowFacets
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import ModelAdmin

from accounts_ledger.admin.shared.bounded_paginator import BoundedPaginator
from accounts_ledger.admin.shared.empty_list import EmptyList
from accounts_ledger.admin.shared.guarded_list import GuardedList
from accounts_ledger.admin.shared.permission_checks import PermissionChecks
from accounts_ledger.admin.shared.selected_ids import SelectedIds


class ReadOnlyModelAdmin(GuardedList, EmptyList, SelectedIds, ModelAdmin):
    """List and detail only, for whoever may view the model: no add, no change, no delete, not even for superusers."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_max_show_all = 0
    actions = None
    checks_class = PermissionChecks
    # The filters are forms, which have no counts to show.
    show_facets = ShowFacets.NEVER

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context["show_history"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show the row itself: it never changes, so it has no other history."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=(object_id,)))
