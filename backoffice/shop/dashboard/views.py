"""The dashboard's first page: the shop's figures, for those who may see its orders."""

from __future__ import annotations

from typing import Any

from oscar.apps.dashboard import views

VIEW_ORDER = "order.view_order"


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
