"""The payment details page: choosing accounts, and what happens to the choice when things change."""

import datetime
from decimal import Decimal as D

import pytest
from django.urls import reverse
from django.utils import timezone
from oscar.apps.offer.models import Range
from oscar.core.loading import get_model
from oscar.test.factories import create_product

from accounts_ledger import chart, facade
from accounts_ledger.models import Account

pytestmark = pytest.mark.usefixtures("books")

Order = get_model("order", "Order")
Basket = get_model("basket", "Basket")


def text(response):
    return " ".join(response.content.decode().split())


def left_to_pay(page):
    return page.context["left_to_pay"]


def allocated(page):
    return {account.pk: amount for account, amount in page.context["account_allocations"]}


@pytest.fixture
def tea(product):
    tea = create_product(title="Tea", product_class="Mug", price=D("10.00"), num_in_stock=10, partner_name="Penny & Co")
    teas = Range.objects.create(name="Teas")
    teas.add_product(tea)
    tea.teas = teas
    return tea


class TestOwnAccounts:
    def test_are_listed_soonest_to_expire_first_with_the_maximum_filled_in(
        self, customer_shopper, customer, product, gift_card
    ):
        soon = timezone.now() + datetime.timedelta(days=5)
        gift_card("50.00", primary_user=customer)
        gift_card("5.00", primary_user=customer, end_date=soon)

        page = customer_shopper.puts_in_basket(product).goes_to_payment()

        assert [form.initial["amount"] for form in page.context["account_forms"]] == [D("5.00"), D("20.00")]

    def test_are_all_used_by_one_button(self, customer_shopper, customer, product, gift_card):
        small = gift_card("5.00", primary_user=customer, end_date=timezone.now() + datetime.timedelta(days=5))
        large = gift_card("50.00", primary_user=customer)
        customer_shopper.puts_in_basket(product).goes_to_payment()

        page = customer_shopper.posts("use-my-accounts")

        assert allocated(page) == {small.pk: D("5.00"), large.pk: D("15.00")}
        customer_shopper.places_order()
        assert Order.objects.get().sources.count() == 2

    def test_of_others_cannot_be_used_by_their_id(self, customer_shopper, stranger, product, gift_card):
        theirs, nobodys = gift_card(primary_user=stranger), gift_card()
        customer_shopper.puts_in_basket(product).goes_to_payment()

        for account in (theirs, nobodys):
            page = customer_shopper.posts("allocate", account=account.pk, amount="5.00")
            assert "cannot be used for this order" in text(page)
            assert allocated(page) == {}

    @pytest.mark.parametrize("account", ["", "abc", "-1", "٣", "9" * 30, "9" * 5000, "1' OR 1=1", "\x00"])
    def test_hostile_ids_are_refused(self, account, customer_shopper, product):
        customer_shopper.puts_in_basket(product).goes_to_payment()

        assert "cannot be used" in text(customer_shopper.posts("allocate", account=account, amount="5.00"))
        assert customer_shopper.posts("remove", account=account).status_code == 200

    @pytest.mark.parametrize("amount", ["", "0", "-5", "abc", "1e400", "NaN", "20.01", "5.001", "9" * 40])
    def test_a_wrong_amount_is_explained_beside_its_field(self, amount, customer_shopper, customer, product, gift_card):
        card = gift_card("50.00", primary_user=customer)
        customer_shopper.puts_in_basket(product).goes_to_payment()

        page = customer_shopper.posts("allocate", account=card.pk, amount=amount)

        assert page.status_code == 200
        assert page.context["account_forms"][0].errors["amount"]
        assert allocated(page) == {}

    @pytest.fixture
    def euros(self, customer, settings):
        """A card of the customer's in another currency than the order's."""
        settings.ACCOUNTS_OTHER_CURRENCIES = ["EUR"]
        chart.init()
        return facade.issue(chart.bank("EUR"), D("50.00"), primary_user=customer)

    def test_in_another_currency_are_not_offered(self, customer_shopper, product, euros):
        page = customer_shopper.puts_in_basket(product).goes_to_payment()

        assert page.context["account_forms"] == []

    def test_in_another_currency_are_left_alone_by_the_button(self, customer_shopper, product, euros):
        customer_shopper.puts_in_basket(product).goes_to_payment()

        assert "cannot pay any more of this order" in text(customer_shopper.posts("use-my-accounts"))

    def test_in_another_currency_cannot_be_used_by_their_id(self, customer_shopper, product, euros):
        customer_shopper.puts_in_basket(product).goes_to_payment()

        page = customer_shopper.posts("allocate", account=euros.pk, amount="5.00")

        assert "cannot be used for this order" in text(page)


