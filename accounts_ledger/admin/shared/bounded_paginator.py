"""Pages of a list whose rows are counted up to a bound only, so that a large table costs no more than a small one."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _


class BoundedCount(int):
    """A number of rows that reads "10,000+" once it is beyond the bound."""

    def __new__(cls, counted: int, bound: int) -> BoundedCount:
        count = super().__new__(cls, min(counted, bound))
        count.exceeded = counted > bound
        return count

    exceeded: bool

    def __str__(self) -> str:
        figures = f"{int(self):,}"
        return _("more than %s") % figures if self.exceeded else figures


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # generic only in the stubs
    """Counts at most `BOUND` rows and offers the pages among them: nobody pages further, people filter.

    Sorting the other way round reaches the other end of the list.
    """

    BOUND = 10_000

    @cached_property
    def count(self) -> Any:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return BoundedCount(rows.order_by()[: self.BOUND + 1].count(), self.BOUND)

    def page(self, number: Any) -> Page[Any]:
        """Return the page. Its rows are found by id: sorting them with all that belongs to them takes longer."""
        page = super().page(number)
        if isinstance(self.object_list, QuerySet) and isinstance(page.object_list, QuerySet):
            page.object_list = self.object_list.filter(pk__in=page.object_list.values("pk"))
        return page
