"""The history of changes of an account: who changed what, when and why."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts_ledger import history
from accounts_ledger.admin.account.columns import holder_name
from accounts_ledger.models import Account


def changes(account: Account, count: int) -> list[dict[str, Any]]:
    """Return the newest *count* changes, newest first, each with what it made of which fields."""
    records = list(account.history.select_related("history_user").order_by("-history_date", "-history_id")[: count + 1])
    shared = _shared_with(records)
    return [_change(record, before, shared) for record, before in zip_longest(records, records[1:])][:count]


def _shared_with(records: list[Any]) -> dict[int, set[str]]:
    """Return with whom the account was shared at each of *records*, by the record's id, in one query."""
    found: dict[int, set[str]] = {record.history_id: set() for record in records}
    for row in history.shared_with_model().objects.filter(history__in=list(found)).select_related("user"):
        found[row.history_id].add(holder_name(row.user) or "")
    return found


def _change(record: Any, before: Any, shared: dict[int, set[str]]) -> dict[str, Any]:
    return {
        "date": record.history_date,
        "who": holder_name(record.history_user) or record.history_username or _("System"),
        "why": record.history_change_reason or "",
        "what": _differences(record, before, shared),
    }


def _differences(record: Any, before: Any, shared: dict[int, set[str]]) -> list[str]:
    if before is None:
        return [_("Created")] if record.history_type == "+" else []
    found = []
    for field in type(record).tracked_fields:
        old, new = getattr(before, field.attname), getattr(record, field.attname)
        if old != new:
            found.append(_difference(capfirst(field.verbose_name), _shown(field, old), _shown(field, new)))
    old_people, new_people = shared[before.history_id], shared[record.history_id]
    if old_people != new_people:
        found.append(_difference(_("Shared with"), _listed(old_people), _listed(new_people)))
    return found


def _difference(field: str, old: str, new: str) -> str:
    return _("%(field)s: %(old)s → %(new)s") % {"field": field, "old": old, "new": new}


def _listed(people: set[str]) -> str:
    return ", ".join(sorted(people)) or "–"


def _shown(field: models.Field[Any, Any], value: Any) -> str:
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
