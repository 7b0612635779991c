"""Staff at the admin: the boss may do everything, others only what a test gives them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client


@pytest.fixture
def boss(db):
    return get_user_model().objects.create_superuser("boss", "boss@example.com")


@pytest.fixture
def boss_client(boss) -> Client:
    client = Client()
    client.force_login(boss)
    return client


@pytest.fixture
def staff_client(db) -> Callable[..., Client]:
    """Return a function that logs a member of staff in who has the named permissions of the ledger, and no others."""

    def log_in(*codenames: str, username: str = "clerk") -> Client:
        user = get_user_model().objects.create_user(username, f"{username}@example.com", is_staff=True)
        granted = Permission.objects.filter(content_type__app_label="accounts_ledger", codename__in=codenames)
        assert {permission.codename for permission in granted} == set(codenames)
        user.user_permissions.set(granted)
        client = Client()
        client.force_login(user)
        return client

    return log_in
