"""Rows that are written once. The database refuses changes too; this says so earlier and more kindly."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext as _

from accounts_ledger import exceptions


class AppendOnlyQuerySet(models.QuerySet[Any]):
    def update(self, **kwargs: Any) -> int:
        _refuse(self.model)

    def delete(self) -> tuple[int, dict[str, int]]:
        _refuse(self.model)


class AppendOnly(models.Model):
    """Abstract base of the ledger's journal: no update, no delete, no plain ``create``."""

    objects = models.Manager.from_queryset(AppendOnlyQuerySet)()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: rows are written by `accounts_ledger.posting` only, both sides at once."""
        _refuse(type(self))

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _refuse(type(self))


def _refuse(model: type[models.Model]) -> NoReturn:
    raise exceptions.AccountException(
        _(
            "The ledger is append-only: a %(noun)s is posted through the facade and never changed. "
            "Correct a mistake by a reversal or a new transfer."
        )
        % {"noun": model._meta.verbose_name}
    )
