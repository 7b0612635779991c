"""System checks of admins, without Unfold's look into the database: before the first migration there is none."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.admin.checks import ModelAdminChecks
from django.core import checks


class PermissionChecks(ModelAdminChecks):
    """Django's checks, and that every permission which an action asks for exists on some model."""

    def check(self, admin_obj: Any, **kwargs: Any) -> list[Any]:
        return [*super().check(admin_obj, **kwargs), *self._check_action_permissions(admin_obj)]

    def _check_action_permissions(self, admin_obj: Any) -> list[Any]:
        actions = [
            *admin_obj._get_base_actions_list(),
            *admin_obj._get_base_actions_detail(),
            *admin_obj._get_base_actions_row(),
            *admin_obj._get_base_actions_submit_line(),
        ]
        return [
            checks.Error(f"The action {action.action_name} asks for {name}, which no model declares.", obj=admin_obj)
            for action in actions
            for name in getattr(action.method, "allowed_permissions", ())
            if name not in _declared()
        ]


def _declared() -> set[str]:
    found = set()
    for model in apps.get_models():
        meta = model._meta
        names = [f"{action}_{meta.model_name}" for action in meta.default_permissions]
        names += [codename for codename, _name in meta.permissions]
        found |= {f"{meta.app_label}.{name}" for name in names}
    return found
