"""Notices every change of what staff are and may do, by whatever door it is made, and tells of it once committed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from asgiref.local import Local
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice.people import facts, notices

#: For each thread, what was so of each user before the first change of a transaction. After a rollback it stays: then
#: what others changed meanwhile is told of once more.
_local = Local()


def listen() -> None:
    """Connect the signals; called once, at start-up."""
    user: Any = get_user_model()
    pre_save.connect(_user_is_saved, sender=user)
    post_save.connect(_user_was_saved, sender=user)
    for through in (user.groups.through, user.user_permissions.through):
        m2m_changed.connect(_rights_change, sender=through)
    for before, after in ((pre_save, post_save), (pre_delete, post_delete)):
        before.connect(_device_changes, sender=TOTPDevice)
        after.connect(_device_changed, sender=TOTPDevice)


def _remember(pks: Iterable[Any]) -> None:
    pending = _pending()
    for pk in pks:
        if pk not in pending or not connection.in_atomic_block:
            pending[pk] = facts.of(pk)


def _tell(pks: Iterable[Any]) -> None:
    for pk in pks:
        transaction.on_commit(partial(_tell_once, pk))


def _tell_once(pk: Any) -> None:
    pending = _pending()
    if pk in pending:
        notices.send(pending.pop(pk), facts.of(pk))


def _pending() -> dict[Any, facts.Facts | None]:
    if not hasattr(_local, "pending"):
        _local.pending = {}
    pending: dict[Any, facts.Facts | None] = _local.pending
    return pending


def _is_watched(user: Any, update_fields: Iterable[str] | None) -> bool:
    if update_fields is None:
        return True
    # Django brings an old hash up to date at a login so; the password is what it was.
    is_new_hash = set(update_fields) == {"password"} and user._password is None
    return not is_new_hash and not facts.WATCHED.isdisjoint(update_fields)


def _user_is_saved(instance: Any, raw: bool, update_fields: Any, **kwargs: Any) -> None:
    if not raw and _is_watched(instance, update_fields):
        _remember([instance.pk])


def _user_was_saved(instance: Any, raw: bool, update_fields: Any, **kwargs: Any) -> None:
    if raw or not _is_watched(instance, update_fields):
        return
    pending = _pending()
    pending.setdefault(instance.pk, pending.pop(None, None))  # a new user had no key before
    _tell([instance.pk])


def _rights_change(instance: Any, action: str, reverse: bool, pk_set: set[Any] | None, **kwargs: Any) -> None:
    if not reverse:
        users: Iterable[Any] = [instance.pk]
    elif pk_set is not None:
        users = pk_set
    else:  # a group or permission is taken from everybody
        users = list(instance.user_set.values_list("pk", flat=True))
    if action.startswith("pre_"):
        _remember(users)
        if action == "pre_clear":
            _tell(users)
    else:
        _tell(users)


def _device_changes(instance: TOTPDevice, **kwargs: Any) -> None:
    _remember([instance.user_id])


def _device_changed(instance: TOTPDevice, **kwargs: Any) -> None:
    _tell([instance.user_id])
