"""Uploads, as development serves them: whatever somebody has uploaded, it runs nowhere.

Pictures are shown; everything else (SVG, HTML, a PDF) is a file to be kept, of no type that a browser would open, and
without scripts and forms if one did all the same. ``deploy/nginx.conf`` does the same in production.
"""

from __future__ import annotations

import posixpath
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.views import static

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
