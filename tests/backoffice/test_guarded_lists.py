"""What the address of a list can find out: nothing that the list does not show.

Every look-up that Django knows is tried on every field of every model that has a list, and on the fields of what is
related to it. A list that is added later, or one that forgets the guard, fails here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal as D
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F
from django.test import Client, RequestFactory
from django.urls import reverse
from unfold.admin import ModelAdmin

from accounts_ledger import chart, facade
from accounts_ledger.admin.shared.guarded_list import LONGEST_SEARCH, GuardedList
from accounts_ledger.models import Account, AccountMapping, Transfer
from backoffice import roles, unfold_compat
from tests.accounts_ledger.conftest import on_postgresql

User = get_user_model()
CODE = "QZXVKWHJ7788"
PASSWORD = "md5$salt$0123456789abcdef"
#: Which columns are secrets, by the name of the column and, where it is an ordinary name, its model's.
SECRET = re.compile(r"password|session_key|session_data|session_hash|token|^key$|secret", re.IGNORECASE)
#: What a filter asks: whether it is this or that. None of them narrows a text down letter by letter.
OF_FILTERS = ("exact", "isnull", "in", "gte", "lt", "year", "month", "day")
EVERYBODY = (*roles.ROLES, "superuser")

LISTS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def is_secret(field: Any) -> bool:
    return (field.model is Account and field.name in ("code", "code_hash", "code_tail")) or bool(
        SECRET.search(field.name)
    )


def list_of(model: type[models.Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def somebody(role: str) -> Any:
    if role == "superuser":
        return User.objects.create_superuser("boss", "boss@example.com")
    user = User.objects.create_user("member", "member@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def asked_by(role: str) -> Any:
    request = RequestFactory().get("/")
    request.user = somebody(role)
    return request


def paths(model: Any) -> Iterator[tuple[str, Any]]:
    """Yield the name of every field of *model*, and of every field one relation further, with the field itself."""
    for field in model._meta.get_fields():
        yield field.name, field
        if field.related_model is not None:
            for further in field.related_model._meta.get_fields():
                yield f"{field.name}__{further.name}", further


def lookups(model: Any) -> Iterator[tuple[str, Any]]:
    """Yield every parameter that Django would understand on the list of *model*, with the field that it is about."""
    for path, field in paths(model):
        yield path, field
        for lookup in field.get_lookups() if hasattr(field, "get_lookups") else ("exact", "in", "isnull"):
            yield f"{path}__{lookup}", field


def test_every_list_is_guarded_by_the_one_guard():
    assert unfold_compat.check_lists() == []


def test_a_list_that_forgets_the_guard_is_reported_at_start_up():
    class Forgetful(ModelAdmin):
        pass

    guarded = admin.site._registry[AccountMapping]
    admin.site._registry[AccountMapping] = Forgetful(AccountMapping, admin.site)
    try:
        found = unfold_compat.check_lists()
    finally:
        admin.site._registry[AccountMapping] = guarded

    assert [error.id for error in found] == ["backoffice.E007"]
    assert "AccountMapping" in found[0].msg


def test_admins_of_other_packages_get_the_guard():
    class Theirs(admin.ModelAdmin):
        pass

    assert unfold_compat.restyled(Theirs).lookup_allowed is GuardedList.lookup_allowed


@pytest.mark.parametrize("role", EVERYBODY)
def test_no_lookup_on_any_field_is_answered_but_those_of_the_lists_own_filters(db, role):
    request = asked_by(role)

    tried, told = 0, []
    for model in LISTS:
        model_admin = admin.site._registry[model]
        filters = set(model_admin._filter_parameters(request)) | model_admin._date_lookups() | {"id__in"}
        for name, field in lookups(model):
            tried += 1
            if model_admin.lookup_allowed(name, "x", request) and (is_secret(field) or name not in filters):
                told.append((model._meta.label, name))

    assert tried > 20_000
    assert told == []


@pytest.mark.parametrize("role", EVERYBODY)
def test_filters_of_lists_compare_no_texts_letter_by_letter(db, role):
    request = asked_by(role)

    for model in LISTS:
        model_admin = admin.site._registry[model]
        names = {name for name, _field in lookups(model)} & model_admin._filter_parameters(request)
        endings = {name.rpartition("__")[2] for name in names if "__" in name}
        assert endings <= {*OF_FILTERS}, model


def test_no_list_is_searched_by_a_secret():
    for model in LISTS:
        for name in admin.site._registry[model].search_fields:
            field = _field(model, name.lstrip("^=@"))
            assert field is None or not is_secret(field), (model, name)


def test_no_list_is_sorted_by_a_secret(db):
    request = asked_by("superuser")
    for model in LISTS:
        changelist = admin.site._registry[model].get_changelist_instance(request)
        orders = [changelist.get_ordering_field(column) for column in changelist.list_display]
        for name in {name for order in orders for name in _names(order)}:
            field = _field(model, name.lstrip("-"))
            assert field is None or not is_secret(field), (model, name)


def _names(order: Any) -> Iterator[str]:
    if isinstance(order, str):
        yield order
    elif isinstance(order, F):
        yield order.name
    elif order is not None:
        for part in order.get_source_expressions():
            yield from _names(part)


def _field(model: Any, path: str) -> Any:
    field = None
    for part in path.split("__"):
        try:
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        except Exception:  # an annotation, or a look-up at the end
            return field
        model = field.related_model or model
    return field


@pytest.fixture
def card(db) -> Account:
    User.objects.create_user("QZ", "qz@example.com")
    User.objects.filter(username="QZ").update(password=PASSWORD)
    holder = User.objects.get(username="QZ")
    issued = facade.issue(
        chart.bank(), D("50.00"), account_type=chart.deferred_income_types()[0], code=CODE, primary_user=holder
    )
    facade.hold(issued, D(1))
    facade.transfer(issued, chart.redemptions(), D(1))
    return issued


#: A secret as a list's address could ask for it: what is right about it, and what is wrong.
ASKED = {
    "startswith": ("QZXV", "QZXW"),
    "regex": ("^QZX[V]", "^QZX[W]"),
    "contains": ("XVKW", "XVKX"),
    "gt": ("QZX", "QZY"),
    "in": (f"{CODE},A", f"{CODE}X,A"),
    "exact": (CODE, f"{CODE}X"),
    "lower__startswith": ("qzxv", "qzxw"),
}


@pytest.mark.slow
@pytest.mark.parametrize("role", EVERYBODY)
def test_pages_of_lists_say_the_same_whether_a_guessed_code_is_right_or_wrong(card, role, books):
    client = Client(raise_request_exception=False)
    client.force_login(somebody(role))

    for model in LISTS:
        ways = [path for path, field in paths(model) if field.model is Account and field.name.startswith("code")]
        for way in ways:
            for lookup, guesses in ASKED.items():
                answers = [client.get(list_of(model), {f"{way}__{lookup}": guess}) for guess in guesses]
                assert {answer.status_code for answer in answers} <= {400, 403}, (model, way, lookup)
                assert len({answer.status_code for answer in answers}) == 1


@pytest.mark.parametrize("lookup", ["password__startswith", "user__password__startswith", "accounts__code__gt"])
def test_users_cannot_be_found_by_their_passwords_or_cards(card, lookup, client):
    client.force_login(somebody(roles.SYSTEM_ADMINISTRATOR))

    assert client.get(list_of(User), {lookup: "md5"}).status_code == 400


@pytest.mark.parametrize("page", ["account_export", "transfer_export"])
@pytest.mark.parametrize("lookup", ["code__startswith", "source__code__startswith", "batch__accounts__code__gt"])
def test_exports_are_narrowed_by_what_their_lists_offer_only(card, page, lookup, client):
    client.force_login(somebody(roles.AUDITOR))
    address = reverse(f"admin:accounts_ledger_{page}")

    for guess in ("QZ", "QY"):
        asked = client.get(address, {lookup: guess}), client.post(f"{address}?{lookup}={guess}", {"format": "0"})
        assert [answer.url for answer in asked] == [list_of(Account if "account" in page else Transfer)] * 2


def test_an_action_on_a_selection_is_not_done_to_a_list_narrowed_by_a_code(card, client):
    client.force_login(somebody(roles.CLERK))
    chosen = {"action": "freeze_selected", "_selected_action": [card.pk], "select_across": "1"}

    response = client.post(f"{list_of(Account)}?code__startswith=QZ", chosen)

    assert response.status_code == 400


@pytest.mark.parametrize("order", ["99", "-99", "x", "0.", "2.2.2", "1." * 3000, "-", "--1", "💣"])
def test_a_sorting_that_the_list_does_not_offer_is_ignored(db, order, client):
    client.force_login(somebody("superuser"))

    response = client.get(list_of(Account), {"o": order})

    assert response.status_code == 200
    assert not response.context["cl"].get_ordering_field_columns()


def test_accounts_without_names_are_not_sorted_by_their_codes(db, bank, client):
    client.force_login(somebody(roles.VIEWER))
    kind = chart.deferred_income_types()[0]
    cards = [facade.issue(bank, D(1), account_type=kind, code=code).pk for code in ("MMMM22223333", "CCCC22223333")]

    shown = [row.pk for row in client.get(list_of(Account), {"o": "1"}).context["cl"].result_list if row.pk in cards]

    assert shown == sorted(cards, reverse=True)


@pytest.mark.parametrize("value", ["99999", "9" * 30, "0", "-1", "x"])
def test_a_year_beyond_the_calendar_is_refused_by_every_list(db, value, client):
    client.raise_request_exception = False
    client.force_login(somebody("superuser"))
    columns = [
        (model, field.name)
        for model in LISTS
        for field in model._meta.concrete_fields
        if isinstance(field, models.DateField)
    ]

    answers = {
        (model._meta.label, name): client.get(list_of(model), {f"{name}__year": value}).status_code
        for model, name in columns
    }

    hierarchy = {answers.pop(("catalogue.Product", "date_created"))}  # which that list offers to choose a year by
    assert set(answers.values()) == {400}
    assert hierarchy <= {200, 302, 400}


@pytest.mark.parametrize("term", ["a b " * 2000, "\x00"])
def test_searches_of_lists_take_terms_of_any_length_and_look_for_a_sensible_one(db, term, client):
    client.raise_request_exception = False
    client.force_login(somebody("superuser"))

    answers = {model._meta.label: client.get(list_of(model), {"q": term}).status_code for model in LISTS}

    assert {label: status for label, status in answers.items() if status >= 500} == {}


def test_no_more_of_a_search_is_looked_for_than_its_first_letters(db):
    request = asked_by("superuser")
    searched, _duplicates = admin.site._registry[User].get_search_results(request, User.objects.all(), "x" * 5000)

    assert "x" * LONGEST_SEARCH in str(searched.query)
    assert "x" * (LONGEST_SEARCH + 1) not in str(searched.query)


@on_postgresql
def test_a_zero_character_in_a_filter_is_a_bad_request(db, client):
    client.raise_request_exception = False
    client.force_login(somebody("superuser"))

    assert client.get(f"{list_of(AccountMapping)}?name=%00").status_code == 400
