"""Members of staff with a password, and their browsers."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

PASSWORD = "correct-horse"


@pytest.fixture
def make_staff(db):
    """Make a member of staff: ``make_staff("anna", "Clerk")``."""

    def make(username: str = "anna", role: str = "Manager"):
        user = get_user_model().objects.create_user(username, f"{username}@example.com", PASSWORD, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def log_in():
    """Log somebody in by the admin's login page, and return their browser."""

    def with_password(user) -> Client:
        client = Client()
        response = client.post(reverse("admin:login"), {"username": user.username, "password": PASSWORD})
        assert response.status_code == 302
        return client

    return with_password
