"""What stands against deleting something: one mechanism for every row that the ledger or an order knows.

Foreign keys with PROTECT say it by themselves. Other apps' foreign keys empty or cascade in silence, and some
relations are no foreign keys at all: for these, apps register finders here. A finder is asked before a row is
deleted, by whatever page, command or cascade, and names in words what depends on it. Pages show that: see
``backoffice.deletion``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import models
from django.db.models import ProtectedError, RestrictedError
from django.db.models.signals import pre_delete
from django.utils.translation import gettext as _

#: Yields what depends on the row, in words. The second argument is what the deletion began with: a row or a queryset.
Finder = Callable[[Any, Any], Iterable[str]]

_finders: dict[type[models.Model], list[Finder]] = {}


class StillNeeded(ProtectedError):  # noqa: N818  (as Django's own, of which it is one)
    """The row is not deleted, because of ``reasons``."""

    def __init__(self, instance: models.Model, reasons: list[str]) -> None:
        self.reasons = reasons
        message = _("%(what)s “%(name)s” cannot be deleted: %(reasons)s") % {
            "what": str(instance._meta.verbose_name).capitalize(),
            "name": instance,
            "reasons": "; ".join(reasons),
        }
        super().__init__(message, {instance})


def guard(model: type[models.Model], finder: Finder) -> None:
    """Ask *finder* before a row of *model* is deleted."""
    _finders.setdefault(model, []).append(finder)
    pre_delete.connect(_refuse, sender=model, dispatch_uid=f"accounts_ledger.deletion.{model._meta.label}")


def reasons(instance: models.Model, origin: Any = None) -> list[str]:
    """Return what stands against deleting *instance*, in words; empty if nothing does."""
    finders = _finders.get(type(instance), ())
    return [reason for finder in finders for reason in finder(instance, origin if origin is not None else instance)]


def began_with(origin: Any, model: type[models.Model]) -> bool:
    """Return whether a deletion began with rows of *model*: what cascades from them is not their own end."""
    return isinstance(origin, model) or getattr(origin, "model", None) is model


def counted(rows: models.QuerySet[Any]) -> Iterator[str]:
    """Yield how many *rows* there are, as "3 order lines", if there are any."""
    number = rows.count()
    if number:
        yield _named(rows.model, number)


def explained(error: ProtectedError | RestrictedError) -> list[str]:
    """Return in words what *error* says that depends on the rows that were to be deleted."""
    if isinstance(error, StillNeeded):
        return error.reasons
    found = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
    numbers = Counter(type(row) for row in found)
    return [_named(model, number) for model, number in numbers.items()]


def _named(model: type[models.Model], number: int) -> str:
    name = model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural
    return f"{number:,} {name}"


def _refuse(sender: type[models.Model], instance: models.Model, origin: Any = None, **kwargs: Any) -> None:
    found = reasons(instance, origin)
    if found:
        raise StillNeeded(instance, found)
