"""Records who changed what of a user, also in the shop's dashboard, in profiles and on password pages.

It is the history that the admin shows of a user, and names fields, never what was in them: they are personal data.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import post_save, pre_save
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts_ledger.models.history import current_request

#: What is worth a record. Django writes the last login at every login, which the session's start says already.
FIELDS = ("username", "email", "first_name", "last_name", "password", "is_active", "is_staff", "is_superuser")
_SWITCHES = ("is_active", "is_staff", "is_superuser")
#: The admin's own pages, which record by themselves what was done on them.
_RECORDED = ("auth_user_change", "auth_user_add", "auth_user_password_change")


def listen() -> None:
    """Record every change of a user that is made by a request."""
    user = get_user_model()
    pre_save.connect(_remember, sender=user, dispatch_uid="user_history")
    post_save.connect(_record, sender=user, dispatch_uid="user_history")


def _remember(sender: Any, instance: Any, update_fields: Any = None, raw: bool = False, **kwargs: Any) -> None:
    instance._before = None
    if raw or instance.pk is None or _request() is None:
        return
    # Django brings an old hash up to date at a login so; the password is what it was.
    is_new_hash = update_fields is not None and set(update_fields) == {"password"} and instance._password is None
    watched = [name for name in FIELDS if update_fields is None or name in update_fields]
    if watched and not is_new_hash:
        instance._before = sender._default_manager.filter(pk=instance.pk).values(*watched).first()


def _record(sender: Any, instance: Any, **kwargs: Any) -> None:
    before, request = instance.__dict__.pop("_before", None), _request()
    if not before or request is None:
        return
    changed = [name for name, value in before.items() if getattr(instance, name) != value]
    if not changed:
        return
    LogEntry.objects.create(
        # Who follows the link of a mail to a new password is not logged in: it is their own.
        user_id=request.user.pk or instance.pk,
        content_type=ContentType.objects.get_for_model(sender),
        object_id=str(instance.pk),
        object_repr=str(instance)[:200],
        action_flag=CHANGE,
        change_message=_("Changed in %(place)s: %(fields)s.")
        % {"place": _place(request), "fields": ", ".join(_described(instance, name) for name in changed)},
    )


def _described(user: Any, name: str) -> str:
    label = capfirst(str(user._meta.get_field(name).verbose_name))
    if name not in _SWITCHES:
        return label
    return _("%s switched on") % label if getattr(user, name) else _("%s switched off") % label


def _place(request: HttpRequest) -> Any:
    """Return which part of the site *request* came to; not its address, which may be the secret link of a mail."""
    if request.path.startswith(reverse("admin:index")):
        return _("the back office")
    return _("the shop's dashboard") if request.path.startswith(reverse("dashboard:index")) else _("the shop")


def _request() -> HttpRequest | None:
    """Return the request that is being answered, unless its page keeps the record itself."""
    request = current_request()
    if request is None or not hasattr(request, "user"):
        return None
    match = request.resolver_match
    return None if match is not None and match.url_name in _RECORDED else request
