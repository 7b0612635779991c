"""Under which names and addresses a user is on record from before: they can be changed, and what was written stays.

Nothing keeps them as such. They are found where a row names the user by number and by text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from oscar.core.loading import get_model

#: Names of a foreign key to a user, and of the text beside it that has the user's name of then.
_NAMED = (("user", "username"), ("history_user", "history_username"))


def names(user: Any) -> set[str]:
    """Return the user names by which rows name *user*, without the present one and those that others have now."""
    found = set(_written_about(user))
    for model, key, text in _rows_that_name():
        found.update(model._base_manager.filter(**{key: user.pk}).values_list(text, flat=True).distinct())
    return _only_theirs(found, user, get_user_model().USERNAME_FIELD)


def emails(user: Any) -> set[str]:
    """Return the addresses to which *user* was written, without the present one and those that others have now."""
    sent = get_model("communication", "Email")._base_manager.filter(user=user.pk).exclude(email=None)
    return _only_theirs(set(sent.values_list("email", flat=True).distinct()), user, "email")


def _written_about(user: Any) -> Iterator[str]:
    about = ContentType.objects.get_for_model(get_user_model())
    entries = LogEntry.objects.filter(content_type=about, object_id=str(user.pk))
    yield from entries.order_by().values_list("object_repr", flat=True).distinct()


def _rows_that_name() -> Iterator[tuple[type[Model], str, str]]:
    for model in apps.get_models():
        fields = {field.name: field for field in model._meta.concrete_fields}
        for key, text in _NAMED:
            if key in fields and text in fields and fields[key].related_model is get_user_model():
                yield model, key, text


def _only_theirs(found: set[str], user: Any, field: str) -> set[str]:
    """Leave out what is empty, what an earlier erasure has put there, and what means somebody else today."""
    found = {text for text in found if text and "erased" not in text and text != getattr(user, field)}
    others = get_user_model()._default_manager.exclude(pk=user.pk)
    return {text for text in found if not others.filter(**{f"{field}__iexact": text}).exists()}
