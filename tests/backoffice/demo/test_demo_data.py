"""What `create_demo` makes: people, cards that are what they say, and something in every list."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db.models import Sum
from oscar.core.loading import get_model

from accounts_ledger import codes
from accounts_ledger.models import Account, GiftCardBatch, Hold, Transaction, Transfer, Verification
from backoffice.demo import known_cards, people
from oscar_integration.models import GiftCardSale, PaymentAttempt

pytestmark = pytest.mark.usefixtures("books")

#: What has a list of its own, and is to be seen there.
LISTED = (Hold, GiftCardBatch, GiftCardSale, PaymentAttempt, Verification)


def account(card: known_cards.KnownCard) -> Account:
    return Account.objects.get(code=codes.normalise(card.code))


def test_every_login_that_it_prints_works(demo, client):
    password = demo.split("Password of all of them: ")[1].split()[0]

    for person in (*people.STAFF, *people.CUSTOMERS):
        assert client.login(username=person.username, password=password), person


def test_each_role_has_a_member_of_staff(demo):
    for role in ("Viewer", "Clerk", "Manager", "Auditor", "System administrator"):
        assert get_user_model().objects.filter(groups__name=role, is_staff=True, is_superuser=False).exists(), role


def test_a_second_run_adds_nothing(demo, create_demo):
    models = [Account, Transfer, Transaction, *LISTED, get_user_model(), get_model("catalogue", "Product")]
    before = [model.objects.count() for model in models]

    create_demo()

    assert [model.objects.count() for model in models] == before


def test_every_account_moves_in_the_order_of_its_dates(demo):
    for card in Account.objects.all():
        dates = list(card.transactions.order_by("sequence").values_list("date_created", flat=True))
        assert dates == sorted(dates), card


def test_the_known_cards_are_what_they_say(demo):
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


def test_a_batch_is_loaded_by_another_than_who_uploaded_it_and_some_of_its_cards_are_spent(demo):
    batch = GiftCardBatch.objects.get()
    left = batch.accounts.aggregate(Sum("balance"))["balance__sum"]

    assert batch.state == "loaded"
    assert batch.username != batch.confirmed_username
    assert 0 < left < batch.value


def test_of_two_payments_by_bank_card_one_failed_and_let_go_of_what_it_held(demo):
    placed, failed = PaymentAttempt.objects.order_by("pk")

    assert (placed.state, failed.state) == ("placed", "cancelled")
    assert "declined" in failed.reason
    assert failed.holds.get().status == "voided"
    assert account(known_cards.SMALL).amount_available == known_cards.SMALL.value


def test_the_books_were_verified(demo):
    verification = Verification.objects.get()

    assert verification.is_clean
    assert verification.transfers == Transfer.objects.count()


def test_every_product_has_a_picture_a_price_and_stock(demo):
    for product in get_model("catalogue", "Product").objects.filter(structure="standalone"):
        assert product.images.count() == 1, product
        assert product.stockrecords.get().price > 0, product
