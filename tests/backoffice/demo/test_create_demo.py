"""What `create_demo` does when, and that it is safe to repeat; test_demo_data.py has what it makes."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sites.models import Site
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from accounts_ledger import facade
from accounts_ledger.models import Transfer
from backoffice.demo import history, people
from backoffice.demo.cast import Cast
from oscar_integration.models import GiftCardSale

pytestmark = pytest.mark.usefixtures("books")


def test_it_prints_urls_for_the_port_given(create_demo):
    assert "http://localhost:8123/admin/" in create_demo("--port", "8123")


def test_mails_name_the_shop_and_its_address(create_demo, settings):
    create_demo("--port", "8123")

    site = Site.objects.get_current()
    assert (site.name, site.domain) == (settings.OSCAR_SHOP_NAME, "localhost:8123")


def test_a_demo_on_another_port_is_named_by_that_one(create_demo):
    create_demo("--port", "8123")

    create_demo("--port", "8124")

    assert Site.objects.get_current().domain == "localhost:8124"


def test_a_site_that_has_a_name_keeps_it(create_demo):
    Site.objects.update(name="Ours", domain="shop.example.org")

    create_demo()

    assert Site.objects.get().name == "Ours"


def test_a_second_run_leaves_a_changed_password_alone(create_demo):
    create_demo()
    clerk = get_user_model().objects.get(username="clerk")
    clerk.set_password("my own words")
    clerk.save()

    create_demo()

    clerk.refresh_from_db()
    assert clerk.check_password("my own words")


def test_production_refuses_it(create_demo, settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="production"):
        create_demo()

    assert not get_user_model().objects.exists()


@pytest.mark.parametrize("arguments", [(), ("--force",)])
def test_what_is_no_demo_refuses_it_also_if_it_is_forced(create_demo, settings, arguments):
    settings.DEMO = settings.DEBUG = False

    with pytest.raises(CommandError, match="DEMO=1"):
        create_demo(*arguments)

    assert not get_user_model().objects.exists()


def test_forced_in_production_the_password_is_random(create_demo, settings):
    settings.DEBUG = False

    first = create_demo("--force").split("Password of all of them: ")[1].split()[0]

    assert first != "demo-penny-2026"
    assert get_user_model().objects.get(username="admin").check_password(first)


def test_a_ledger_in_use_keeps_its_past(create_demo, bank, merchant_funded):
    facade.transfer(bank, merchant_funded, 1)

    create_demo()

    assert Transfer.objects.count() == 1


def test_every_kind_of_movement_is_there(create_demo, monkeypatch):
    monkeypatch.setattr(history, "CARDS", 40)
    create_demo()

    kinds = set(Transfer.objects.values_list("kind", flat=True))

    assert kinds >= {"load", "top-up", "redemption", "refund", "reversal", "lapse", "withdrawal"}


def test_the_die_is_seeded(create_demo):
    users = people.create("any")

    one, other = Cast(users, timezone.localtime()), Cast(users, timezone.localtime())

    assert [one.code() for _ in range(5)] == [other.code() for _ in range(5)]


def test_the_search_index_is_rebuilt(create_demo, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "backoffice.management.commands.create_demo.call_command", lambda name, **options: asked.append(name)
    )
    create_demo()
    assert asked == []

    call_command("create_demo")

    assert asked == ["rebuild_index"]


def test_a_gift_card_is_sold_and_waits_for_its_day(create_demo, mailoutbox):
    create_demo()

    sale = GiftCardSale.objects.get()

    assert (sale.state, sale.account.balance) == ("issued", sale.value)
    assert sale.next_try > timezone.now()
    assert not mailoutbox
