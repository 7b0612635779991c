"""A gift card is sold at its value: untaxed, never discounted, valid from the day on which it can be had."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from oscar.apps.partner import strategy as oscar_strategy
from oscar.core.loading import get_class, get_model

from accounts_ledger import chart, exceptions
from oscar_integration import whole_amounts
from oscar_integration.after_order import refund_order
from oscar_integration.attempts import RemainderPaid
from oscar_integration.checkout import scarcity
from oscar_integration.models import GiftCardSale
from oscar_integration.selling import checks as selling_checks
from oscar_integration.selling import limits, options, payment, sales
from oscar_integration.selling import product as gift_card_product
from oscar_integration.selling.pricing import GiftCardPricingMixin
from oscar_integration.selling.taking_back import SoldCards
from tests.oscar_integration.conftest import Shopper
from tests.oscar_integration.selling.conftest import add_to_basket

pytestmark = pytest.mark.usefixtures("books")


def messages_of(page):
    return " ".join(str(message) for message in page.context["messages"])


class WithVAT(
    GiftCardPricingMixin,
    oscar_strategy.UseFirstStockRecord,
    oscar_strategy.StockRequired,
    oscar_strategy.FixedRateTax,
    oscar_strategy.Structured,
):
    rate = D("0.20")


@pytest.fixture
def vat(monkeypatch):
    selector = get_class("partner.strategy", "Selector")
    monkeypatch.setattr(selector, "strategy", lambda self, request=None, user=None, **kwargs: WithVAT(request))


@pytest.fixture
def half_off(db):
    """A site-wide offer for everything."""
    everything = get_model("offer", "Range").objects.create(name="Everything", includes_all_products=True)
    condition = get_model("offer", "Condition").objects.create(range=everything, type="Count", value=1)
    benefit = get_model("offer", "Benefit").objects.create(range=everything, type="Percentage", value=D("50"))
    return get_model("offer", "ConditionalOffer").objects.create(
        name="Half off", offer_type="Site", condition=condition, benefit=benefit
    )


class TestPrice:
    def test_a_fixed_value_is_not_taxed(self, vat, buys, fixed_card):
        order = buys(fixed_card)

        assert (order.total_incl_tax, order.total_excl_tax) == (D("25.00"), D("25.00"))
        assert GiftCardSale.objects.get().account.balance == D("25.00")

    def test_a_tax_worked_out_late_leaves_it_alone(self, fixed_card):
        info = WithVAT().fetch_for_product(fixed_card)
        info.price.tax = D("5.00")

        assert info.price.incl_tax == D("25.00")

    def test_no_offer_discounts_it_whatever_staff_ticked(self, half_off, buys, fixed_card, bank):
        type(fixed_card).objects.update(is_discountable=True)
        before = chart.bank().balance

        order = buys(fixed_card)

        assert order.total_incl_tax == D("25.00")
        assert before - chart.bank().balance == D("25.00")

    def test_it_makes_no_offer_apply_to_other_goods(self, half_off, guest_shopper, fixed_card, product):
        half_off.condition.value = 2
        half_off.condition.save()
        add_to_basket(guest_shopper, fixed_card)
        guest_shopper.puts_in_basket(product)

        page = guest_shopper.client.get(reverse("basket:summary"))
        assert page.context["basket"].total_incl_tax == D("41.05")

    def test_bank_gives_what_was_paid_where_a_shop_discounts_it_all_the_same(self, buys, fixed_card):
        order = buys(fixed_card, quantity=3)
        GiftCardSale.objects.all().delete()
        order.lines.update(line_price_excl_tax=D("50.00"))

        assert [sale.value for sale in sales.record(order)] == [D("16.67"), D("16.67"), D("16.66")]


class TestWhatCanBeBought:
    def test_not_in_a_currency_that_the_ledger_has_not(self, guest_shopper, fixed_card):
        fixed_card.stockrecords.update(price_currency="EUR")

        page = add_to_basket(guest_shopper, fixed_card)

        assert page.context["basket"].is_empty
        assert "gift cards are not sold in EUR" in page.content.decode()

    def test_not_more_than_a_line_may_have(self, guest_shopper, fixed_card, settings):
        settings.ACCOUNTS_GIFT_CARDS_PER_LINE = 3

        page = add_to_basket(guest_shopper, fixed_card, quantity=4)

        assert page.context["basket"].is_empty
        assert "a maximum of 3 can be bought" in page.content.decode()

    def test_not_more_than_an_order_may_have(self, guest_shopper, fixed_card, any_card, settings):
        settings.ACCOUNTS_GIFT_CARDS_PER_ORDER = 3
        add_to_basket(guest_shopper, fixed_card, quantity=2)

        page = add_to_basket(guest_shopper, any_card, quantity=2, value="30.00")

        assert page.context["basket"].num_items == 2
        assert "3 gift cards at most" in page.content.decode()

    def test_not_more_of_a_kind_by_putting_two_baskets_together(self, customer_shopper, fixed_card, settings):
        """Logging in puts what a guest has chosen to what the customer had kept: lines of their own, as they differ."""
        settings.ACCOUNTS_GIFT_CARDS_PER_LINE = 3
        kept, shopper = customer_shopper, Shopper()
        add_to_basket(kept, fixed_card, quantity=3, email="one@example.com")
        add_to_basket(shopper, fixed_card, quantity=3, email="two@example.com")
        shopper.client.force_login(kept.user)
        shopper.client.get(reverse("basket:summary"))

        page = shopper.opens("payment-details")

        assert page.context["basket"].num_items == 6
        assert page.redirect_chain[-1][0] == reverse("basket:summary")
        assert "a maximum of 3 can be bought" in page.content.decode()

    def test_not_more_than_may_be_by_another_request_during_the_payment(self, guest_shopper, fixed_card, settings):
        add_to_basket(guest_shopper, fixed_card, quantity=4)
        settings.ACCOUNTS_GIFT_CARDS_PER_LINE = 3
        basket = get_model("basket", "Basket").objects.get()
        basket.strategy = get_class("partner.strategy", "Selector")().strategy()

        with pytest.raises(limits.TooManyGiftCards, match="a maximum of 3 can be bought"):
            scarcity.claim(basket, None)

    def test_not_for_nothing(self, guest_shopper, fixed_card):
        """An order would be placed, and no card would come of it."""
        fixed_card.stockrecords.update(price=D("0.00"))

        page = add_to_basket(guest_shopper, fixed_card)

        assert page.context["basket"].is_empty
        assert "worth nothing are not sold" in page.content.decode()

    def test_a_card_whose_value_is_chosen_may_have_no_price(self, buys, any_card):
        any_card.stockrecords.update(price=D("0.00"))

        assert buys(any_card, value="30.00").total_incl_tax == D("30.00")

    def test_a_kept_basket_is_counted_again_at_payment(self, guest_shopper, fixed_card, settings):
        add_to_basket(guest_shopper, fixed_card, quantity=5)
        settings.ACCOUNTS_GIFT_CARDS_PER_ORDER = 3
        guest_shopper.client.post(reverse("checkout:index"), {"username": "a@example.com", "options": "anonymous"})

        page = guest_shopper.opens("payment-details")

        assert page.redirect_chain[-1][0] == reverse("basket:summary")
        assert "3 gift cards at most" in messages_of(page)

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            (gift_card_product.VALUE, "100000.00"),
            (gift_card_product.VALUE, "1.00"),
            (gift_card_product.VALUE, "thirty"),
            (gift_card_product.VALUE, "NaN"),
            (gift_card_product.VALUE, "30.001"),
            (gift_card_product.RECIPIENT_EMAIL, "nobody"),
            (gift_card_product.MESSAGE, "x" * 501),
            (gift_card_product.RECIPIENT_NAME, "x" * 129),
            (gift_card_product.DELIVERY_DATE, "2999-01-01"),
            (gift_card_product.DELIVERY_DATE, "soon"),
        ],
    )
    def test_what_was_chosen_long_ago_is_checked_again(self, guest_shopper, any_card, option, value):
        add_to_basket(guest_shopper, any_card, value="30.00", date=timezone.localdate().isoformat())
        get_model("basket", "LineAttribute").objects.filter(option__code=option).update(value=value)
        guest_shopper.client.post(reverse("checkout:index"), {"username": "a@example.com", "options": "anonymous"})

        page = guest_shopper.opens("payment-details")

        assert page.redirect_chain[-1][0] == reverse("basket:summary")
        assert "no longer available to buy" in messages_of(page)

    def test_a_value_that_was_never_chosen_is_asked_for(self, guest_shopper, any_card):
        add_to_basket(guest_shopper, any_card, value="30.00")
        get_model("basket", "LineAttribute").objects.filter(option__code=gift_card_product.VALUE).delete()

        page = guest_shopper.client.get(reverse("basket:summary"))

        assert "its value has to be chosen" in messages_of(page)


class TestDeliveryDate:
    def test_one_that_has_passed_is_dropped_with_a_message(self, guest_shopper, fixed_card, next_week):
        add_to_basket(guest_shopper, fixed_card, date=next_week.isoformat())

        with time_machine.travel(timezone.now() + datetime.timedelta(days=30)):
            first = guest_shopper.client.get(reverse("basket:summary"))
            second = guest_shopper.client.get(reverse("basket:summary"))

        assert "has passed: the gift card will be sent at once" in messages_of(first)
        assert "has passed" not in messages_of(second)

    def test_a_card_is_valid_from_today_if_its_day_has_passed(self, fixed_card):
        long_ago = timezone.localdate() - datetime.timedelta(days=400)
        sale = GiftCardSale(deliver_on=long_ago)

        assert sales.last_day(sale) == timezone.localdate() + datetime.timedelta(days=365)

    def test_a_card_is_valid_from_its_day_if_that_is_to_come(self, next_week):
        assert sales.last_day(GiftCardSale(deliver_on=next_week)) == next_week + datetime.timedelta(days=365)

    def test_an_unreadable_date_is_none(self):
        assert options.day_of("soon") is None


@pytest.fixture
def authorised(monkeypatch, buys, fixed_card, product, guest_shopper):
    """An order of a card over 25.00 and a mug, 45.00 in all, of which nothing is captured yet."""
    view = get_class("checkout.views", "PaymentDetailsView")
    monkeypatch.setattr(
        view,
        "pay_remainder",
        lambda self, attempt, **kwargs: RemainderPaid("Card", f"r-{attempt.reference}", debited=False),
    )
    add_to_basket(guest_shopper, fixed_card)
    guest_shopper.puts_in_basket(product).goes_to_payment("buyer@example.com")
    guest_shopper.places_order(card="accepted")
    order = get_model("order", "Order").objects.get()
    assert order.total_incl_tax == D("45.00")
    return order


class TestPayment:
    def captured(self, order, amount):
        order.sources.get().debit(D(amount), reference="captured")
        return sales.issue_paid(order)

    def test_nothing_captured_issues_nothing(self, authorised):
        assert sales.issue_paid(authorised) == []

    def test_all_but_the_mug_issues_the_card(self, authorised):
        assert len(self.captured(authorised, "28.95")) == 1

    def test_what_may_be_the_mugs_money_issues_nothing_and_staff_see_why(self, authorised):
        assert self.captured(authorised, "20.00") == []
        assert payment.waiting_for(GiftCardSale.objects.get()) == (
            "£25.00 of £45.00 is not paid, so it is not known whether this card is."
        )

    def test_less_than_the_card_costs_issues_nothing(self, authorised):
        assert self.captured(authorised, "20.01") == []

    def fields(self, page):
        """What the form of the page sends."""
        return {"one_time_key": page.context["form"]["one_time_key"].value(), "shown": page.context["shown"]}

    def test_staff_issue_it_in_two_steps(self, authorised, admin_client, django_capture_on_commit_callbacks):
        sale = GiftCardSale.objects.get()
        address = reverse("admin:oscar_integration_giftcardsale_issue_now", args=[sale.pk])
        shown = self.fields(admin_client.get(address))

        with django_capture_on_commit_callbacks(execute=True):
            page = admin_client.post(address, shown, follow=True)

        sale.refresh_from_db()
        assert sale.state == "sent"
        assert sale.account.balance == D("25.00")
        assert "was issued" in page.content.decode()

    def test_what_changed_since_it_was_shown_is_not_issued(self, authorised, admin_client):
        address = reverse("admin:oscar_integration_giftcardsale_issue_now", args=[GiftCardSale.objects.get().pk])
        shown = self.fields(admin_client.get(address))
        GiftCardSale.objects.update(recipient_email="mallory@example.com")

        page = admin_client.post(address, shown)

        assert page.status_code == 422
        assert GiftCardSale.objects.get().state == "waiting"

    def test_a_cancelled_order_is_never_issued_by_hand(self, authorised, admin_user):
        authorised.status = "Cancelled"
        authorised.save()

        with pytest.raises(exceptions.AccountException, match="cancelled"):
            sales.issue_now(GiftCardSale.objects.get(), admin_user)

    def test_a_clerk_cannot_issue_it(self, authorised, client):
        clerk = get_user_model().objects.create_user("clerk", is_staff=True)
        client.force_login(clerk)

        address = reverse("admin:oscar_integration_giftcardsale_issue_now", args=[GiftCardSale.objects.get().pk])
        assert client.post(address).status_code == 403

    def test_a_card_in_a_currency_that_went_away_says_so(self, authorised):
        GiftCardSale.objects.update(currency="EUR")

        assert payment.waiting_for(GiftCardSale.objects.get()) == "The ledger has no accounts in EUR."


class TestWholeAmounts:
    @pytest.mark.parametrize(
        ("amount", "currency", "whole"),
        [("33.30", "JPY", "33.00"), ("1.605", "GBP", "1.60"), ("99.99", "JPY", "99.00")],
    )
    def test_a_discount_is_rounded_down(self, amount, currency, whole):
        assert whole_amounts.discount(D(amount), currency) == D(whole)

    def test_prices_and_taxes_are_whole_in_yen(self, fixed_card):
        fixed_card.stockrecords.update(price_currency="JPY", price=D("333.50"))
        product = fixed_card
        product.product_class.slug = "something-else"

        price = WithVAT().fetch_for_product(product).price

        assert (price.excl_tax % 1, price.incl_tax % 1) == (0, 0)


class TestChecks:
    def test_a_shop_with_every_mixin_is_fine(self):
        assert selling_checks.check_gift_cards_are_sold_whole() == []

    def test_a_mixin_that_is_missing_is_named(self, monkeypatch):
        selector = get_class("partner.strategy", "Selector")
        monkeypatch.setattr(selector, "strategy", lambda self, *args, **kwargs: oscar_strategy.Default())

        (warning,) = selling_checks.check_gift_cards_are_sold_whole()
        assert "GiftCardPricingMixin (partner.strategy)" in warning.msg

    def test_a_yen_shop_without_the_rounding_function_is_warned(self, settings):
        settings.OSCAR_DEFAULT_CURRENCY = "JPY"
        assert selling_checks.check_amounts_are_whole() == []

        settings.OSCAR_OFFER_ROUNDING_FUNCTION = None
        assert selling_checks.check_amounts_are_whole() != []


class TestMoneyForSomeCards:
    """The other method has debited less than an order of nothing but gift cards costs."""

    @pytest.fixture
    def captured(self, buys, fixed_card, monkeypatch):
        def capture(amount, quantity=2):
            monkeypatch.setattr(sales, "issue_paid", lambda order: [])
            order = buys(fixed_card, quantity=quantity)
            order.sources.update(amount_debited=D(amount))
            monkeypatch.undo()
            return sales.issue_paid(order)

        return capture

    def test_a_card_is_not_issued_for_less_than_its_value(self, captured):
        assert captured("24.99", quantity=1) == []
        assert "£0.01 of £25.00 is not paid" in payment.waiting_for(GiftCardSale.objects.get())

    def test_as_many_are_issued_as_were_paid(self, captured):
        assert len(captured("40.00")) == 1

    def test_the_other_one_is_issued_once_its_money_has_come(self, captured):
        captured("40.00")
        order = get_model("order", "Order").objects.get()
        order.sources.update(amount_debited=D("50.00"))

        assert len(sales.issue_paid(order)) == 1
        assert sales.issue_paid(order) == []

    def test_a_card_that_was_taken_back_leaves_nothing_for_another(self, captured):
        captured("40.00")
        refund_order(get_model("order", "Order").objects.get(), D("25.00"), sold_cards=SoldCards.UNUSED)

        assert sales.issue_paid(get_model("order", "Order").objects.get()) == []
