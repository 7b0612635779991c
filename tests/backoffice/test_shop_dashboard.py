"""What our roles see and do in Oscar's dashboard, and what its changes of users leave in their history."""

from __future__ import annotations

import html
import re
from decimal import Decimal as D

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from oscar.core.loading import get_model

from backoffice import roles
from backoffice.links import to_orders

User = get_user_model()
Order = get_model("order", "Order")
FIGURE = "173.13"


@pytest.fixture
def order(db):
    return Order.objects.create(
        number="100001",
        currency="GBP",
        total_incl_tax=D(FIGURE),
        total_excl_tax=D(FIGURE),
        shipping_incl_tax=D(0),
        shipping_excl_tax=D(0),
    )


@pytest.fixture
def member(db):
    def make(*permissions, role=None, **fields):
        user = User.objects.create_user("member", "member@example.com", is_staff=True, **fields)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        if role:
            user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def customer(db):
    return User.objects.create_user("customer", "customer@example.com", "Old-pass-12345")


def history_of(user):
    return list(LogEntry.objects.filter(object_id=str(user.pk)).values_list("user__username", "change_message"))


def pages_of_dashboard():
    found = ("index", "order-list", "order-stats", "users-index", "reports-index", "catalogue-product-list")
    return [reverse(f"dashboard:{name}") for name in (*found, "voucher-list", "offer-list", "reviews-list")]


@pytest.mark.parametrize("role", roles.ROLES)
def test_no_role_sees_the_shops_figures_without_a_permission_of_its_own(client, order, member, role):
    client.force_login(member(role=role))

    for address in pages_of_dashboard():
        response = client.get(address)
        assert FIGURE not in response.content.decode(), address
        assert "£" not in response.content.decode(), address
        assert response.status_code < 500


def test_whoever_sees_no_figures_is_told_who_is_logged_in_and_where_to_go(client, member):
    client.force_login(member(role=roles.CLERK))
    page = client.get(reverse("dashboard:index")).content.decode()

    assert "You are logged in as member" in page
    assert f'href="{reverse("admin:index")}"' in page


def test_figures_are_for_those_who_may_see_orders(client, order, member):
    client.force_login(member("view_order"))

    assert FIGURE in client.get(reverse("dashboard:index")).content.decode()


def test_partners_see_figures_of_their_own_as_before(client, order, customer):
    customer.user_permissions.set(Permission.objects.filter(codename="dashboard_access"))
    client.force_login(customer)

    assert client.get(reverse("dashboard:index")).context["total_orders"] == 0


def test_orders_are_linked_for_those_who_may_see_them_only(order, member):
    clerk = member(role=roles.CLERK)
    assert to_orders(["100001"], clerk) == {}

    boss = User.objects.create_superuser("boss", "boss@example.com")
    assert list(to_orders(["100001"], boss)) == ["100001"]


# --- Switching users on and off ----------------------------------------------------------------------


def switch(client, action, *users):
    return client.post(
        reverse("dashboard:users-index"), {"action": action, "selected_user": [user.pk for user in users]}
    )


def test_switching_a_user_off_names_who_did_it_in_the_users_history(client, member, customer):
    client.force_login(member("view_user", "change_user"))
    switch(client, "make_inactive", customer)

    customer.refresh_from_db()
    assert not customer.is_active
    assert history_of(customer) == [("member", "Changed in the shop's dashboard: Active switched off.")]


def test_the_admin_shows_it(client, member, customer):
    client.force_login(member("view_user", "change_user"))
    switch(client, "make_inactive", customer)
    page = client.get(reverse("admin:auth_user_history", args=[customer.pk])).content.decode()

    assert "Active switched off" in page


def test_switching_on_who_is_on_changes_nothing_worth_a_record(client, member, customer):
    client.force_login(member("view_user", "change_user"))
    switch(client, "make_active", customer)

    assert history_of(customer) == []


def test_whoever_may_only_look_at_users_switches_nobody_off(client, member, customer):
    client.force_login(member("view_user"))

    assert switch(client, "make_inactive", customer).status_code == 403
    customer.refresh_from_db()
    assert customer.is_active


def test_nobody_switches_off_themselves_or_a_superuser(client, member):
    me, boss = member("view_user", "change_user"), User.objects.create_superuser("boss", "boss@example.com")
    client.force_login(me)
    switch(client, "make_inactive", me, boss)

    assert set(User.objects.filter(is_active=True)) == {me, boss}


# --- Changes elsewhere -------------------------------------------------------------------------------


def test_a_profile_that_is_changed_is_recorded_without_what_was_in_it(client, customer):
    client.force_login(customer, backend="django.contrib.auth.backends.ModelBackend")
    given = {"first_name": "Zoe", "last_name": "Doe", "email": customer.email}
    client.post(reverse("customer:profile-update"), given)

    assert history_of(customer) == [("customer", "Changed in the shop: First name, Last name.")]


def test_a_new_password_is_recorded_but_not_the_password(client, customer):
    client.force_login(customer, backend="django.contrib.auth.backends.ModelBackend")
    new = "New-pass-67890"
    given = {"old_password": "Old-pass-12345", "new_password1": new, "new_password2": new}
    client.post(reverse("customer:change-password"), given)

    assert history_of(customer) == [("customer", "Changed in the shop: Password.")]


def test_the_admin_records_once(client, customer):
    client.force_login(User.objects.create_superuser("boss", "boss@example.com", "Right-pass-123"))
    given = {"username": "customer", "email": "other@example.com", "is_active": "on", "own_password": "Right-pass-123"}
    address = reverse("admin:auth_user_change", args=[customer.pk])
    form = client.get(address).context["adminform"].form
    initial = {name: value for name, value in form.initial.items() if isinstance(value, str)}
    client.post(address, {**initial, **given, **hidden_of(client.get(address))})

    customer.refresh_from_db()
    assert customer.email == "other@example.com"
    assert len(history_of(customer)) == 1


def hidden_of(page):
    """The hidden fields of a page, such as the seal of what it showed."""
    inputs = re.findall(r'<input type="hidden"[^>]*>', page.content.decode())
    found = [(re.search(r'name="([^"]+)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs]
    return {name.group(1): html.unescape(value.group(1)) for name, value in found if name and value}


def test_logging_in_is_no_change_of_a_user(client, customer):
    address = reverse("customer:login")
    given = {"login-username": customer.email, "login-password": "Old-pass-12345", "login_submit": "1"}
    client.post(address, given)

    customer.refresh_from_db()
    assert customer.last_login
    assert history_of(customer) == []


def test_commands_have_nobody_to_name(customer):
    customer.first_name = "Zoe"
    customer.save()

    assert history_of(customer) == []


def test_the_list_of_customers_takes_any_junk(db):
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("boss", "boss@example.com"))
    for name in ("email", "name", "page", "sort", "per_page"):
        for value in ("\x00", "9" * 30, "x" * 5000, "💣"):
            assert client.get(reverse("dashboard:users-index"), {name: value, "search": "1"}).status_code < 500
