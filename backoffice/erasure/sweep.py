"""Finds and replaces a person's texts in every text column of every table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Q

from accounts_ledger.models import Transaction, Transfer
from accounts_ledger.models.code_field import CodeField
from backoffice.erasure.person import Person

#: The journal, which the database lets nobody rewrite.
KEPT = (Transfer, Transaction)
ERASED = "[erased]"
#: Apps whose texts are about people and what they did.
_ABOUT_PEOPLE = frozenset(
    "accounts_ledger oscar_integration backoffice admin axes basket order payment communication customer reviews"
    " analytics django_tasks_database".split()
)


def columns() -> Iterator[tuple[type[models.Model], list[models.Field[Any, Any]]]]:
    """Yield every table that can be written, with its columns of text."""
    # Models that a site does not install are known to Django too, as soon as something imports them.
    there = set(connection.introspection.table_names())
    for model in apps.get_models(include_auto_created=True):
        if model in KEPT or model._meta.proxy or not model._meta.managed or model._meta.db_table not in there:
            continue
        texts = [field for field in model._meta.local_concrete_fields if _is_text(field)]
        if texts:
            yield model, texts


def replace(person: Person) -> dict[str, int]:
    """Replace the person's texts wherever they are left; return the number of rows by the table's name."""
    found: dict[str, int] = {}
    if not person.terms:
        return found
    for model, texts in columns():
        # Elsewhere, a name is a word like any other: "Rose" may be a colour of a product.
        terms = person.terms if model._meta.app_label in _ABOUT_PEOPLE else person.emails
        if not terms:
            continue
        pattern, number = _pattern(terms), 0
        for row in _rows(model, texts, terms):
            changes = _changes(row, texts, pattern)
            if changes:
                model._base_manager.filter(pk=row["pk"]).update(**changes)
                number += 1
        if number:
            found[str(model._meta.verbose_name_plural)] = number
    return found


def kept_texts(person: Person) -> int:
    """Return how many transfers have a text of the person that stays: a description or a reference."""
    condition = Q()
    for term in person.terms:
        condition |= Q(description__icontains=term) | Q(merchant_reference__icontains=term) | Q(username__iexact=term)
    return Transfer.objects.filter(condition).count() if person.terms else 0


def _pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    whole_words = (rf"(?<!\w){re.escape(term)}(?!\w)" for term in terms)
    return re.compile("|".join(whole_words), re.IGNORECASE)


def _is_text(field: Any) -> bool:
    if isinstance(field, CodeField) or field.primary_key or field.is_relation:
        return False
    return isinstance(field, models.CharField | models.TextField | models.JSONField)


def _rows(model: Any, texts: list[Any], terms: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    condition = Q()
    for field in texts:
        for term in terms:
            condition |= Q(**{f"{field.name}__icontains": term})
    found = model._base_manager.filter(condition).order_by("pk").values("pk", *(field.name for field in texts))
    yield from list(found)


def _changes(row: dict[str, Any], texts: list[Any], pattern: re.Pattern[str]) -> dict[str, Any]:
    changes = {}
    for field in texts:
        old = row[field.name]
        new = _json(old, pattern) if isinstance(field, models.JSONField) else _text(field, old, row["pk"], pattern)
        if new != old:
            changes[field.name] = new
    return changes


def _text(field: Any, old: str | None, pk: Any, pattern: re.Pattern[str]) -> str | None:
    if not old:
        return old
    if not pattern.search(old):
        return old
    if isinstance(field, models.EmailField):
        return "" if field.blank else f"erased-{pk}@erased.invalid"
    new = f"erased-{pk}" if field.unique or _is_in_unique(field) else pattern.sub(ERASED, old)
    return new[: field.max_length] if field.max_length else new


def _is_in_unique(field: Any) -> bool:
    constraints = field.model._meta.constraints
    return any(field.name in getattr(constraint, "fields", ()) for constraint in constraints)


def _json(old: Any, pattern: re.Pattern[str]) -> Any:
    if old is None:
        return None
    text = json.dumps(old, ensure_ascii=False)
    return json.loads(pattern.sub(ERASED, text)) if pattern.search(text) else old
