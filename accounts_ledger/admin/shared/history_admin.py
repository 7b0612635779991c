"""Who changed what, when and why, as a list to read: nothing is reverted from there."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ShowFacets
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin

from accounts_ledger.admin.shared.confirmed_admin import ConfirmedAdmin
from accounts_ledger.admin.shared.empty_list import EmptyList
from accounts_ledger.admin.shared.guarded_list import GuardedList
from accounts_ledger.admin.shared.permission_checks import PermissionChecks
from accounts_ledger.admin.shared.selected_ids import SelectedIds


class HistoryModelAdmin(GuardedList, EmptyList, SelectedIds, ConfirmedAdmin, SimpleHistoryAdmin, ModelAdmin):
    """A model admin with django-simple-history's history, made read-only.

    simple-history's page of one version saves that version when it is posted to, even where reverting is switched off,
    and its form does not work under Unfold. The list says the same and more, so that page leads to the list.
    """

    checks_class = PermissionChecks
    # The filters are forms, which have no counts to show.
    show_facets = ShowFacets.NEVER
    object_history_template = "admin/accounts_ledger/history.html"

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if not self._is_id(object_id):
            raise Http404
        return super().history_view(request, object_id, extra_context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request) or request.method != "GET":
            raise PermissionDenied
        if not self._is_id(object_id):
            raise Http404
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_history"
        return HttpResponseRedirect(reverse(name, args=(object_id,)))

    def _is_id(self, object_id: str) -> bool:
        """Whether *object_id* can be an id at all: simple-history hands it to the database as it is."""
        field = self.opts.pk
        assert isinstance(field, models.BigAutoField)
        return object_id.isascii() and object_id.isdigit() and int(object_id[:20]) <= field.MAX_BIGINT
