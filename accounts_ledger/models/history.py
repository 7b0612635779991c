"""What our rows of history keep beside what django-simple-history keeps: the name of whoever made the change."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record


class NamedHistory(models.Model):
    """Base of the tables of history: ``history_username`` stays when the user is deleted, and is empty for the system.

    Rows that are written in bulk, for which no signal is sent, need the name from whoever writes them.
    """

    history_username = models.CharField(_("changed by"), max_length=150, blank=True, default="", editable=False)

    class Meta:
        abstract = True

    @property
    def author(self) -> str:
        """Return who made the change, by name; empty for the system itself."""
        user = getattr(self, "history_user", None)
        return username(user) or self.history_username


def username(user: Any) -> str:
    """Return the name to be kept of *user*; empty for None, the system itself."""
    return user.get_username() if user else ""


def current_request() -> HttpRequest | None:
    """Return the request that is being answered, None in commands and jobs: where django-simple-history keeps it."""
    request: HttpRequest | None = getattr(HistoricalRecords.context, "request", None)
    return request


def keep_name(history_instance: Any, **kwargs: Any) -> None:
    """Write the name of the user beside the user, in every row of history of its own."""
    if isinstance(history_instance, NamedHistory):
        history_instance.history_username = username(getattr(history_instance, "history_user", None))


def bulk_note(model: Any, instances: list[Any], *, reason: str, user: Any, date: Any) -> list[Any]:
    """Write a row of history of *model* for each of *instances*, as changed by *user*; return the rows.

    None is whoever sent the request that is being answered, else the system.
    """
    if not instances:
        return []
    author = user or model.history.model.get_default_history_user(instances[0])
    rows: list[Any] = model.history.bulk_history_create(
        instances,
        batch_size=500,
        update=True,
        default_user=author,
        default_change_reason=reason,
        default_date=date,
        custom_historical_attrs={"history_username": username(author)},
    )
    return rows or []


pre_create_historical_record.connect(keep_name, dispatch_uid="accounts_ledger.history.keep_name")
