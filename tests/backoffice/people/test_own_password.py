"""An open session does not suffice to change who may do what: the password is asked for, each time."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice import roles
from backoffice.security.second_factor import devices
from tests.backoffice.people.conftest import PASSWORD, form_of, role, staff, with_app

CHANGES = {
    "roles": lambda: {"groups": [role(roles.CLERK)]},
    "e-mail address": lambda: {"email": "thief@example.com"},
    "user name": lambda: {"username": "somebody"},
    "access": lambda: {"is_staff": None},
    "being active": lambda: {"is_active": None},
    "being a superuser": lambda: {"is_superuser": "on"},
    "permissions": lambda: {"user_permissions": [Permission.objects.get(codename="can_transfer").pk]},
}


@pytest.fixture
def superuser_browser(db):
    client = Client()
    client.force_login(staff("boss", is_superuser=True))
    return client


def facts(user):
    user.refresh_from_db()
    return {key: sorted(map(str, value)) if isinstance(value, list) else value for key, value in form_of(user).items()}


@pytest.mark.parametrize("what", CHANGES)
def test_without_the_password_nothing_that_matters_of_a_user_is_changed(what, superuser_browser, manager, pages):
    before = facts(manager)

    response = superuser_browser.post(pages.change, form_of(manager, **CHANGES[what]()))

    assert "Type your own password to confirm this." in response.content.decode()
    assert facts(manager) == before


@pytest.mark.parametrize("what", CHANGES)
def test_with_the_password_it_is(what, superuser_browser, manager, pages):
    change = form_of(manager, **CHANGES[what](), own_password=PASSWORD)

    assert superuser_browser.post(pages.change, change).status_code == 302


def test_a_wrong_password_changes_nothing(browser, manager, pages):
    browser.post(pages.change, form_of(manager, groups=[role(roles.CLERK)], own_password="guess"))

    assert [group.name for group in manager.groups.all()] == [roles.MANAGER]


def test_it_is_the_password_of_who_changes_that_counts(browser, manager, pages):
    manager.set_password("the-managers-own")
    manager.save()

    browser.post(pages.change, form_of(manager, groups=[], own_password="the-managers-own"))

    assert manager.groups.exists()


def test_a_name_is_corrected_without_the_password(browser, manager, pages):
    browser.post(pages.change, form_of(manager, first_name="Maud"))

    manager.refresh_from_db()
    assert manager.first_name == "Maud"


def test_a_code_from_the_app_will_do(browser, sysadmin, manager, pages):
    with_app(sysadmin)
    app = TOTPDevice.objects.get(user=sysadmin)
    session = browser.session
    session["otp_device_id"] = app.persistent_id
    session.save()

    code = f"{totp(app.bin_key):06d}"
    browser.post(pages.change, form_of(manager, groups=[role(roles.CLERK)], own_password=code))

    assert [group.name for group in manager.groups.all()] == [roles.CLERK]


def test_guesses_count_as_failed_logins(browser, sysadmin, manager, pages):
    for _guess in range(5):
        response = browser.post(pages.change, form_of(manager, groups=[], own_password="guess"))

    assert response.status_code == 429
    browser.post(pages.change, form_of(manager, groups=[], own_password=PASSWORD))
    assert manager.groups.exists()


def test_two_step_login_of_a_colleague_is_removed_with_the_password_only(browser, manager, pages):
    with_app(manager)

    browser.post(pages.remove)
    assert devices.has_factor(manager)

    browser.post(pages.remove, {"own_password": PASSWORD})
    assert not devices.has_factor(manager)


def test_a_group_is_made_and_changed_with_the_password_only(browser):
    add = reverse("admin:auth_group_add")
    permission = Permission.objects.get(codename="can_transfer").pk

    browser.post(add, {"name": "Movers", "permissions": [permission]})
    assert not Group.objects.filter(name="Movers").exists()

    browser.post(add, {"name": "Movers", "permissions": [permission], "own_password": PASSWORD})
    group = Group.objects.get(name="Movers")

    browser.post(reverse("admin:auth_group_change", args=(group.pk,)), {"name": "Movers", "permissions": []})
    assert group.permissions.count() == 1
