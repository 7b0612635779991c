"""The dashboard's pages of users of partners are no way round: nobody sets a password there, or gives roles unasked."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse
from oscar.core.loading import get_model

from tests.backoffice.people.conftest import PASSWORD, staff

TAKEN_OVER = "chosen-by-somebody-else-26"
User = get_user_model()


@pytest.fixture
def partner(manager):
    partner = get_model("partner", "Partner").objects.create(name="Warehouse")
    partner.users.add(manager)
    return partner


def page_of(user, partner) -> str:
    return reverse("dashboard:partner-user-update", kwargs={"partner_pk": partner.pk, "user_pk": user.pk})


def data(**changes):
    typed = {"first_name": "A", "last_name": "B", "role": "staff", "password1": TAKEN_OVER, "password2": TAKEN_OVER}
    return typed | changes


def test_a_colleagues_password_is_not_set_there(browser, manager, partner):
    browser.post(page_of(manager, partner), data(own_password=PASSWORD))

    manager.refresh_from_db()
    assert manager.check_password(PASSWORD)
    assert manager.first_name == "A"


def test_the_page_asks_for_no_password_but_ones_own(browser, manager, partner):
    page = browser.get(page_of(manager, partner)).content.decode()

    assert re.findall(r'type="password" name="(\w+)"', page) == ["own_password"]


def test_nobody_is_made_staff_without_ones_own_password(browser, partner):
    customer = User.objects.create_user("customer", "customer@example.com")
    partner.users.add(customer)

    page = browser.post(page_of(customer, partner), data())

    customer.refresh_from_db()
    assert not customer.is_staff
    assert "Type your own password to confirm this." in page.content.decode()


def test_superusers_and_oneself_are_left_alone(browser, sysadmin, partner):
    boss = staff("boss", is_superuser=True)
    partner.users.add(boss, sysadmin)

    for user in (boss, sysadmin):
        assert browser.post(page_of(user, partner), data(role="limited", own_password=PASSWORD)).status_code == 403
        user.refresh_from_db()
        assert user.is_staff


@pytest.mark.django_db(transaction=True)
def test_a_new_user_chooses_the_password_by_a_link(browser, partner, mailoutbox):
    address = reverse("dashboard:partner-user-create", kwargs={"partner_pk": partner.pk})
    browser.post(address, data(email="new@example.com"))
    assert not User.objects.filter(email="new@example.com").exists()

    browser.post(address, data(email="new@example.com", own_password=PASSWORD))

    user = User.objects.get(email="new@example.com")
    assert not user.has_usable_password()
    assert any(mail.to == [user.email] and "choose a password" in mail.body for mail in mailoutbox)


def test_a_link_that_staff_follow_gives_nobody_a_partners_orders(browser, sysadmin, partner):
    sysadmin.user_permissions.add(Permission.objects.get(codename="view_partner"))
    customer = User.objects.create_user("customer", "customer@example.com")
    address = reverse("dashboard:partner-user-link", kwargs={"partner_pk": partner.pk, "user_pk": customer.pk})

    assert browser.get(address).status_code == 405
    assert not partner.users.filter(pk=customer.pk).exists()
    browser.post(address)
    assert partner.users.filter(pk=customer.pk).exists()
