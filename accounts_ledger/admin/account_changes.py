"""The history of changes of an account: who changed what, when and why."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts_ledger.admin.account_columns import holder_name
from accounts_ledger.models import Account


def changes(account: Account, count: int) -> list[dict[str, Any]]:
    """Return the newest *count* changes, newest first, each with what it made of which fields."""
    records = list(account.history.select_related("history_user").order_by("-history_date", "-history_id")[: count + 1])
    older: list[Any] = [*records[1:], None]
    return [_change(record, before) for record, before in zip(records, older, strict=True)][:count]


def _change(record: Any, before: Any) -> dict[str, Any]:
    return {
        "date": record.history_date,
        "who": holder_name(record.history_user) or _("System"),
        "why": record.history_change_reason or "",
        "what": _differences(record, before),
    }


def _differences(record: Any, before: Any) -> list[str]:
    if before is None:
        return [_("Created")] if record.history_type == "+" else []
    found = []
    for field in type(record).tracked_fields:
        old, new = getattr(before, field.attname), getattr(record, field.attname)
        if old != new:
            found.append(
                _("%(field)s: %(old)s → %(new)s")
                % {
                    "field": capfirst(field.verbose_name),
                    "old": _shown(before, field, old),
                    "new": _shown(record, field, new),
                }
            )
    return found


def _shown(record: Any, field: models.Field, value: Any) -> str:
    if value in (None, ""):
        return "–"
    if isinstance(field, models.ForeignKey):
        related = field.remote_field.model._base_manager.filter(pk=value).first()
        return str(related) if related else f"#{value}"
    if isinstance(field, models.DateTimeField):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)
