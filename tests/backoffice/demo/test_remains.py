"""`check --deploy` refuses a shop with the demo's payment, people or cards, and says nothing of any other."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sites.models import Site
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connection

from accounts_ledger import facade
from backoffice.demo import known_cards, people, remains
from backoffice.demo.remains import check_demo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def production(settings):
    settings.DEMO = False
    settings.ACCOUNTS_CANCEL_REMAINDER = settings.ACCOUNTS_REFUND_REMAINDER = None
    Site.objects.update(domain="shop.example.org")


def ids() -> list[str]:
    return [message.id for message in check_demo()]


def test_a_shop_of_its_own_has_nothing_of_a_demo():
    assert ids() == []


def test_the_demos_payment_is_an_error(settings):
    settings.DEMO = True

    assert ids() == ["backoffice.E001"]


def test_check_deploy_fails_for_it(settings):
    settings.DEMO = True

    with pytest.raises(SystemCheckError, match="a card that does not exist"):
        call_command("check", "--deploy", "--tag", "demo")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("ACCOUNTS_CANCEL_REMAINDER", "backoffice.shop.demo_card.cancel"),
        ("ACCOUNTS_REFUND_REMAINDER", "backoffice.shop.demo_card.refund"),
    ],
)
def test_refunds_by_the_demo_card_are_an_error(settings, name, path):
    setattr(settings, name, path)

    assert ids() == ["backoffice.E002"]


def test_people_with_the_published_password_are_an_error():
    people.create(people.DEMO_PASSWORD)

    assert ids() == ["backoffice.E003"]


def test_people_of_these_names_with_passwords_of_their_own_are_none():
    people.create("a password of their own")

    assert ids() == []


def test_a_former_member_of_the_demo_who_cannot_log_in_is_none():
    people.create(people.DEMO_PASSWORD)
    get_user_model().objects.update(is_active=False)

    assert ids() == []


def test_cards_whose_codes_everybody_knows_are_an_error(bank):
    facade.issue(bank, Decimal(50), code=known_cards.OPEN.code)

    assert ids() == ["backoffice.E004"]


def test_a_site_without_a_name_is_told():
    Site.objects.update(domain="example.com")

    assert ids() == ["backoffice.I004"]


def test_a_database_that_does_not_answer_is_told(monkeypatch):
    def fail():
        raise DatabaseError("the connection is closed")

    monkeypatch.setattr(remains, "_has_tables", fail)

    assert ids() == ["backoffice.I005"]


def test_a_database_without_tables_has_no_demo(monkeypatch):
    monkeypatch.setattr(connection.introspection, "table_names", lambda *args, **kwargs: [])

    assert ids() == []
