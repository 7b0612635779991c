"""A person's data is removed from every text column of the database, and the money's trail stays."""

from __future__ import annotations

from decimal import Decimal as D
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction
from django.urls import reverse
from oscar.core.loading import get_class, get_model
from oscar.test.factories import create_order

from accounts_ledger import chart, facade
from accounts_ledger.models import Account, Transfer
from accounts_ledger.models.code_field import CodeField
from backoffice import erasure
from backoffice.models import Erasure
from oscar_integration.models import GiftCardSale
from oscar_integration.selling import product as gift_card

User = get_user_model()


@pytest.fixture
def zebra(db):
    """A customer whose data is in as many places as a customer's can be."""
    user = User.objects.create_user(
        "zebra77", "zebra@example.com", "correct-horse", first_name="Zelda", last_name="Zebra"
    )
    country = get_model("address", "Country").objects.create(iso_3166_1_a2="GB", printable_name="UK")
    address = {"first_name": "Zelda", "last_name": "Zebra", "line1": "1 Zebra Road", "country": country}
    get_model("address", "UserAddress").objects.create(user=user, **address)
    order = create_order(user=user)
    order.shipping_address = get_model("order", "ShippingAddress").objects.create(**address)
    order.guest_email = "ZEBRA@example.com"
    order.save()
    GiftCardSale.objects.create(
        order=order,
        line=order.lines.get(),
        value=1,
        currency="GBP",
        recipient_name="Zebra",
        recipient_email="zebra@example.com",
        sender_name="Zebra",
        message="From Zebra with love",
    )
    card = facade.issue(chart.bank(), D("10.00"), primary_user=user, holder_email="zebra@example.com")
    hold = facade.hold(card, D("2.00"), user=user)
    facade.capture(hold, user=user)
    facade.transfer(card, chart.redemptions(), D("8.00"), user=user)
    facade.close(card, user=user, reason="Zelda Zebra asked")
    get_model("communication", "Email").objects.create(user=user, email=user.email, subject="Dear Zebra")
    LogEntry.objects.create(
        user=User.objects.create_user("boss"),
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr="zebra77",
        action_flag=CHANGE,
    )
    return user


