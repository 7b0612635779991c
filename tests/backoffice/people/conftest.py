"""A system administrator, a manager, and the pages that change users."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice import roles

PASSWORD = "my-own-password"


def staff(name: str, *roles_of_theirs: str, **fields):
    user = get_user_model().objects.create_user(name, f"{name}@example.com", PASSWORD, is_staff=True, **fields)
    user.groups.set(Group.objects.filter(name__in=roles_of_theirs))
    return user


def with_app(user):
    """Turn two-step login on for *user*, as the page does."""
    TOTPDevice.objects.create(user=user, confirmed=True, name="app")
    return user


@pytest.fixture
def manager(db):
    return staff("manager", roles.MANAGER)


@pytest.fixture
def sysadmin(db):
    return staff("sysadmin", roles.SYSTEM_ADMINISTRATOR)


@pytest.fixture
def browser(sysadmin):
    """The browser of the system administrator."""
    client = Client()
    client.force_login(sysadmin)
    return client


@pytest.fixture
def pages(manager):
    return SimpleNamespace(
        change=reverse("admin:auth_user_change", args=(manager.pk,)),
        password=reverse("admin:auth_user_password_change", args=(manager.pk,)),
        remove=reverse("second_factor:remove", args=(manager.pk,)),
        add=reverse("admin:auth_user_add"),
    )


def form_of(user, **changes):
    """What the page of *user* posts, with *changes*; None leaves a field out."""
    ticked = {name: "on" for name in ("is_active", "is_staff", "is_superuser") if getattr(user, name)}
    data = {
        "username": user.username,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "groups": [group.pk for group in user.groups.all()],
        **ticked,
        **changes,
    }
    return {name: value for name, value in data.items() if value is not None}


def role(name: str) -> int:
    return Group.objects.get(name=name).pk