class TestCodes:
    def test_several_codes_pay_one_order(self, guest_shopper, product, gift_card):
        one, two = gift_card("5.00"), gift_card("50.00")
        guest_shopper.puts_in_basket(product).goes_to_payment()

        assert left_to_pay(guest_shopper.types_code(one.code)) == D("15.00")
        page = guest_shopper.types_code(two.code)

        assert allocated(page) == {one.pk: D("5.00"), two.pk: D("15.00")}

    def test_a_code_that_is_used_already_is_not_used_twice(self, guest_shopper, product, gift_card):
        card = gift_card("5.00")
        guest_shopper.puts_in_basket(product).goes_to_payment()
        guest_shopper.types_code(card.code)

        assert "is already applied to this order" in text(guest_shopper.types_code(card.code))

    @pytest.mark.parametrize("code", ["", "   ", "nope", "\x00", "x" * 5000, "' OR 1=1 --", "🎁" * 10])
    def test_hostile_codes_get_a_message(self, code, guest_shopper, product):
        guest_shopper.puts_in_basket(product).goes_to_payment()

        page = guest_shopper.types_code(code)

        assert page.status_code == 200
        assert page.context["code_form"].errors["code"]

    def test_what_an_account_pays_can_be_changed_and_removed(self, guest_shopper, product, gift_card):
        card = gift_card("50.00")
        guest_shopper.puts_in_basket(product).goes_to_payment()
        guest_shopper.types_code(card.code)

        assert left_to_pay(guest_shopper.posts("allocate", account=card.pk, amount="8.00")) == D("12.00")
        assert left_to_pay(guest_shopper.posts("remove", account=card.pk)) == D("20.00")

    def test_an_unknown_action_is_a_bad_request(self, guest_shopper, product):
        guest_shopper.puts_in_basket(product).goes_to_payment()

        assert guest_shopper.posts("explode").status_code == 400


class TestRestrictedAccounts:
    def test_pay_for_their_products_only(self, guest_shopper, product, tea, gift_card):
        card = gift_card("50.00", product_range=tea.teas, can_be_used_for_non_products=False)
        guest_shopper.puts_in_basket(product).puts_in_basket(tea).goes_to_payment()

        assert allocated(guest_shopper.types_code(card.code)) == {card.pk: D("10.00")}

    def test_do_not_pay_for_the_same_product_twice(self, guest_shopper, product, tea, gift_card):
        cards = [gift_card("8.00", product_range=tea.teas, can_be_used_for_non_products=False) for _number in range(2)]
        guest_shopper.puts_in_basket(product).puts_in_basket(tea).goes_to_payment()
        guest_shopper.types_code(cards[0].code)

        assert allocated(guest_shopper.types_code(cards[1].code)) == {cards[0].pk: D("8.00"), cards[1].pk: D("2.00")}

    def test_that_fit_nothing_say_so(self, guest_shopper, product, tea, gift_card):
        card = gift_card(product_range=tea.teas, can_be_used_for_non_products=False)
        guest_shopper.puts_in_basket(product).goes_to_payment()

        assert "cannot pay for anything in this order" in text(guest_shopper.types_code(card.code))

    def test_that_do_not_pay_shipping_leave_it_to_be_paid(self, guest_shopper, product, gift_card):
        card = gift_card(can_be_used_for_non_products=False)
        guest_shopper.puts_in_basket(product).goes_to_payment()

        assert left_to_pay(guest_shopper.types_code(card.code)) == D("3.95")


