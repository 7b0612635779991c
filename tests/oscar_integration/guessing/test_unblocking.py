"""Who tried too many codes, in the back office."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import reverse

from backoffice import roles
from oscar_integration.models import CodeAttempts

LIST = "admin:oscar_integration_codeattempts_changelist"


@pytest.fixture
def staff(db, client):
    """Log a member of staff with a role in."""

    roles.sync()  # tests that empty the tables take the groups with them

    def login(role):
        user = get_user_model().objects.create_user(role, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return login


@pytest.fixture
def blocked(db, settings, request_from, outcome_of):
    settings.ACCOUNTS_GUESSES_PER_ADDRESS = 1
    for _ in range(2):
        outcome_of(request_from(), "WRONG")
    return CodeAttempts.objects.get(scope="address")


def test_the_list_shows_who_is_blocked(staff, blocked):
    page = staff("Manager").get(reverse(LIST), {"state": "blocked"})

    assert "192.0.2.1" in page.content.decode()


def test_staff_can_unblock(staff, blocked, request_from, outcome_of):
    staff("Manager").post(reverse(LIST), {"action": "unblock", "_selected_action": [blocked.pk]})

    assert outcome_of(request_from(), "WRONG") == "refused"


@pytest.mark.parametrize("role", ["Viewer", "Clerk"])
def test_other_roles_do_not_see_them(staff, blocked, role):
    assert staff(role).get(reverse(LIST)).status_code == 403


def test_nobody_edits_or_deletes_them(staff, blocked):
    client = staff("Manager")

    for page in ("change", "delete"):
        url = reverse(f"admin:oscar_integration_codeattempts_{page}", args=[blocked.pk])
        client.post(url, {"post": "yes", "blocks": 0})

    blocked.refresh_from_db()
    assert blocked.blocks == 1
