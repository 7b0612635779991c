"""The roles as groups: shipped by every migration, kept in step by `init_accounts`, and nobody promotes themselves."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from backoffice import roles

pytestmark = pytest.mark.django_db

#: Permissions by which money moves or value comes into being.
POSTING = {
    "can_issue",
    "can_top_up",
    "can_withdraw",
    "can_transfer",
    "can_reverse",
    "can_refund",
    "can_close",
    "can_replace",
    "can_confirm_import",
    "can_reverse_batch",
    "can_set_credit_limit",
    "import_account",
}


def codenames(role: str) -> set[str]:
    return {name.split(".")[1] for name in roles.ROLES[role]}


PASSWORD = "my-own-password"


def make(username: str, role: str = "", **fields):
    user = get_user_model().objects.create_user(username, f"{username}@example.com", PASSWORD, is_staff=True, **fields)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_migrations_ship_every_role_with_its_permissions():
    for role, names in roles.ROLES.items():
        assert Group.objects.get(name=role).permissions.count() == len(names)


def test_init_accounts_gives_back_what_was_taken_and_takes_what_was_given():
    clerk = Group.objects.get(name=roles.CLERK)
    clerk.permissions.set([Permission.objects.get(codename="can_reverse")])

    call_command("init_accounts", verbosity=0)

    assert set(clerk.permissions.values_list("codename", flat=True)) == codenames(roles.CLERK)


def test_init_accounts_makes_a_role_anew_that_was_deleted():
    Group.objects.get(name=roles.AUDITOR).delete()

    call_command("init_accounts", verbosity=0)

    assert Group.objects.get(name=roles.AUDITOR).permissions.exists()


def test_groups_of_the_sites_own_are_left_alone():
    own = Group.objects.create(name="Shop floor")
    own.permissions.add(Permission.objects.get(codename="can_top_up"))

    call_command("init_accounts", verbosity=0)

    assert own.permissions.count() == 1


def test_roles_that_are_in_step_are_not_written():
    roles.sync()

    assert roles.sync() == []


def test_a_permission_that_does_not_exist_is_an_error_at_once(monkeypatch):
    monkeypatch.setitem(roles.ROLES, roles.VIEWER, frozenset({"accounts_ledger.can_fly"}))

    with pytest.raises(ImproperlyConfigured, match=r"accounts_ledger\.can_fly"):
        roles.sync()


@pytest.mark.parametrize("role", [roles.VIEWER, roles.AUDITOR, roles.SYSTEM_ADMINISTRATOR])
def test_readers_and_administrators_post_nothing(role):
    assert not codenames(role) & POSTING


@pytest.mark.parametrize("role", [roles.VIEWER, roles.CLERK, roles.AUDITOR, roles.SYSTEM_ADMINISTRATOR])
def test_only_managers_see_codes(role):
    assert not codenames(role) & {"view_account_code", "export_codes"}


def test_a_clerk_issues_tops_up_drafts_imports_and_freezes_and_that_is_all():
    assert codenames(roles.CLERK) & (POSTING | {"can_freeze"}) == {
        "can_issue",
        "can_top_up",
        "import_account",
        "can_freeze",
    }


# --- Users and groups ------------------------------------------------------------------------------


@pytest.fixture
def sysadmin():
    return make("sysadmin", roles.SYSTEM_ADMINISTRATOR)


def user_form(user, **changes):
    data = {
        "username": user.username,
        "email": user.email,
        "first_name": "",
        "last_name": "",
        "is_active": "on",
        "is_staff": "on",
        "groups": [group.pk for group in user.groups.all()],
        "own_password": PASSWORD,
    }
    return reverse("admin:auth_user_change", args=(user.pk,)), {**data, **changes}


def test_a_system_administrator_gives_others_a_role(sysadmin):
    clerk = make("clerk")
    group = Group.objects.get(name=roles.CLERK)
    logged_in(sysadmin).post(*user_form(clerk, groups=[group.pk]))

    assert list(clerk.groups.all()) == [group]


def test_a_system_administrator_does_not_promote_themselves(sysadmin):
    manager = Group.objects.get(name=roles.MANAGER)
    logged_in(sysadmin).post(*user_form(sysadmin, groups=[manager.pk], is_superuser="on"))

    sysadmin.refresh_from_db()
    assert not sysadmin.is_superuser
    assert manager not in sysadmin.groups.all()


def test_a_system_administrator_makes_no_superusers(sysadmin):
    clerk = make("clerk")
    permission = Permission.objects.get(codename="can_transfer")
    logged_in(sysadmin).post(*user_form(clerk, is_superuser="on", user_permissions=[permission.pk]))

    clerk.refresh_from_db()
    assert not clerk.is_superuser
    assert not clerk.user_permissions.exists()


def test_a_system_administrator_does_not_touch_superusers(sysadmin):
    boss = make("boss", is_superuser=True)
    client = logged_in(sysadmin)
    password = reverse("admin:auth_user_password_change", args=(boss.pk,))

    assert client.post(*user_form(boss)).status_code == 403
    assert client.post(password, {"password1": "x" * 12, "password2": "x" * 12}).status_code == 403
    assert client.post(reverse("admin:auth_user_delete", args=(boss.pk,)), {"post": "yes"}).status_code == 403


def test_the_shipped_roles_are_read_only_even_for_superusers():
    client = logged_in(make("boss", is_superuser=True))
    group = Group.objects.get(name=roles.CLERK)

    assert client.get(reverse("admin:auth_group_change", args=(group.pk,))).status_code == 200
    assert client.post(reverse("admin:auth_group_change", args=(group.pk,)), {"name": "X"}).status_code == 403
    assert client.post(reverse("admin:auth_group_delete", args=(group.pk,)), {"post": "yes"}).status_code == 403


def test_a_shipped_role_says_what_it_may_line_by_line():
    group = Group.objects.get(name=roles.CLERK)

    page = logged_in(make("boss", is_superuser=True)).get(reverse("admin:auth_group_change", args=(group.pk,)))

    assert "<li>Can top up accounts</li>" in page.content.decode()


@pytest.mark.parametrize("field", ["groups", "user_permissions"])
@pytest.mark.parametrize("junk", ["abc", "9" * 30, "-1", "\x00"])
def test_unknown_roles_and_permissions_are_refused_on_the_form(field, junk):
    clerk = make("clerk")

    response = logged_in(make("boss", is_superuser=True)).post(*user_form(clerk, **{field: [junk]}))

    assert response.context["adminform"].errors


def test_the_page_of_a_user_asks_for_all_permissions_at_once(django_assert_max_num_queries):
    clerk, client = make("clerk"), logged_in(make("boss", is_superuser=True))

    with django_assert_max_num_queries(40):
        client.get(reverse("admin:auth_user_change", args=(clerk.pk,)))
