"""Health checks and metrics for machines: is it alive, is it ready, what has it counted.

A middleware before all others instead of views: a probe has no session, no basket and no Host that is worth a name,
comes over plain HTTP from the next machine, and must not cost a query more than it asks for.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from backoffice.operations import metrics, readiness


class HealthMiddleware:
    """Answers `/health/live`, `/health/ready` and `/metrics`; everything else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = _ANSWERS.get(request.path_info.rstrip("/"))
        if answer is None:
            return self.get_response(request)
        response = answer(request) if request.method in ("GET", "HEAD") else HttpResponse(status=405)
        response["Cache-Control"] = "no-store"
        return response


def _live(request: HttpRequest) -> HttpResponse:
    """Say that this process answers. No look at the database: restarting us would not repair it."""
    return _text("alive")


def _ready(request: HttpRequest) -> HttpResponse:
    """Say whether requests should be sent here."""
    obstacle = readiness.obstacle()
    return _text(f"not ready: {obstacle}", status=503) if obstacle else _text("ready")


def _metrics(request: HttpRequest) -> HttpResponse:
    """Give the metrics to who has the token. Without one in the settings there is no such page."""
    if not settings.METRICS_TOKEN:
        return _text("not found", status=404)
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        response = _text("not authorised", status=401)
        response["WWW-Authenticate"] = "Bearer"
        return response
    body, content_type = metrics.exposition()
    return HttpResponse(body, content_type=content_type)


def _text(line: str, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{line}\n", status=status, content_type="text/plain")


_ANSWERS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/health/live": _live,
    "/health/ready": _ready,
    "/metrics": _metrics,
}
