"""Uploads, as development serves them: whatever somebody has uploaded, it runs nowhere.

What a browser would run (SVG, HTML) is not even taken, wherever a form keeps a file. Pictures are shown; the rest is a
file to be kept, of no type that a browser would open, and without scripts and forms if one did all the same.
``deploy/nginx.conf`` does the same in production.
"""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views import static
from oscar.core.loading import get_class

#: By the ends of file names. Pillow has looked at what Oscar takes as a picture, but not at the files of attributes.
SHOWN = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_A_FILE = "application/octet-stream"
#: Ends of names, also before another end, of what browsers run, or run when it is opened from a disk.
_RUN = frozenset(
    (
        "svg svgz htm html shtml xhtml xht xml xsl xslt mht mhtml hta htc js mjs jse vbs wsf swf jar php phtml css url"
    ).split()
)
#: How much of a file is looked at, and what text may begin with that is none.
_LOOKED_AT = 1024
_BLANK = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n\f\v"


def refuse_what_runs() -> None:
    """Have every form of a model that keeps files refuse those that a browser would run."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.FileField):
                # Beside the field's own, which migrations know: this one is the site's.
                field.default_validators = [*field.default_validators, check_upload]
                field.__dict__.pop("validators", None)  # they are put together once
    factories = get_class("dashboard.catalogue.forms", "ProductForm").FIELD_FACTORIES
    for kind in ("file", "image"):
        factories[kind] = functools.partial(_checked, factories[kind])


def _checked(make: Callable[[Any], Any], attribute: Any) -> Any:
    """Return the dashboard's field for the files of an *attribute*, whose values no model's form sees."""
    field = make(attribute)
    field.validators.append(check_upload)
    return field


def check_upload(file: Any) -> None:
    """Raise ValidationError if *file* is of a kind that a browser would run, by its name or by what it begins with."""
    if getattr(file, "_committed", False):
        return  # it was taken before
    name = posixpath.basename(str(getattr(file, "name", "") or ""))
    ends = {end.strip().lower() for end in name.split(".")[1:]}
    if ends & _RUN or _is_markup(file):
        raise ValidationError(
            _("“%s” is not taken: a browser could run it (SVG, HTML and scripts are). Use PNG, JPEG, GIF, WebP or PDF.")
            % name,
            code="runs",
        )


def _is_markup(file: Any) -> bool:
    """Return whether *file*, an upload, or one that a model is to keep, begins as HTML, SVG and XML do."""
    upload = getattr(file, "file", file)
    place = upload.tell()
    upload.seek(0)
    begins: bytes = upload.read(_LOOKED_AT)
    upload.seek(place)
    return begins.lstrip(_BLANK)[:1] == b"<"


def serve(request: HttpRequest, path: str, document_root: Any = None) -> HttpResponseBase:
    """Return the upload at *path*.

    Raises:
        Http404: there is none.
    """
    response = static.serve(request, path, document_root=document_root)
    if not isinstance(response, FileResponse):  # it has not changed since
        return response
    kind = SHOWN.get(posixpath.splitext(path)[1].lower())
    response.headers["Content-Type"] = kind or _A_FILE
    response.headers["Content-Disposition"] = "inline" if kind else "attachment"
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
