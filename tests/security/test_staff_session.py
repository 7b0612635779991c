"""Sessions of staff: a new key at login, an end after an idle hour or a long day, and when permissions change."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from tests.security.conftest import PASSWORD

HOME = reverse("admin:index")


@pytest.fixture
def anna(make_staff):
    return make_staff("anna", "Clerk")


def test_a_session_key_that_somebody_planted_is_not_the_one_after_the_login(anna):
    client = Client()
    client.get(reverse("admin:login"))
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    client.post(reverse("admin:login"), {"username": "anna", "password": PASSWORD})

    assert client.session.session_key != planted
    assert Client(headers={"Cookie": f"sessionid={planted}"}).get(HOME).status_code == 302


def test_a_new_password_gives_a_new_key_and_ends_the_other_sessions(anna, log_in):
    here, elsewhere = log_in(anna), log_in(anna)
    before = here.session.session_key
    new = {"new_password1": "longer-and-better-2026", "new_password2": "longer-and-better-2026"}
    here.post(reverse("admin:password_change"), {"old_password": PASSWORD, **new})

    assert here.session.session_key != before
    assert here.get(HOME).status_code == 200
    assert elsewhere.get(HOME).status_code == 302


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (61, 302)])
def test_an_idle_hour_ends_a_session_of_staff(anna, log_in, time_machine, minutes, status):
    time_machine.move_to("2026-03-02 09:00", tick=False)
    client = log_in(anna)
    client.get(HOME)
    time_machine.shift(minutes * 60)

    assert client.get(HOME).status_code == status


def test_a_long_day_ends_a_session_that_is_never_idle(anna, log_in, time_machine):
    time_machine.move_to("2026-03-02 09:00", tick=False)
    client = log_in(anna)
    statuses = []
    for _hour in range(14):
        statuses.append(client.get(reverse("admin:jsi18n")).status_code)
        time_machine.shift(59 * 60)

    assert statuses == [200] * 13 + [302]


def test_more_permissions_are_had_after_a_new_login_only(anna, log_in):
    client = log_in(anna)
    client.get(HOME)
    anna.groups.add(Group.objects.get(name="Manager"))
    response = client.get(reverse("admin:accounts_ledger_transfer_new_transfer"))

    assert response.status_code == 302
    assert response.url.startswith(reverse("admin:login"))
    assert "Your permissions have changed" in client.get(response.url).content.decode()


def test_htmx_is_told_to_open_the_login_page_as_a_whole(anna, log_in):
    client = log_in(anna)
    client.get(HOME)
    anna.groups.clear()
    response = client.get(HOME, headers={"HX-Request": "true"})

    assert response.headers["HX-Redirect"].startswith(reverse("admin:login"))


def test_sessions_of_shoppers_last(django_user_model, time_machine):
    time_machine.move_to("2026-03-02 09:00", tick=False)
    client = Client()
    client.force_login(django_user_model.objects.create_user("shopper"))
    time_machine.shift(5 * 24 * 3600)

    assert client.get(reverse("managed_accounts:list")).status_code == 200
