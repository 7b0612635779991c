"""Links lead where somebody may go: what one may not see is shown as a text, and not as a link to a refusal."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib import admin
from django.db.models import ForeignObjectRel, Model
from oscar.apps.dashboard.nav import _dashboard_url_names_to_config
from oscar.apps.dashboard.tables import DashboardTable
from oscar.views.decorators import check_permissions
from unfold.fields import UnfoldAdminReadonlyField

from backoffice.security import nonces

register = template.Library()


@register.filter
def may_open(user: Any, page: str) -> bool:
    """Return whether *user* may open *page* of Oscar's dashboard, named as in "dashboard:order-list"."""
    name = page.removeprefix("dashboard:")
    config = _dashboard_url_names_to_config()[name]
    return bool(user) and bool(check_permissions(user, config.get_permissions(name)))


def restrict_related_links() -> None:
    """Have the admin's read-only fields link to what they name only for those who may see it; Django links for all."""
    without = UnfoldAdminReadonlyField.get_admin_url

    def get_admin_url(field: Any, remote_field: ForeignObjectRel, remote_obj: Model) -> Any:
        request = nonces.answered()
        registered = admin.site._registry.get(remote_field.model)
        if request is not None and registered and not registered.has_view_or_change_permission(request):
            return str(remote_obj)
        return without(field, remote_field, remote_obj)

    UnfoldAdminReadonlyField.get_admin_url = get_admin_url


def sort_by_fields_only() -> None:
    """Have the heads of the dashboard's tables sort by what can be sorted by: not by tick boxes."""
    for table in DashboardTable.__subclasses__():
        checkbox = table.base_columns.get("checkbox")
        if checkbox is not None:
            checkbox.orderable = False
