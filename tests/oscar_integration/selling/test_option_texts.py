"""What was chosen for a gift card is read in words wherever its line is shown: amounts with currency, days by name."""

from __future__ import annotations

import datetime
import html
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from oscar.core.loading import get_model

from oscar_integration.selling import option_texts
from oscar_integration.selling import product as gift_card
from tests.oscar_integration.selling.conftest import options

pytestmark = pytest.mark.usefixtures("books")

RAW = ("'35'", "= '", "35,", "Value: 35")


def attribute(value, code="other", kind="text", currency="GBP"):
    option = SimpleNamespace(code=code, type=kind, name="Option")
    line = SimpleNamespace(price_currency=currency)
    return SimpleNamespace(value=value, option=option, line=line, type=kind)


@pytest.mark.parametrize(
    ("value", "code", "kind", "text"),
    [
        ("35", gift_card.VALUE, "text", "£35.00"),
        (35.5, gift_card.VALUE, "text", "£35.50"),
        ("NaN", gift_card.VALUE, "text", "NaN"),
        ("a lot", gift_card.VALUE, "text", "a lot"),
        ("2026-12-01", gift_card.DELIVERY_DATE, "date", "1 December 2026"),
        (datetime.date(2026, 12, 1), gift_card.DELIVERY_DATE, "date", "1 December 2026"),
        ("2026-12-01T10:00:00", "other", "datetime", "1 December 2026"),
        ("soon", gift_card.DELIVERY_DATE, "date", "soon"),
        (["red", "blue"], "other", "multi_option", "red, blue"),
        (True, "other", "boolean", "Yes"),
        (False, "other", "boolean", "No"),
        (0, "other", "integer", "0"),
        ("", "other", "text", ""),
        (None, "other", "date", ""),
    ],
)
def test_each_kind_of_option_is_read_in_words(value, code, kind, text):
    assert option_texts.text_of(attribute(value, code, kind)) == text


def test_an_amount_is_in_the_currency_of_its_line():
    assert option_texts.text_of(attribute("1500", gift_card.VALUE, currency="JPY")) in ("JP¥1,500", "¥1,500")


def test_an_option_that_was_deleted_since_is_called_by_its_kind():
    line = SimpleNamespace(
        attributes=SimpleNamespace(all=lambda: [SimpleNamespace(value="x", option=None, type="text")])
    )

    assert option_texts.described("Mug", line) == "Mug (text: x)"


def test_every_page_says_it_in_words(customer_shopper, any_card):
    day = timezone.localdate() + datetime.timedelta(days=5)
    customer_shopper.client.post(reverse("basket:add", args=[any_card.pk]), options(value="35", date=day.isoformat()))
    pages = [customer_shopper.client.get(reverse("basket:summary"))]
    customer_shopper.goes_to_payment()
    pages.append(customer_shopper.client.post(reverse("checkout:preview"), {"card": "accepted"}))
    pages.append(customer_shopper.places_order(card="accepted"))
    order = get_model("order", "Order").objects.get()
    pages.append(customer_shopper.client.get(reverse("customer:order", args=[order.number])))
    pages.append(staff_looks_at(order.lines.get()))

    for page in pages:
        text = html.unescape(page.content.decode())
        assert page.status_code == 200
        assert "£35.00" in text
        assert date_format(day, "j F Y") in text
        assert day.isoformat() not in text
        assert [raw for raw in RAW if raw in text] == []


def staff_looks_at(line):
    boss = Client()
    boss.force_login(get_user_model().objects.create_superuser("boss", "boss@example.com"))
    return boss.get(reverse("dashboard:order-line-detail", args=[line.order.number, line.pk]))


def test_a_line_without_options_is_its_title(product, guest_shopper):
    guest_shopper.puts_in_basket(product)
    line = get_model("basket", "Line").objects.get()

    assert line.description == str(product)
