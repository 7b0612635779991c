"""Reports in the admin: one view for all of them, as a page, to print, as CSV and as XLSX, with the parameters in the
URL. The form is posted and leads on to that URL, because what is typed into it may be a code."""

from __future__ import annotations

import json
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Page, Paginator
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES

from accounts_ledger import conf
from accounts_ledger.admin.shared.downloads import csv_stream, xlsx_download
from accounts_ledger.files.xlsx_writer import TooManyRows
from accounts_ledger.reports import reading
from accounts_ledger.reports.catalogue import REPORTS, report_named
from accounts_ledger.reports.filters import ReportFilter
from accounts_ledger.reports.rendering import footer, report_files
from accounts_ledger.reports.report import Report
from accounts_ledger.reports.table import Chart, Column, Drill, Result, Row, Table

PERMISSION = "accounts_ledger.view_reports"

#: Rows of a table on one page: on the screen, and to be printed, where nobody turns pages.
_ROWS, _PRINTED_ROWS = 50, 5_000
#: Colours of the lines of a chart that are told apart in light and dark, and by the colour-blind (Okabe and Ito).
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")


@method_decorator(admin.site.admin_view, name="dispatch")
class ReportIndex(PermissionRequiredMixin, View):
    """The list of reports."""

    permission_required = PERMISSION
    raise_exception = True

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {**admin.site.each_context(request), "title": _("All reports"), "reports": REPORTS}
        return render(request, "admin/accounts_ledger/report/index.html", context)


@method_decorator(admin.site.admin_view, name="dispatch")
class ReportPage(PermissionRequiredMixin, View):
    """One report. ``format`` in the URL chooses the rendering; anything else is a parameter of the report."""

    permission_required = PERMISSION
    raise_exception = True

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Lead from the form to the address of what was asked for, with no code in it."""
        report, parameters = _asked(slug, request.POST, request)
        if not parameters.is_valid():
            return self._page(request, report, parameters, None, status=400)
        query = parameters.without_codes(request.POST)
        query.pop("csrfmiddlewaretoken", None)
        return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")

    def get(self, request: HttpRequest, slug: str) -> HttpResponse | StreamingHttpResponse | FileResponse:
        report, parameters = _asked(slug, request.GET, request)
        if not parameters.is_valid():
            return self._page(request, report, parameters, None, status=400)
        query = parameters.without_codes(request.GET)
        if query != request.GET:  # links on the page would carry the code on
            return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")
        about = footer.lines(parameters, request.user.get_username())
        match request.GET.get("format"):
            case "csv":
                lines = reading.streamed(lambda: report_files.csv_lines(report.run(parameters), about))
                return csv_stream(lines, f"{slug}.csv")
            case "xlsx":
                return self._workbook(request, report, parameters, about)
            case chosen:
                printing = chosen == "print"
                with reading.consistent_snapshot():
                    shown = _all_shown(report.run(parameters), request, _PRINTED_ROWS if printing else _ROWS)
                return self._page(request, report, parameters, {**shown, "about": about, "printing": printing})

    def _workbook(self, request: HttpRequest, report: Report, parameters: Any, about: report_files.Footer) -> Any:
        try:
            with reading.consistent_snapshot():
                workbook = report_files.workbook(report.run(parameters), about)
        except TooManyRows as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(f"{request.path}?{_with(request.GET, format='')}")
        return xlsx_download(workbook, f"{report.slug}.xlsx")

    def _page(
        self,
        request: HttpRequest,
        report: Report,
        parameters: Any,
        shown: dict[str, Any] | None,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **admin.site.each_context(request),
            **(shown or {}),
            "title": report.title,
            "report": report,
            "form": _styled(parameters.form),
            "currency": parameters.form.cleaned_data.get("currency") or conf.default_currency(),
            "renderings": [
                (title, f"?{_with(request.GET, format=kind)}")
                for kind, title in (("csv", "CSV"), ("xlsx", "XLSX"), ("print", _("Print")))
            ],
        }
        return render(request, "admin/accounts_ledger/report/report.html", context, status=status)


def _asked(slug: str, parameters: QueryDict, request: HttpRequest) -> tuple[Report, ReportFilter]:
    """Return the report called *slug* and its *parameters*, not yet validated."""
    report_class = report_named(slug)
    if report_class is None:
        raise Http404(_("There is no such report."))
    return report_class(), report_class.filter_class(parameters, request=request)


def _styled(form: forms.Form) -> forms.Form:
    """Return *form* with its fields looking like the admin's."""
    for field in form.fields.values():
        classes = SELECT_CLASSES if isinstance(field.widget, forms.Select) else INPUT_CLASSES
        field.widget.attrs["class"] = " ".join(classes)
    return form


