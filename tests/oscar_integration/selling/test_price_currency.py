"""A gift card is priced only in currencies that the ledger has: the form says so, not the customer who cannot buy."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from oscar.apps.catalogue.models import Category
from oscar.apps.partner.models import Partner, StockRecord
from oscar.test.factories import create_product

from oscar_integration.selling.product import product_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def card():
    return create_product(title="Card", product_class=product_class().name)


def priced(client, product, currency):
    """Send the dashboard's form of *product* with one price; return the page."""
    address = reverse("dashboard:catalogue-product", args=[product.pk])
    shown = client.get(address).context
    data = {"title": product.title, "slug": product.slug, "structure": "standalone", "is_discountable": "on"}
    for name in ("category_formset", "stockrecord_formset", "image_formset", "recommended_formset"):
        counts = {
            "TOTAL_FORMS": int(name in ("stockrecord_formset", "category_formset")),
            "INITIAL_FORMS": 0,
            "MAX_NUM_FORMS": 9,
        }
        data |= {f"{shown[name].prefix}-{count}": value for count, value in counts.items()}
    data[f"{shown['category_formset'].prefix}-0-category"] = Category.add_root(name="Presents").pk
    partner = Partner.objects.get_or_create(name="Shop")[0]
    price = {"partner": partner.pk, "partner_sku": "card-1", "price_currency": currency, "price": "25.00"}
    price["num_in_stock"] = "5"
    data |= {f"{shown['stockrecord_formset'].prefix}-0-{name}": value for name, value in price.items()}
    return client.post(address, data)


def test_a_price_in_another_currency_is_refused_with_what_can_be_chosen(admin_client, card):
    page = priced(admin_client, card, "EUR")

    assert "Gift cards cannot be issued in EUR. Choose one of: GBP." in page.content.decode()
    assert not StockRecord.objects.exists()


def test_a_price_in_a_currency_of_the_ledger_is_taken(admin_client, card):
    assert priced(admin_client, card, "GBP").status_code == 302
    assert StockRecord.objects.get().price_currency == "GBP"


def test_other_goods_have_any_currency(admin_client):
    assert priced(admin_client, create_product(title="Mug"), "EUR").status_code == 302


def test_the_child_of_a_gift_card_is_a_gift_card(card):
    child = create_product(title="Child", structure="child", parent=card)
    record = StockRecord(
        product=child, partner=Partner.objects.create(name="Shop"), partner_sku="c", price_currency="USD"
    )

    with pytest.raises(ValidationError, match="cannot be issued in USD"):
        record.full_clean()


def test_a_currency_that_is_none_is_refused(card):
    record = StockRecord(product=card, partner=Partner.objects.create(name="Shop"), partner_sku="c", price_currency="£")

    with pytest.raises(ValidationError, match="cannot be issued in £"):
        record.full_clean()
