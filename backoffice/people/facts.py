"""The identity and rights of a user at one moment: none of it changes without their being told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from backoffice.security.second_factor import devices

#: The columns of the user that are looked at. Whatever else is saved (the last login, a name) tells nobody anything.
WATCHED = frozenset({"username", "email", "password", "is_active", "is_staff", "is_superuser"})


@dataclass(frozen=True)
class Facts:
    """One user at one moment."""

    username: str
    email: str
    password: str
    is_active: bool
    is_staff: bool
    is_superuser: bool
    roles: frozenset[str]
    permissions: frozenset[str]
    has_second_factor: bool


def of(pk: Any) -> Facts | None:
    """Return what is so now of the user with the key *pk*, None if there is none."""
    user: Any = get_user_model()._default_manager.filter(pk=pk).first()
    if user is None:
        return None
    return Facts(
        username=user.get_username(),
        email=user.email,
        password=user.password,
        is_active=user.is_active,
        is_staff=user.is_staff,
        is_superuser=user.is_superuser,
        roles=frozenset(user.groups.values_list("name", flat=True)),
        permissions=frozenset(user.user_permissions.values_list("name", flat=True)),
        has_second_factor=devices.has_factor(user),
    )


def differences(before: Facts, after: Facts) -> Iterator[str]:
    """Say in a sentence each what became different."""
    if before.password != after.password:
        yield _("The password was changed.")
    if before.email != after.email:
        change = {"before": before.email or "–", "after": after.email or "–"}
        yield _("The e-mail address was changed from %(before)s to %(after)s.") % change
    if before.username != after.username:
        change = {"before": before.username, "after": after.username}
        yield _("The user name was changed from %(before)s to %(after)s.") % change
    if before.has_second_factor != after.has_second_factor:
        yield _("Two-step login was turned on.") if after.has_second_factor else _("Two-step login was turned off.")
    yield from _of_rights(before, after)


def _of_rights(before: Facts, after: Facts) -> Iterator[str]:
    if before.is_active != after.is_active:
        yield _("The user can log in again.") if after.is_active else _("The user can no longer log in.")
    if before.is_staff != after.is_staff:
        yield (
            _("Access to the back office was given.")
            if after.is_staff
            else _("Access to the back office was taken away.")
        )
    if before.is_superuser != after.is_superuser:
        yield _("Became a superuser, who may do everything.") if after.is_superuser else _("Is no longer a superuser.")
    yield from (_("Role given: %s.") % name for name in sorted(after.roles - before.roles))
    yield from (_("Role taken away: %s.") % name for name in sorted(before.roles - after.roles))
    yield from (_("Permission given: %s.") % name for name in sorted(after.permissions - before.permissions))
    yield from (_("Permission taken away: %s.") % name for name in sorted(before.permissions - after.permissions))