def columns_with(word: str) -> set[str]:
    """Return every text column of the database in which *word* occurs, in whatever case."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.local_concrete_fields:
            if not isinstance(field, models.CharField | models.TextField | models.JSONField):
                continue
            if (
                not isinstance(field, CodeField)
                and model._base_manager.filter(**{f"{field.name}__icontains": word}).exists()
            ):
                found.add(f"{model._meta.label}.{field.name}")
    return found


def test_nothing_is_left_of_a_customer_by_command(zebra, books):
    assert len(columns_with("zebra")) > 15
    told = StringIO()
    call_command("erase_person", "zebra77", stdout=told)

    assert columns_with("zebra") == set()
    assert f"erased-{zebra.pk}" in told.getvalue()
    assert "Kept: " in told.getvalue()


def test_what_was_typed_for_gift_cards_goes_whoever_it_names(zebra):
    """A greeting has names and words of people, which no search would recognise."""
    option = get_model("catalogue", "Option").objects.create(code=gift_card.MESSAGE, name="Message")
    line = GiftCardSale.objects.get().line
    ordered = line.attributes.create(option=option, type="Message", value="Happy birthday, Mum!")
    basket = get_model("basket", "Basket").objects.create(owner=zebra, status="Saved")
    basket.strategy = get_class("partner.strategy", "Selector")().strategy()
    basket.add_product(line.product, options=[{"option": option, "value": "Get well soon, Dad!"}])

    call_command("erase_person", "zebra77", stdout=StringIO())

    ordered.refresh_from_db()
    assert ordered.value == "[erased]"
    assert not get_model("basket", "LineAttribute").objects.exists()


def test_what_somebody_looked_for_in_the_shop_goes(zebra):
    get_model("analytics", "UserSearch").objects.create(user=zebra, query="presents for a secret love")

    call_command("erase_person", "zebra77", stdout=StringIO())

    assert not get_model("analytics", "UserSearch").objects.exists()


def test_a_basket_of_somebody_else_that_names_them_does_so_no_more(zebra):
    option = get_model("catalogue", "Option").objects.create(code=gift_card.RECIPIENT_NAME, name="Name")
    line = GiftCardSale.objects.get().line
    basket = get_model("basket", "Basket").objects.create(owner=User.objects.get(username="boss"))
    basket.strategy = get_class("partner.strategy", "Selector")().strategy()
    basket.add_product(line.product, options=[{"option": option, "value": "Zelda Zebra"}])

    call_command("erase_person", "zebra77", stdout=StringIO())

    assert get_model("basket", "LineAttribute").objects.get().value == "[erased]"


@pytest.fixture
def renamed(zebra):
    """The same customer by another name and address: what was written before has the old ones."""
    old = {"username": "zebra77", "email": "zebra@example.com"}
    User.objects.filter(pk=zebra.pk).update(username="horse88", email="horse@example.com", last_name="Horse")
    GiftCardSale.objects.update(recipient_name="", sender_name="", message="")
    return old


def test_former_names_and_addresses_go_too(renamed):
    Account.objects.update(description=f"Asked for by {renamed['username']}, {renamed['email']}")

    call_command("erase_person", "horse88", stdout=StringIO())

    assert [columns_with(text) for text in (*renamed.values(), "horse")] == [set()] * 3


def test_a_former_name_or_address_that_means_somebody_else_today_stays_theirs(renamed):
    User.objects.create_user(**renamed)

    call_command("erase_person", "horse88", stdout=StringIO())

    assert User.objects.filter(**renamed).exists()


def test_an_address_that_accounts_kept_for_whom_they_belong_to_goes(zebra):
    facade.issue(chart.bank(), D("5.00"), primary_user=zebra, holder_email="from-long-ago@example.com")

    call_command("erase_person", "zebra77", "--despite-balance", stdout=StringIO())

    assert columns_with("from-long-ago") == set()


def test_the_moneys_trail_stays(zebra, books):
    before = list(Transfer.objects.order_by("pk").values_list("pk", "amount", "source", "destination"))
    record = erasure.erase(erasure.find("zebra77"), reason="Request 7")

    assert list(Transfer.objects.order_by("pk").values_list("pk", "amount", "source", "destination")) == before
    assert set(Transfer.objects.filter(kind="redemption").values_list("user", "username")) == {
        (None, f"erased-{zebra.pk}")
    }
    assert record.kept
    assert not User.objects.get(pk=zebra.pk).is_active


@pytest.mark.parametrize("again", ["zebra@example.com", "number"])
def test_it_can_be_repeated(zebra, again):
    erasure.erase(erasure.find("zebra77"), reason="Request 7")
    erasure.erase(erasure.find(str(zebra.pk) if again == "number" else again), reason="Request 8")

    assert columns_with("zebra") == set()
    assert Erasure.objects.count() == 2


def test_a_guest_is_erased_by_the_address_alone(db):
    card = facade.issue(chart.bank(), D("5.00"), holder_email="guest@example.com")
    call_command("erase_person", "guest@example.com", stdout=StringIO())

    assert columns_with("guest@example.com") == set()
    assert Account.objects.get(pk=card.pk).balance == D("5.00")


def test_who_has_money_on_a_card_is_not_erased_without_a_word(zebra):
    card = facade.issue(chart.bank(), D("5.00"), primary_user=zebra)

    with pytest.raises(CommandError, match=r"5\.00"):
        call_command("erase_person", "zebra77")
    call_command("erase_person", "zebra77", "--despite-balance", stdout=StringIO())
    card.refresh_from_db()
    assert (card.status, card.primary_user, card.holder_email) == (Account.FROZEN, None, "")


def test_a_word_that_is_somebodys_name_stays_in_the_catalogue(db):
    User.objects.create_user("rose", "r@example.com")
    product = get_model("catalogue", "Product").objects.create(
        title="Rose mug", product_class=get_model("catalogue", "ProductClass").objects.create(name="Mugs")
    )
    erasure.erase(erasure.find("rose"), reason="Request 7")

    product.refresh_from_db()
    assert product.title == "Rose mug"


def test_the_database_permits_no_other_name_in_a_transfer(zebra):
    for name in ("somebody else", "erased-1", "erased"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_ledger_transfer SET user_id = NULL, username = %s WHERE username = 'zebra77'",
                [name if name != f"erased-{zebra.pk}" else "erased-0"],
            )


def test_a_confirmation_that_somebody_else_was_shown_erases_nobody(client, zebra):
    page = reverse("erase_person", args=[zebra.pk])
    client.force_login(User.objects.create_superuser("root"))
    shown = client.get(page).context["shown"]
    client.force_login(User.objects.create_superuser("stem"))

    client.post(page, {"reason": "Request 7", "shown": shown, "confirmed": "1"})

    assert columns_with("zebra77")


def test_it_takes_two_steps_a_reason_and_the_permission(client, zebra):
    page = reverse("erase_person", args=[zebra.pk])
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    assert client.get(page).status_code == 403

    client.force_login(User.objects.create_superuser("root"))
    shown = client.get(page).context["shown"]
    first = client.post(page, {"reason": "Request 7", "shown": shown})
    assert columns_with("zebra77")
    assert "Request 7" in first.content.decode()

    done = client.post(page, {"reason": "Request 7", "shown": shown, "confirmed": "1"}, follow=True)
    assert columns_with("zebra") == set()
    assert f"erased-{zebra.pk}" in done.content.decode()
