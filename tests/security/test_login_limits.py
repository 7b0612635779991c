"""Whoever fails to log in too often waits, at every door, wherever they say they come from."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from oscar.test.factories import create_product

PASSWORD = "correct-horse"
DOORS = ("admin:login", "dashboard:login", "customer:login", "checkout:index")

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return get_user_model().objects.create_user("manager", "manager@example.com", PASSWORD, is_staff=True)


def log_in(door="admin:login", name="manager", password="wrong", client=None, **meta):
    client = client or Client()
    if door == "checkout:index":
        client.post(reverse("basket:add", kwargs={"pk": create_product(price=10, num_in_stock=5).pk}), {"quantity": 1})
    forms = {
        "customer:login": {"login-username": name, "login-password": password, "login_submit": "1"},
        "checkout:index": {"username": name, "password": password, "options": "existing"},
    }
    return client.post(reverse(door), forms.get(door, {"username": name, "password": password}), **meta)


def is_logged_in(response) -> bool:
    return response.status_code == 302


def fails(times, **attempt):
    return [log_in(**attempt).status_code for _time in range(times)][-1]


@pytest.mark.parametrize("door", DOORS)
def test_after_five_failures_the_right_password_has_to_wait_too(manager, door):
    assert fails(4, door=door, name=manager.email) == 200
    assert fails(1, door=door, name=manager.email) == 429
    refusal = log_in(door, manager.email, PASSWORD)

    assert refusal.status_code == 429
    assert refusal.headers["Retry-After"] == "900"
    assert "Please wait 15 minutes" in refusal.content.decode()


@pytest.mark.parametrize("door", DOORS)
def test_fewer_failures_keep_nobody_out(manager, door):
    fails(4, door=door, name=manager.email)

    assert is_logged_in(log_in(door, manager.email, PASSWORD))


def test_the_doors_count_together(manager):
    fails(2, door="customer:login", name=manager.email)
    fails(2, door="dashboard:login", name=manager.email)

    assert fails(1, name=manager.email) == 429


def test_another_address_is_not_kept_out(manager):
    fails(6, REMOTE_ADDR="192.0.2.1")

    assert is_logged_in(log_in(password=PASSWORD, REMOTE_ADDR="192.0.2.2"))


def test_an_invented_forwarded_address_does_not_help(manager):
    statuses = [log_in(HTTP_X_FORWARDED_FOR=f"192.0.2.{n}").status_code for n in range(6)]

    assert statuses[-1] == 429


def test_behind_a_trusted_proxy_the_address_that_it_names_counts(manager, settings):
    settings.ACCOUNTS_TRUSTED_PROXIES = ["127.0.0.1"]
    fails(6, HTTP_X_FORWARDED_FOR="192.0.2.1")

    assert fails(1, HTTP_X_FORWARDED_FOR="192.0.2.1") == 429
    assert is_logged_in(log_in(password=PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.2"))


def test_addresses_of_one_ipv6_network_count_as_one(manager):
    statuses = [log_in(REMOTE_ADDR=f"2001:db8::{n}").status_code for n in range(1, 7)]

    assert statuses[-1] == 429


def test_the_socket_of_a_proxy_on_this_machine_is_an_address_like_any_other(manager):
    assert fails(5, REMOTE_ADDR="") == 429


def test_a_name_is_the_same_however_it_is_written(manager):
    statuses = [log_in(name=name).status_code for name in ("manager", "Manager", " MANAGER", "manager ", "mANAGER")]

    assert statuses[-1] == 429


def test_one_address_cannot_try_one_password_for_many_names(manager):
    statuses = [log_in(name=f"user{n}").status_code for n in range(30)]

    assert statuses[-2:] == [200, 429]
    assert log_in(password=PASSWORD).status_code == 429


def test_logging_in_with_a_name_of_ones_own_resets_nothing_else(manager):
    get_user_model().objects.create_user("mallory", "mallory@example.com", PASSWORD)
    fails(4)
    log_in("customer:login", "mallory@example.com", PASSWORD)

    assert fails(1) == 429


def test_one_name_cannot_be_tried_from_any_number_of_addresses(manager, settings):
    settings.LOGIN_FAILURE_LIMITS = (5, 30, 10)
    statuses = [log_in(REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(11)]

    assert statuses[-2:] == [429, 429]


def test_the_wait_is_over_in_the_end(manager, time_machine):
    time_machine.move_to("2026-03-02 09:00")
    fails(6)
    time_machine.move_to("2026-03-02 09:16")

    assert is_logged_in(log_in(password=PASSWORD))


def test_who_tries_while_waiting_does_not_wait_longer(manager, time_machine):
    time_machine.move_to("2026-03-02 09:00")
    fails(5)
    time_machine.move_to("2026-03-02 09:14")
    fails(3)
    time_machine.move_to("2026-03-02 09:16")

    assert is_logged_in(log_in(password=PASSWORD))


def test_a_login_forgets_the_failures_before_it(manager):
    fails(4)
    log_in(password=PASSWORD)

    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize("door", DOORS)
def test_what_was_typed_is_not_kept(manager, door):
    log_in(door, manager.email, "my-secret-password")

    kept = list(AccessAttempt.objects.values_list("get_data", "post_data"))
    assert kept
    assert "my-secret" not in str(kept)


def test_old_failures_are_deleted_by_the_next_one(manager, time_machine):
    time_machine.move_to("2026-03-02 09:00")
    for n in range(20):
        log_in(name=f"user{n}")
    time_machine.move_to("2026-03-02 10:00")
    fails(1)

    assert AccessAttempt.objects.count() == 1


def test_staff_can_let_somebody_try_again(manager):
    fails(6)
    boss = Client()
    boss.force_login(get_user_model().objects.create_superuser("boss"))
    chosen = {"action": "unblock", "_selected_action": [attempt.pk for attempt in AccessAttempt.objects.all()]}
    boss.post(reverse("admin:backoffice_failedlogin_changelist"), chosen)

    assert is_logged_in(log_in(password=PASSWORD))


def test_somebody_who_has_just_registered_is_logged_in(client):
    names = {"registration-email": "new@example.com", "registration_submit": "1"}
    passwords = dict.fromkeys(("registration-password1", "registration-password2"), "long-enough-2026")
    client.post(reverse("customer:login"), names | passwords)

    assert client.session["_auth_user_id"]