def _all_shown(result: Result, request: HttpRequest, rows: int) -> dict[str, Any]:
    """Return what the page shows of *result*, so many *rows* of each table, read to the end."""
    return {
        "result": result,
        "tables": [_shown(table, number, request, rows) for number, table in enumerate(result.tables)],
        "charts": [_drawn(chart) for chart in result.charts],
    }


def _shown(table: Table, number: int, request: HttpRequest, rows_shown: int) -> dict[str, Any]:
    """Return one page of *table* with its cells in the order of its columns, and links on them."""
    parameter = f"page{number}"
    page: Page[Any] = Paginator(cast("Any", table.rows), rows_shown).get_page(request.GET.get(parameter))
    pages = {
        name: f"?{_with(request.GET, **{parameter: target})}"
        for name, target, there in (
            ("previous", page.number - 1, page.has_previous()),
            ("next", page.number + 1, page.has_next()),
        )
        if there
    }
    rows = list(page.object_list)
    if table.opening and page.number == 1:
        rows.insert(0, table.opening)
    if table.total and not page.has_next():
        rows.append(table.total)
    return {"table": table, "rows": [_cells(table, row) for row in rows], "page": page, "pages": pages}


def _cells(table: Table, row: Row) -> dict[str, Any]:
    return {"level": row.level, "cells": [_cell(column, row) for column in table.columns]}


def _cell(column: Column, row: Row) -> dict[str, Any]:
    value, drill = row.values.get(column.name), row.drill.get(column.name)
    return {"column": column, "value": value, "href": _href(drill) if drill and value not in (None, "") else ""}


def _href(drill: Drill) -> str:
    if drill.to != "report":
        return reverse(f"admin:accounts_ledger_{drill.to}_change", args=[drill.target])
    query = QueryDict(mutable=True)
    for name, value in drill.parameters.items():
        values = value if isinstance(value, list | tuple) else [value]
        query.setlist(name, [str(getattr(item, "pk", item)) for item in values if item not in (None, "")])
    return f"{reverse('ledger_reports:report', args=[drill.target])}?{query.urlencode()}"


def _with(query: QueryDict, **changes: Any) -> str:
    changed = query.copy()
    for name, value in changes.items():
        changed[name] = str(value)
    return changed.urlencode()


def _drawn(chart: Chart) -> dict[str, Any]:
    """Return *chart* as the data of Chart.js, which Unfold brings along."""
    datasets = [
        {
            "label": str(label),
            "data": [None if value is None else float(value) for value in values],
            "borderColor": _COLOURS[number % len(_COLOURS)],
            "backgroundColor": _COLOURS[number % len(_COLOURS)],
            "displayYAxis": True,
        }
        for number, (label, values) in enumerate(chart.series)
    ]
    data = {"labels": list(chart.labels), "datasets": datasets}
    legend = {"legend": {"display": len(datasets) > 1}}
    # Without the animation, so that what is printed is drawn to the end.
    options = {"responsive": True, "maintainAspectRatio": False, "animation": False, "plugins": legend}
    return {
        "title": chart.title,
        "kind": chart.kind,
        "data": json.dumps(data),
        "options": json.dumps(options),
        "chart": chart,
    }


urlpatterns = [
    path("", ReportIndex.as_view(), name="index"),
    path("<slug:slug>/", ReportPage.as_view(), name="report"),
]
