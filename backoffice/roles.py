"""The roles of the back office, as Django groups. Kept in step with this file by every migrate and by `init_accounts`.

A role is what a person may do. Superusers may do everything; somebody with two roles may do what either may. Sites
that need other roles make groups of their own: only the groups named here are written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor

VIEWER = "Viewer"
CLERK = "Clerk"
MANAGER = "Manager"
AUDITOR = "Auditor"
SYSTEM_ADMINISTRATOR = "System administrator"


def _ledger(*codenames: str) -> frozenset[str]:
    return frozenset(f"accounts_ledger.{codename}" for codename in codenames)


def _everything(app_label: str, *models: str) -> frozenset[str]:
    actions = ("view", "add", "change", "delete")
    return frozenset(f"{app_label}.{action}_{model}" for model in models for action in actions)


def _shop(*codenames: str) -> frozenset[str]:
    return frozenset(f"oscar_integration.{codename}" for codename in codenames)


_READ = _ledger(
    "view_account",
    "view_accounttype",
    "view_transfer",
    "view_transaction",
    "view_hold",
    "view_giftcardbatch",
)
_CLERK = _READ | _ledger("can_issue", "can_top_up", "can_freeze", "import_account")
_MANAGER = _CLERK | _ledger(
    "view_account_code",
    "change_account",
    "can_transfer",
    "can_reverse",
    "can_refund",
    "can_withdraw",
    "can_close",
    "can_extend",
    "can_replace",
    "can_void",
    "can_confirm_import",
    "can_reverse_batch",
    "export_account",
    "export_transfer",
    "export_codes",
    "add_accounttype",
    "change_accounttype",
    "delete_accounttype",
    "view_verification",
    "view_reports",
    "view_journalexport",
    "can_export_journal",
    "view_accountmapping",
    "add_accountmapping",
    "change_accountmapping",
    "delete_accountmapping",
)
_MANAGER |= _shop("view_codeattempts", "can_unblock", "view_paymentattempt", "view_orderrefund")
_MANAGER |= _shop("view_giftcardsale", "can_resend", "can_issue_unpaid")
_AUDITOR = (
    _READ
    | {"backoffice.view_failedlogin", "backoffice.view_erasure", "backoffice.view_queuedmail"}
    | _shop("view_codeattempts", "view_giftcardsale", "view_paymentattempt", "view_orderrefund")
    | _ledger(
        "view_reports",
        "view_journalexport",
        "view_accountmapping",
        "view_verification",
        "add_verification",
        "export_account",
        "export_transfer",
    )
)
_SYSTEM_ADMINISTRATOR = (
    _READ
    | _ledger("view_verification", "add_accounttype", "change_accounttype", "delete_accounttype")
    | _shop("view_codeattempts", "can_unblock")
    | {"backoffice.view_failedlogin", "backoffice.delete_failedlogin"}
    | {"backoffice.view_erasure", "backoffice.can_erase"}
    | {"backoffice.view_queuedmail", "backoffice.can_retry_mail"}
    | _everything("auth", "user", "group")
    | _everything("sites", "site")
    | _everything("flatpages", "flatpage")
)

#: What each role may do, as "app.codename".
ROLES: dict[str, frozenset[str]] = {
    VIEWER: _READ | _ledger("view_reports"),
    CLERK: _CLERK,
    MANAGER: _MANAGER,
    AUDITOR: _AUDITOR,
    SYSTEM_ADMINISTRATOR: _SYSTEM_ADMINISTRATOR,
}


@dataclass(frozen=True)
class RoleChange:
    """The permissions that a group was given and lost to match its role."""

    role: str
    given: frozenset[str]
    taken: frozenset[str]


def sync() -> list[RoleChange]:
    """Create the groups that are missing and give every role exactly its permissions. Safe to repeat.

    Returns:
        The roles that were not as they should be.

    Raises:
        ImproperlyConfigured: a role names a permission that no model has.
    """
    with transaction.atomic():
        permissions = _permissions(name for role in ROLES.values() for name in role)
        changes = [_sync_role(role, names, permissions) for role, names in ROLES.items()]
    return [change for change in changes if change.given or change.taken]


def sync_after_migrate(*, using: str, **kwargs: Any) -> None:
    """Keep the roles in step with a database that is migrated to the end; part-way there is nothing to sync."""
    if _is_complete(using):
        sync()


def sync_after_init(**kwargs: Any) -> None:
    """Keep the roles in step; receiver of `accounts_ledger.signals.chart_initialised`."""
    sync()


def _is_complete(using: str) -> bool:
    executor = MigrationExecutor(connections[using])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _sync_role(role: str, names: frozenset[str], permissions: dict[str, Permission]) -> RoleChange:
    group, _created = Group.objects.get_or_create(name=role)
    has = frozenset(_name(permission) for permission in group.permissions.select_related("content_type"))
    if has != names:
        group.permissions.set(permissions[name] for name in names)
    return RoleChange(role, given=names - has, taken=has - names)


def _permissions(names: Iterable[str]) -> dict[str, Permission]:
    wanted = set(names)
    found = {
        _name(permission): permission
        for permission in Permission.objects.filter(
            codename__in={name.split(".")[1] for name in wanted}
        ).select_related("content_type")
    }
    missing = sorted(wanted - found.keys())
    if missing:
        raise ImproperlyConfigured(f"Roles name permissions that no model has: {', '.join(missing)}.")
    return found


def _name(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"
