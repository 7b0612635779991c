"""What `create_demo` makes, and that it is safe to repeat."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sites.models import Site
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Sum
from django.utils import timezone
from oscar.core.loading import get_model

from accounts_ledger import codes, facade
from accounts_ledger.models import Account, GiftCardBatch, Hold, Transaction, Transfer, Verification
from backoffice.demo import history, known_cards, people
from backoffice.demo.cast import Cast
from oscar_integration.models import GiftCardSale, PaymentAttempt

pytestmark = pytest.mark.usefixtures("books")

#: What has a list of its own, and is to be seen there.
LISTED = (Hold, GiftCardBatch, GiftCardSale, PaymentAttempt, Verification)


def account(card: known_cards.KnownCard) -> Account:
    return Account.objects.get(code=codes.normalise(card.code))


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


def test_every_login_that_it_prints_works(create_demo, client):
    printed = create_demo()
    password = printed.split("Password of all of them: ")[1].split()[0]

    for person in (*people.STAFF, *people.CUSTOMERS):
        assert client.login(username=person.username, password=password), person


def test_each_role_has_a_member_of_staff(create_demo):
    create_demo()

    for role in ("Viewer", "Clerk", "Manager", "Auditor", "System administrator"):
        assert get_user_model().objects.filter(groups__name=role, is_staff=True, is_superuser=False).exists(), role


def test_a_second_run_adds_nothing(create_demo):
    create_demo()
    models = [Account, Transfer, Transaction, *LISTED, get_user_model(), get_model("catalogue", "Product")]
    before = [model.objects.count() for model in models]

    create_demo()

    assert [model.objects.count() for model in models] == before


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


def test_every_account_moves_in_the_order_of_its_dates(create_demo):
    create_demo()

    for card in Account.objects.all():
        dates = list(card.transactions.order_by("sequence").values_list("date_created", flat=True))
        assert dates == sorted(dates), card


def test_the_die_is_seeded(create_demo):
    users = people.create("any")

    one, other = Cast(users, timezone.localtime()), Cast(users, timezone.localtime())

    assert [one.code() for _ in range(5)] == [other.code() for _ in range(5)]


def test_the_known_cards_are_what_they_say(create_demo):
    create_demo()

    assert account(known_cards.OPEN).amount_available == 50
    assert account(known_cards.OPEN).is_active()
    assert account(known_cards.FROZEN).is_frozen()
    assert account(known_cards.SPENT).balance == 0
    assert not account(known_cards.EXPIRED).is_active()
    assert account(known_cards.EXPIRED).is_open()
    assert not account(known_cards.FUTURE).is_active()
    assert account(known_cards.HELD).held > 0
    assert account(known_cards.ALICE).primary_user.username == "alice"
    assert account(known_cards.HOME).product_range.name == "Things for the home"


def test_a_batch_is_loaded_by_another_than_who_uploaded_it_and_some_of_its_cards_are_spent(create_demo):
    create_demo()

    batch = GiftCardBatch.objects.get()
    left = batch.accounts.aggregate(Sum("balance"))["balance__sum"]

    assert batch.state == "loaded"
    assert batch.username != batch.confirmed_username
    assert 0 < left < batch.value


def test_a_gift_card_is_sold_and_waits_for_its_day(create_demo, mailoutbox):
    create_demo()

    sale = GiftCardSale.objects.get()

    assert (sale.state, sale.account.balance) == ("issued", sale.value)
    assert sale.next_try > timezone.now()
    assert not mailoutbox


def test_of_two_payments_by_bank_card_one_failed_and_let_go_of_what_it_held(create_demo):
    create_demo()

    placed, failed = PaymentAttempt.objects.order_by("pk")

    assert (placed.state, failed.state) == ("placed", "cancelled")
    assert "declined" in failed.reason
    assert failed.holds.get().status == "voided"
    assert account(known_cards.SMALL).amount_available == known_cards.SMALL.value


def test_the_books_were_verified(create_demo):
    create_demo()

    verification = Verification.objects.get()

    assert verification.is_clean
    assert verification.transfers == Transfer.objects.count()


def test_every_product_has_a_picture_a_price_and_stock(create_demo):
    create_demo()

    for product in get_model("catalogue", "Product").objects.filter(structure="standalone"):
        assert product.images.count() == 1, product
        assert product.stockrecords.get().price > 0, product


def test_the_search_index_is_rebuilt(create_demo, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "backoffice.management.commands.create_demo.call_command", lambda name, **options: asked.append(name)
    )
    create_demo()
    assert asked == []

    call_command("create_demo")

    assert asked == ["rebuild_index"]
