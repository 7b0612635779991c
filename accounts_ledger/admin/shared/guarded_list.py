"""What the address of a list may ask for: its own filters, its own sorting, a search of a sensible length.

Django's lists allow any look-up on a field of the model, shown or not: ``?code__startswith=QZ`` answers with rows or
with none, and so reads every code and every password hash, character by character. On SQLite a regular expression
runs in the server's own process besides, for as long as it likes.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib.admin import FieldListFilter, ModelAdmin
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ORDER_VAR
from django.contrib.admin.widgets import url_params_from_lookup_dict
from django.db.models import Field, QuerySet
from django.http import HttpRequest, HttpResponse

#: Characters of a search that are looked for: each word is compared with several columns of every row.
LONGEST_SEARCH = 128


class GuardedList:
    """Mixin of every admin, before Django's class. `backoffice.unfold_compat` gives it to those of other packages."""

    #: Look-ups that links of our own use, beside those of the filters.
    linked_lookups: tuple[str, ...] = ()

    @property
    def _admin(self) -> ModelAdmin[Any]:
        """The admin that this is mixed into."""
        return cast("ModelAdmin[Any]", self)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Return whether a parameter of the address is one that the list offers. Django answers any other by a 400."""
        if lookup in self.linked_lookups or lookup in self._date_lookups():
            return True
        if request is not None and lookup in self._filter_parameters(request):
            return True
        return any((lookup, value) in pairs for pairs in self._choice_limits())

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self.ignore_unknown_order(request)
        response: HttpResponse = super().changelist_view(request, extra_context)  # type: ignore[misc]  # of Django
        return response

    def ignore_unknown_order(self, request: HttpRequest) -> None:
        """Take a sorting that the list does not offer out of what *request* asks for, as if it had asked for none."""
        if not self._may_sort(request.GET.get(ORDER_VAR, ""), request):
            kept = request.GET.copy()
            del kept[ORDER_VAR]
            request.GET = kept  # type: ignore[assignment]  # where Django's list looks

    def _may_sort(self, order: str, request: HttpRequest) -> bool:
        """Return whether *order*, such as "-2.1", names columns that the list sorts by, each of them once."""
        columns = [
            *(["action_checkbox"] if self._admin.get_actions(request) else []),
            *self._admin.get_list_display(request),
        ]
        sortable = self._admin.get_sortable_by(request)
        offered = {str(number) for number, column in enumerate(columns) if column in sortable}
        asked = [part.removeprefix("-") for part in order.split(".")] if order else []
        return offered.issuperset(asked) and len(set(asked)) == len(asked)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.replace("\x00", "")[:LONGEST_SEARCH]
        found: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, term)  # type: ignore[misc]  # Django's
        return found

    def _date_lookups(self) -> set[str]:
        column = self._admin.date_hierarchy
        # Django turns the year into a span, and keeps that in the list's own links.
        parts = ("year", "month", "day", "gte", "lt")
        return {f"{column}__{part}" for part in parts} if column else set()

    def _filter_parameters(self, request: HttpRequest) -> set[str]:
        """Return the parameters of the list's filters. They are asked once a request: some look rows up for that."""
        offered: dict[Any, set[str]] = request.__dict__.setdefault("_filter_parameters", {})
        if self not in offered:
            specs = [self._spec(list_filter, request) for list_filter in self._admin.get_list_filter(request)]
            offered[self] = {str(name) for spec in specs for name in spec.expected_parameters()}
        return offered[self]

    def _spec(self, list_filter: Any, request: HttpRequest) -> Any:
        """Return the filter that Django's list would make of an entry of ``list_filter``, given nothing."""
        if callable(list_filter):
            return list_filter(request, {}, self._admin.model, self._admin)
        field, make = list_filter if isinstance(list_filter, list | tuple) else (list_filter, FieldListFilter.create)
        found = field if isinstance(field, Field) else get_fields_from_path(self._admin.model, field)[-1]
        path = None if isinstance(field, Field) else field
        return make(found, request, {}, self._admin.model, self._admin, field_path=path)

    def _choice_limits(self) -> list[Any]:
        """Return what relations to the model limit their choices to: the pop-ups that choose one ask for that."""
        limits = self._admin.model._meta.related_fkey_lookups
        return [url_params_from_lookup_dict(limit() if callable(limit) else limit).items() for limit in limits if limit]
