"""Whoever's user changes is told, at the old address too, and so are ADMINS, by whatever door it was changed."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.db import transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from backoffice import roles
from tests.backoffice.people.conftest import PASSWORD, form_of, role, staff, with_app

pytestmark = pytest.mark.django_db(transaction=True)

ADMIN = "admin@example.com"

CHANGES = {
    "The password was changed.": lambda user: (user.set_password("x-new-password-y"), user.save()),
    "The e-mail address was changed from manager@example.com to other@example.com.": lambda user: set_(
        user, email="other@example.com"
    ),
    "The user name was changed from manager to other.": lambda user: set_(user, username="other"),
    "The user can no longer log in.": lambda user: set_(user, is_active=False),
    "Access to the back office was taken away.": lambda user: set_(user, is_staff=False),
    "Became a superuser, who may do everything.": lambda user: set_(user, is_superuser=True),
    "Role given: Clerk.": lambda user: user.groups.add(role(roles.CLERK)),
    "Role taken away: Manager.": lambda user: user.groups.clear(),
    "Permission given: Can see account codes in full.": lambda user: user.user_permissions.add(
        Permission.objects.get(codename="view_account_code")
    ),
    "Two-step login was turned on.": with_app,
}


@pytest.fixture(autouse=True)
def administrators(settings):
    settings.ADMINS = [("Admin", ADMIN)]


@pytest.fixture
def told(manager):
    """The mails since the cast was made, as (address, text) pairs."""
    mail.outbox.clear()
    return lambda: sorted((to, message.body) for message in mail.outbox for to in message.to)


def set_(user, **fields):
    for name, value in fields.items():
        setattr(user, name, value)
    user.save()


@pytest.mark.parametrize("sentence", CHANGES)
def test_the_person_and_the_administrators_are_told(sentence, manager, told):
    CHANGES[sentence](manager)

    assert {to for to, text in told() if f"- {sentence}" in text} >= {ADMIN, "manager@example.com"}


def test_a_new_address_is_told_at_the_old_one_and_at_the_new_one(manager, told):
    set_(manager, email="other@example.com")

    assert {to for to, _text in told()} == {ADMIN, "manager@example.com", "other@example.com"}


def test_a_role_taken_from_everybody_is_told(manager, told):
    Group.objects.get(name=roles.MANAGER).user_set.clear()

    assert any("Role taken away: Manager." in text for _to, text in told())


def test_a_group_that_somebody_is_in_is_not_deleted(manager):
    with pytest.raises(ProtectedError):
        Group.objects.get(name=roles.MANAGER).delete()


def test_a_role_given_from_the_groups_side_is_told(manager, told):
    Group.objects.get(name=roles.CLERK).user_set.add(manager)

    assert any("Role given: Clerk." in text for _to, text in told())


def test_what_changes_in_one_transaction_is_told_in_one_mail(manager, told):
    with transaction.atomic():
        set_(manager, email="other@example.com")
        manager.groups.set([role(roles.CLERK)])
        set_(manager, is_superuser=True)

    assert len(told()) == 3


def test_what_was_rolled_back_is_not_told(manager, told):
    with transaction.atomic():
        set_(manager, is_superuser=True)
        transaction.set_rollback(True)

    assert told() == []


def test_a_login_and_a_better_hash_of_the_same_password_are_no_change(manager, told, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", *settings.PASSWORD_HASHERS]
    Client().post(reverse("admin:login"), {"username": "manager", "password": PASSWORD})

    manager.refresh_from_db()
    assert manager.password.startswith("scrypt")
    assert told() == []


def test_customers_are_left_to_the_shop(db, told):
    customer = get_user_model().objects.create_user("customer", "customer@example.com", PASSWORD)
    set_(customer, email="new@example.com")

    assert told() == []


def test_a_new_member_of_staff_is_told_to_the_administrators(db, told):
    staff("second", roles.MANAGER)

    texts = "".join(text for to, text in told() if to == ADMIN)
    assert "The user is new." in texts
    assert "Role given: Manager." in texts


def test_it_is_said_who_did_it(browser, manager, pages, told):
    browser.post(pages.change, form_of(manager, groups=[role(roles.CLERK)], own_password=PASSWORD))

    assert all("It was done by sysadmin." in text for _to, text in told())


def test_a_mail_server_that_is_away_undoes_no_change(manager, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    set_(manager, is_superuser=True)

    manager.refresh_from_db()
    assert manager.is_superuser
    assert "could not be mailed" in caplog.text
