"""The demo's password opens nothing outside a demo."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse

from backoffice.demo import people

pytestmark = pytest.mark.django_db


def logs_in(client, name: str) -> bool:
    client.post(reverse("admin:login"), {"username": name, "password": people.DEMO_PASSWORD})
    return "_auth_user_id" in client.session


@pytest.fixture(autouse=True)
def demo_people():
    people.create(people.DEMO_PASSWORD)


def test_in_a_demo_it_works(client):
    assert logs_in(client, "manager")


@pytest.mark.parametrize("name", ["admin", "manager", "clerk@example.com"])
def test_outside_a_demo_it_opens_nothing(client, settings, name):
    settings.DEMO = False

    assert not logs_in(client, name)


def test_who_tries_it_is_told_why(client, settings):
    settings.DEMO = False
    page = client.post(reverse("admin:login"), {"username": "manager", "password": people.DEMO_PASSWORD})

    assert "works in a demo" in page.content.decode()


def test_customers_cannot_log_in_with_it_either(client, settings):
    settings.DEMO = False
    page = client.post(
        reverse("customer:login"),
        {"login-username": "alice@example.com", "login-password": people.DEMO_PASSWORD, "login_submit": "Log In"},
    )

    assert page.status_code == 200
    assert "_auth_user_id" not in client.session


def test_another_password_works_as_ever(client, settings):
    settings.DEMO = False
    people.get_user_model().objects.create_superuser("boss", password="correct-horse-battery")

    assert client.login(username="boss", password="correct-horse-battery")


def test_nobody_can_choose_it_outside_a_demo(settings):
    settings.DEMO = False

    with pytest.raises(ValidationError, match="Everybody knows"):
        validate_password(people.DEMO_PASSWORD)


def test_in_a_demo_it_can_be_chosen():
    validate_password(people.DEMO_PASSWORD)


def test_a_session_is_never_given_to_it(client):
    client.force_login(people.get_user_model().objects.get(username="admin"))

    assert client.get(reverse("admin:index")).status_code == 200
