"""Exports of a list through django-import-export, written row by row: 100,000 rows need no more memory than ten.

Its form chooses format and columns, its resource says what the columns are; only the writing is ours, because its own
holds the whole file in memory several times over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from import_export import fields
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX
from unfold.contrib.import_export.forms import SelectableFieldsExportForm

from accounts_ledger.admin.shared.confirmation import FIELD, Confirmation, Facts
from accounts_ledger.admin.shared.downloads import csv_download, xlsx_download
from accounts_ledger.admin.shared.guarded_list import GuardedList
from accounts_ledger.exceptions import ChangedMeanwhile
from accounts_ledger.files import xlsx_writer
from accounts_ledger.files.xlsx_writer import Sheet, TooManyRows

#: Rows that are held in memory at once.
_CHUNK = 2000


class Column(fields.Field):
    """A column of an export, whose values stay what they are, for the file to write."""

    def __init__(self, heading: Any, attribute: str | None, labels: Iterable[tuple[Any, Any]]) -> None:
        super().__init__(attribute=attribute, column_name=heading)
        self.labels = labels

    def getter(self) -> Callable[[Any], Any]:
        """Return what gives the column's value of a row: looked up and translated once a file, not once a row."""
        names = str(self.attribute).split("__")
        labels = {value: str(label) for value, label in self.labels}

        def value_of(row: Any) -> Any:
            for name in names:
                if row is None:
                    return None
                row = getattr(row, name)
            return labels.get(row, row)

        return value_of


def column(heading: Any, attribute: str | None = None, labels: Iterable[tuple[Any, Any]] = ()) -> Column:
    """Return a column of an export; without *attribute*, the resource has a method ``dehydrate_<name>``.

    Args:
        attribute: of the row's object, or of what belongs to it: ``batch__reference``.
        labels: the choices of which the attribute is one, for the file to have their labels.
    """
    return Column(heading, attribute, labels)


class ColumnsForm(SelectableFieldsExportForm):
    """The form of the export; its labels are the headings of the file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        formats: Any = self.fields["format"]
        formats.choices = [(value, label.upper()) for value, label in formats.choices if value]
        formats.initial = "0"

    def _get_field_label(self, resource: Any, field_name: str) -> str:
        return str(capfirst(resource.fields[field_name].column_name))


class StreamedExportMixin(ExportMixin, GuardedList):
    """Mixin of a model admin with ``resource_classes``: the list as searched, filtered and sorted, as CSV or XLSX."""

    export_form_class = ColumnsForm
    export_formats = (CSV, XLSX)

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """Show the form, or send the file. An address that the list would not understand leads back to the list."""
        self.ignore_unknown_order(request)
        try:
            response: HttpResponse = super().export_action(request)
        except (IncorrectLookupParameters, DisallowedModelAdminLookup):
            messages.error(
                request,
                _("These filters are not valid, so nothing was exported. Go back to the list and choose others."),
            )
            return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        return response

    def export_facts(self, request: HttpRequest) -> Facts:
        """Return what the page shows of what is about to leave the system, beside how its list is narrowed."""
        return {}

    def _export_confirmation(self, request: HttpRequest) -> Confirmation:
        return Confirmation(request.user, f"export:{self.opts.label}", request.get_full_path())

    def init_request_context_data(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        shown = self._export_confirmation(request).seal(self.export_facts(request))
        return {**super().init_request_context_data(request, form), "shown": shown}

    def _do_file_export(
        self, file_format: Any, request: HttpRequest, queryset: QuerySet[Any], export_form: Any = None
    ) -> HttpResponseBase:
        try:
            self._export_confirmation(request).check(request.POST.get(FIELD, ""), self.export_facts(request))
        except ChangedMeanwhile as change:
            return self._again(request, str(change))
        resource = self.choose_export_resource_class(export_form, request)(**self.get_export_resource_kwargs(request))
        queryset = resource.filter_export(queryset)
        columns = self.get_export_resource_fields_from_form(export_form)
        headings = [str(capfirst(heading)) for heading in resource.get_export_headers(selected_fields=columns)]
        values = _getters(resource, columns)
        rows = ([value(found) for value in values] for found in queryset.iterator(_CHUNK))
        number = queryset.count()
        if isinstance(file_format, XLSX):
            try:
                xlsx_writer.check_room(number)
            except TooManyRows as refusal:
                return self._again(request, str(refusal))
        self.log_export(request, queryset, headings, number)
        name = self.get_export_filename(request, queryset, file_format)
        if isinstance(file_format, XLSX):
            return xlsx_download(xlsx_writer.write([Sheet("Sheet", headings, rows)]), name)
        return csv_download(chain([headings], rows), name)

    def get_export_filename(self, request: HttpRequest, queryset: QuerySet[Any], file_format: Any) -> str:
        """Return a name that begins with what the rows are, which need not be what the list is of."""
        name: str = super().get_export_filename(request, queryset, file_format)
        return name.replace(self.model.__name__, queryset.model.__name__, 1)

    @staticmethod
    def _again(request: HttpRequest, why: str) -> HttpResponse:
        messages.error(request, why)
        return HttpResponseRedirect(request.get_full_path())

    def log_export(self, request: HttpRequest, queryset: QuerySet[Any], headings: list[str], number: int) -> None:
        """Record who took what out of the system."""
        LogEntry.objects.create(
            user=cast("Any", request.user),
            content_type=ContentType.objects.get_for_model(queryset.model),
            object_repr=str(queryset.model._meta.verbose_name_plural)[:200],
            action_flag=CHANGE,
            change_message=_("Exported %(count)d rows: %(columns)s")
            % {"count": number, "columns": ", ".join(headings)},
        )


def _getters(resource: Any, columns: list[str] | None) -> list[Callable[[Any], Any]]:
    """Return what gives each column's value of a row. The resource's own way looks its fields up for every cell."""
    names = [name for name in resource.get_export_order() if not columns or name in columns]
    return [getattr(resource, f"dehydrate_{name}", None) or resource.fields[name].getter() for name in names]