class TestWhenThingsChange:
    @pytest.fixture
    def card(self, gift_card):
        return gift_card("50.00")

    @pytest.fixture
    def shopper(self, guest_shopper, product, card):
        guest_shopper.puts_in_basket(product, 2).goes_to_payment()
        guest_shopper.types_code(card.code)
        return guest_shopper

    def test_a_smaller_basket_trims_what_accounts_pay_and_says_so(self, shopper, card):
        Basket.objects.get().lines.update(quantity=1)

        page = shopper.opens("payment-details")

        assert "now pays £20.00" in text(page)
        assert allocated(page) == {card.pk: D("20.00")}

    def test_a_larger_basket_leaves_something_to_pay(self, shopper, product, card):
        shopper.puts_in_basket(product)

        page = shopper.opens("payment-details")

        assert allocated(page) == {card.pk: D("36.05")}
        assert left_to_pay(page) == D("16.05")

    def test_a_basket_that_grew_in_another_window_is_not_ordered_and_the_shopper_told_why(self, shopper, product, card):
        shopper.opens("preview")
        shopper.puts_in_basket(product)

        page = shopper.places_order()

        told = [str(message) for message in page.context["messages"]]
        assert told[-2:] == ["Your order has changed.", "£16.05 is left to pay."]
        assert not Order.objects.exists()

    def test_going_back_to_the_address_keeps_what_was_chosen(self, shopper, card):
        shopper.ships_to(line1="2 Queen's Road")

        assert allocated(shopper.opens("payment-details")) == {card.pk: D("36.05")}

    def test_a_card_that_was_spent_elsewhere_is_trimmed_at_the_last_moment(self, shopper, card, redemptions):
        facade.transfer(card, redemptions, D("40.00"))

        page = shopper.places_order()

        assert "now pays £10.00" in text(page)
        assert "£26.05 is left to pay" in text(page)
        assert not Order.objects.exists()

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"status": Account.FROZEN}, "is frozen"),
            ({"end_date": timezone.now() - datetime.timedelta(days=1)}, "is not valid today"),
        ],
    )
    def test_a_card_that_cannot_be_used_any_more_is_taken_out(self, change, message, shopper, card):
        Account.objects.filter(pk=card.pk).update(**change)

        page = shopper.places_order()

        assert message in text(page)
        assert not Order.objects.exists()
        card.refresh_from_db()
        assert card.balance == D("50.00")

    def test_a_card_that_got_an_owner_is_taken_out(self, shopper, card, stranger):
        Account.objects.filter(pk=card.pk).update(primary_user=stranger)

        assert "belongs to somebody else" in text(shopper.places_order())
        assert not Order.objects.exists()

    def test_an_order_that_is_not_the_one_that_was_seen_is_shown_again(self, shopper, card, product):
        preview = shopper.opens("preview")
        seen = preview.context["order_seen"]
        product.stockrecords.update(price=D("15.00"))

        page = shopper.places_order(order_seen=seen)

        assert "has changed" in text(page)
        assert not Order.objects.exists()
        shopper.places_order(order_seen=page.context["order_seen"])
        assert Order.objects.get().total_incl_tax == D("33.95")

    def test_an_order_whose_accounts_pay_other_amounts_than_were_seen_is_shown_again(self, shopper, card, gift_card):
        other = gift_card("50.00")
        shopper.posts("allocate", account=card.pk, amount="30.00")
        shopper.types_code(other.code)
        seen = shopper.opens("preview").context["order_seen"]
        shopper.posts("allocate", account=card.pk, amount="20.00")
        shopper.posts("allocate", account=other.pk, amount="16.05")

        page = shopper.places_order(order_seen=seen)

        assert "has changed" in text(page)
        assert not Order.objects.exists()

    def test_an_order_that_costs_nothing_needs_no_payment(self, guest_shopper, product, gift_card):
        product.stockrecords.update(price=D("0.00"))
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("backoffice.shop.shipping.repository.TrackedDelivery.charge_excl_tax", D("0.00"))
            patched.setattr("backoffice.shop.shipping.repository.TrackedDelivery.charge_incl_tax", D("0.00"))
            guest_shopper.puts_in_basket(product).goes_to_payment()
            guest_shopper.places_order()

        assert Order.objects.get().sources.count() == 0


class TestRepeating:
    @pytest.fixture
    def card(self, gift_card):
        return gift_card("50.00")

    @pytest.fixture
    def shopper(self, guest_shopper, product, card):
        guest_shopper.puts_in_basket(product).goes_to_payment()
        guest_shopper.types_code(card.code)
        return guest_shopper

    def test_placing_the_order_again_leads_to_the_same_confirmation(self, shopper, card):
        seen = shopper.opens("preview").context["order_seen"]
        shopper.places_order(order_seen=seen)

        again = shopper.places_order(order_seen=seen)

        assert again.redirect_chain[-1][0] == reverse("checkout:thank-you")
        assert Order.objects.count() == 1
        card.refresh_from_db()
        assert card.balance == D("30.00")

    def test_an_old_page_of_the_last_order_does_not_place_the_next_one(self, shopper, card, product):
        seen = shopper.opens("preview").context["order_seen"]
        shopper.places_order(order_seen=seen)
        shopper.puts_in_basket(product).goes_to_payment()
        shopper.types_code(card.code)

        page = shopper.places_order(order_seen=seen)

        assert "has changed" in text(page)
        assert Order.objects.count() == 1

    def test_a_strangers_note_of_an_order_opens_nothing(self, shopper, customer_shopper):
        seen = shopper.opens("preview").context["order_seen"]
        shopper.places_order(order_seen=seen)

        page = customer_shopper.places_order(order_seen=seen)

        assert page.redirect_chain[-1][0] != reverse("checkout:thank-you")

    def test_an_order_can_be_placed_from_a_basket_that_is_used_for_the_next_one(self, shopper, card, product):
        shopper.places_order()
        shopper.puts_in_basket(product).goes_to_payment()
        shopper.types_code(card.code)
        shopper.places_order()

        assert Order.objects.count() == 2
        card.refresh_from_db()
        assert card.balance == D("10.00")
