"""Pages of Oscar's dashboard that the shop changes: figures, orders and customers, each for those who may see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from oscar.apps.dashboard import views
from oscar.apps.dashboard.orders import views as orders
from oscar.apps.dashboard.tables import DashboardTable
from oscar.apps.dashboard.users import views as users

from oscar_integration.after_order.dashboard import OrderListMixin, RefundMixin

VIEW_ORDER = "order.view_order"
CHANGE_USER = "auth.change_user"


class IndexView(views.IndexView):
    """Oscar shows revenue, orders and customers to all staff, who may be clerks of gift cards and nothing else."""

    def get_template_names(self) -> list[str]:
        if self._may_see_figures():
            names: list[str] = super().get_template_names()
            return names
        return ["oscar/dashboard/index_without_figures.html"]

    def get_stats(self) -> dict[str, Any]:
        """Return the figures. Those of partners, who are no staff, are of their own orders as Oscar has it."""
        if not self._may_see_figures():
            return {}
        stats: dict[str, Any] = super().get_stats()
        return stats

    def _may_see_figures(self) -> bool:
        user = self.request.user
        return not user.is_staff or user.has_perm(VIEW_ORDER)


class OrderListView(OrderListMixin, orders.OrderListView):
    pass


class OrderDetailView(RefundMixin, orders.OrderDetailView):
    """An order, with a form to refund."""


class UserListView(users.IndexView):
    """Customers. Oscar asks for ``auth.view_user`` only: looking at them is not enough to switch them on and off."""

    def _change_users_active_status(self, users: Iterable[Any], value: bool) -> HttpResponse:
        """Switch *users* on or off, but for superusers and oneself, as the admin does. The history names who did it.

        Raises:
            PermissionDenied: the member of staff may not change users.
        """
        me = self.request.user
        if not me.has_perm(CHANGE_USER):
            raise PermissionDenied
        response: HttpResponse = super()._change_users_active_status([one for one in users if one != me], value)
        return response


def sort_by_fields_only() -> None:
    """Have the heads of the dashboard's tables sort by what can be sorted by: not by tick boxes."""
    for table in DashboardTable.__subclasses__():
        checkbox = table.base_columns.get("checkbox")
        if checkbox is not None:
            checkbox.orderable = False
