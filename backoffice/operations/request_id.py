"""The id of a request: in every log line about it, in its response, and in what people quote when they ask for help."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse

RESPONSE_HEADER = "X-Request-ID"

#: What may be an id. Anything else could be meant to break log lines, and is replaced.
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True)
class Work:
    """The work of this thread: answering *request*, or (None) a job of the queue."""

    id: str
    request: HttpRequest | None = None


_current: ContextVar[Work | None] = ContextVar("work_in_hand", default=None)


def current() -> Work | None:
    """Return what this thread is doing, or None outside requests and jobs."""
    return _current.get()


class RequestIds:
    """Middleware, the first of all. The id is a new one unless a proxy that sets ``REQUEST_ID_HEADER`` gave one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(settings.REQUEST_ID_HEADER, "") if settings.REQUEST_ID_HEADER else ""
        work = Work(given if _ID.fullmatch(given) else uuid.uuid4().hex, request)
        # Kept until the response was sent: lines are written after all middleware too, and while a file is streamed.
        _current.set(work)
        response = self.get_response(request)
        response[RESPONSE_HEADER] = work.id
        return response


def listen() -> None:
    """Have jobs carry an id too, and forget each id when its work is done."""
    from django_tasks.signals import task_finished, task_started

    request_finished.connect(_end_request)
    task_started.connect(_start_job)
    task_finished.connect(_end_job)


def _end_request(**kwargs: Any) -> None:
    _current.set(None)


def _start_job(task_result: Any, **kwargs: Any) -> None:
    if _current.get() is None:
        _current.set(Work(str(task_result.id)))


def _end_job(**kwargs: Any) -> None:
    work = _current.get()
    # A job done within a request, as a site without a worker does it, leaves the request its id.
    if work and work.request is None:
        _current.set(None)
