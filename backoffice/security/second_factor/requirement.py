"""The roles that have to log in in two steps, as STAFF_SECOND_FACTOR_REQUIRED names them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from backoffice.roles import ROLES

EVERYBODY = "all"


def is_required_of(user: Any) -> bool:
    """Return whether *user*, a member of staff, has to log in in two steps. Superusers must once any role must."""
    named = settings.STAFF_SECOND_FACTOR_REQUIRED
    if not named:
        return False
    return EVERYBODY in named or user.is_superuser or user.groups.filter(name__in=named).exists()


def check_roles(**kwargs: Any) -> list[CheckMessage]:
    """Refuse to start with a role that there is not: a misspelled one would be required of nobody."""
    return [
        Error(
            f"STAFF_SECOND_FACTOR_REQUIRED names {name!r}, which is no role.",
            hint=f"Give {EVERYBODY}, or some of: {', '.join(ROLES)}.",
            id="backoffice.E005",
        )
        for name in settings.STAFF_SECOND_FACTOR_REQUIRED
        if name != EVERYBODY and name not in ROLES
    ]


def check_anybody(**kwargs: Any) -> list[CheckMessage]:
    """Warn of an installation where a password alone lets everybody in; one of `check --deploy`'s."""
    if settings.STAFF_SECOND_FACTOR_REQUIRED:
        return []
    return [
        Warning(
            "No role has to log in in two steps: whoever learns the password of a member of staff moves money.",
            hint=f"Set STAFF_SECOND_FACTOR_REQUIRED to {EVERYBODY}, or to some of: {', '.join(ROLES)}.",
            id="backoffice.W003",
        )
    ]
