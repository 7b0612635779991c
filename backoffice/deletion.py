"""Shows what stands against a deletion, on whatever page it was asked for, instead of an error or a silent loss."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.sites.models import Site
from django.db import router
from django.db.models import ProtectedError, RestrictedError
from django.db.models.deletion import Collector
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts_ledger import deletion
from accounts_ledger.operations import holder
from backoffice import error_pages


class ExplainedDeletions:
    """Middleware: what refused to be deleted is answered with a page that names what depends on it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ProtectedError | RestrictedError):
            return None
        return error_pages.still_needed(request, deletion.explained(exception))


def guard_all() -> None:
    """Register what stands against deleting rows of the back office."""
    deletion.guard(Group, _members)
    deletion.guard(Site, _in_use)
    deletion.guard(get_user_model(), _recorded)


def explain_in(site: Any = admin.site) -> None:
    """Let every admin of *site* say on its confirmation page, before anything is done, what stands against it."""
    for registered in site._registry.values():
        registered.get_deleted_objects = functools.partial(_deleted_objects, registered.get_deleted_objects)


def _deleted_objects(original: Callable[..., Any], objs: Any, request: HttpRequest) -> Any:
    to_delete, counts, permissions, protected = original(objs, request)
    found = list(_refusals(objs))
    return [*_consequences(objs), *to_delete], counts, permissions, [*protected, *found]


def _refusals(objs: Any) -> Iterator[str]:
    rows = list(objs)
    if not rows:
        return
    collector = Collector(using=router.db_for_write(type(rows[0]), instance=rows[0]), origin=objs)
    with contextlib.suppress(ProtectedError, RestrictedError):  # of which the page says so already
        collector.collect(rows)
    origin = objs if hasattr(objs, "model") else rows[0]
    for model, instances in list(collector.data.items()):
        for instance in instances:
            for reason in deletion.reasons(instance, origin):
                yield f"{str(model._meta.verbose_name).capitalize()} {instance}: {reason}"


def _consequences(objs: Any) -> Iterator[str]:
    for row in objs:
        if isinstance(row, get_user_model()) and (held := holder.holdings(row)):
            yield _("Accounts of %(user)s, which will be frozen until they are given another holder: %(held)s") % {
                "user": row,
                "held": "; ".join(held),
            }


def _members(group: Any, origin: Any) -> Iterator[str]:
    number = group.user_set.count()
    if number:
        yield ngettext("%d user has this role", "%d users have this role", number) % number


def _in_use(site: Any, origin: Any) -> Iterator[str]:
    if site.pk == settings.SITE_ID:
        yield _("it is the site as which the shop runs")


def _recorded(user: Any, origin: Any) -> Iterator[str]:
    """Django's own log of what staff did goes with them: whoever is in it is deactivated instead."""
    number = LogEntry.objects.filter(user=user.pk).count()
    if number:
        yield (
            ngettext(
                "%d entry in the log of what staff did: untick “Active” instead",
                "%d entries in the log of what staff did: untick “Active” instead",
                number,
            )
            % number
        )
