"""Answers that a browser keeps as a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any, TypeVar

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from accounts_ledger.files import csv_writer, xlsx_writer

AnyResponse = TypeVar("AnyResponse", bound=HttpResponseBase)


def csv_download(rows: Iterable[Iterable[Any]], name: str) -> StreamingHttpResponse:
    """Return *rows* as a CSV file of that *name*, read while it is sent."""
    return csv_stream(csv_writer.lines(rows), name)


def csv_stream(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    """Return *lines* of CSV as a file of that *name*."""
    response = StreamingHttpResponse(lines, content_type=csv_writer.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def xlsx_download(workbook: IO[bytes], name: str) -> FileResponse:
    """Return an open *workbook* as a file of that *name*; it is closed once it was sent."""
    return FileResponse(workbook, as_attachment=True, filename=name, content_type=xlsx_writer.CONTENT_TYPE)


def never_cached(response: AnyResponse) -> AnyResponse:
    """Tell browsers and proxies to keep no copy of *response*: it holds codes."""
    response["Cache-Control"] = "no-store"
    return response
