"""Forms of the dashboard that move money have a second step: what would happen is shown, and done once confirmed."""

from __future__ import annotations

from decimal import Decimal as D
from html import unescape
from re import findall

import pytest
from django.urls import reverse

from oscar_integration.after_order import refund_order
from oscar_integration.after_order.refunding import refund_event_type
from tests.confirming import hidden_fields

pytestmark = pytest.mark.usefixtures("books")

LIST = reverse("dashboard:order-list")


@pytest.fixture
def card(gift_card):
    return gift_card("50.00")


@pytest.fixture
def order(paid_order, card):
    return paid_order(card)


def balance(card):
    card.refresh_from_db()
    return card.balance


def page_of(order):
    return reverse("dashboard:order-detail", args=[order.number])


def says(response):
    return " ".join(str(message) for message in response.context["messages"])


def text_of(page):
    return " ".join(unescape(page.content.decode()).split())


class Staff:
    """Presses the buttons of an order's page as a browser does: they lead to the second step."""

    def __init__(self, client):
        self.client = client

    def reviews(self, order, **data):
        page = self.client.get(page_of(order))
        key = page.context["refund_form"]["one_time_key"].value()
        sent = {"one_time_key": key, "shown": page.context["shown"], **data}
        return self.client.post(f"{page_of(order)}?review=1", sent, follow=True)

    def confirms(self, order, step, **changes):
        fields = {name: value for name, value in hidden_fields(step).items() if name != "csrfmiddlewaretoken"}
        return self.client.post(page_of(order), {**fields, **changes}, follow=True)


@pytest.fixture
def staff(dashboard):
    return Staff(dashboard.client)


def test_every_button_of_money_leads_to_the_second_step(dashboard, order):
    page = dashboard.page_of(order)

    for form_id in ("refund-form", "order_status_form", "order_lines_form"):
        form = page[page.index(f'id="{form_id}"') :]
        form = form[: form.index("</form>")]
        buttons = findall(r'<button type="submit"[^>]*>', form)
        assert buttons
        assert all('formaction="?review=1"' in button for button in buttons), form_id


def test_the_second_step_shows_the_amount_that_was_typed_and_moves_nothing(staff, order, card):
    step = staff.reviews(order, order_action="refund", amount="5.00")

    assert "Nothing has been done yet" in text_of(step)
    assert "Refund £5.00 now" in text_of(step)
    assert balance(card) == D("30.00")


def test_what_two_sources_give_is_shown_of_the_amount_that_was_typed(staff, paid_order, gift_card):
    order = paid_order(gift_card("15.00"), gift_card("5.00"))

    step = staff.reviews(order, order_action="refund", amount="6.00")

    parts = findall(r"Refunded to[^<]*</th><td>([^<]*)", unescape(step.content.decode()))
    assert sorted(parts) == ["£1.00", "£5.00"]


def test_what_is_confirmed_is_done_once(staff, order, card):
    step = staff.reviews(order, order_action="refund", amount="5.00")

    messages = [says(staff.confirms(order, step)) for _click in range(2)]

    assert messages == ["£5.00 was refunded."] * 2
    assert balance(card) == D("35.00")


def test_an_order_that_has_changed_since_the_second_step_is_left_alone(staff, order, card):
    step = staff.reviews(order, order_action="refund", amount="5.00")
    refund_order(order, D("1.00"))

    message = says(staff.confirms(order, step))

    assert "has changed since you saw it" in message
    assert balance(card) == D("31.00")


def test_another_amount_than_the_second_step_showed_is_not_refunded(staff, order, card):
    step = staff.reviews(order, order_action="refund", amount="5.00")

    message = says(staff.confirms(order, step, amount="15.00"))

    assert "has changed since you saw it" in message
    assert balance(card) == D("30.00")


@pytest.mark.parametrize("amount", ["", "nonsense", "-1", "0", "20.01", "1e9", "NaN"])
def test_there_is_no_second_step_for_what_cannot_be_refunded(staff, order, card, amount):
    page = staff.reviews(order, order_action="refund", amount=amount)

    assert says(page)
    assert 'id="review-form"' not in page.content.decode()
    assert balance(card) == D("30.00")


@pytest.mark.parametrize(
    "amount", ["nonsense", "-1", "20.01", "1e999999", "NaN", "sNaN", "Infinity", "1_0", "５", "a\x00b"]
)
@pytest.mark.parametrize(
    "action", [{"order_action": "create_order_payment_event"}, {"line_action": "create_payment_event"}]
)
def test_there_is_no_second_step_for_an_event_that_cannot_be(staff, order, card, action, amount):
    line = order.lines.get()
    pieces = {"selected_line": line.pk, f"selected_line_qty_{line.pk}": "1"}

    page = staff.reviews(order, payment_event_type=refund_event_type().code, amount=amount, **action, **pieces)

    assert says(page)
    assert 'id="review-form"' not in page.content.decode()
    assert balance(card) == D("30.00")


@pytest.mark.parametrize("pieces", ["", "0", "-1", "2", "abc", "9" * 5000, "1.5"])
def test_there_is_no_second_step_for_pieces_that_are_not_there(staff, order, card, pieces):
    line = order.lines.get()
    event = {"line_action": "create_payment_event", "payment_event_type": refund_event_type().code, "amount": ""}

    page = staff.reviews(order, **event, **{"selected_line": line.pk, f"selected_line_qty_{line.pk}": pieces})

    assert says(page)
    assert 'id="review-form"' not in page.content.decode()


@pytest.mark.parametrize("junk", ["a\x00b", "nonsense", "-1", "9" * 40])
@pytest.mark.parametrize("field", ["order_action", "line_action", "payment_event_type", "selected_line", "refund"])
def test_junk_in_any_field_is_no_error(staff, order, field, junk):
    page = staff.reviews(order, **{"order_action": "stop_refund", "amount": "5.00", field: junk})

    assert page.status_code == 200
    assert 'id="review-form"' not in page.content.decode()


def test_a_cancellation_shows_what_goes_back(staff, order, card):
    step = staff.reviews(order, order_action="change_order_status", new_status="Cancelled")

    assert "£20.00" in text_of(step)
    assert balance(card) == D("30.00")
    staff.confirms(order, step)
    order.refresh_from_db()
    assert (order.status, balance(card)) == ("Cancelled", D("50.00"))


def test_another_status_needs_no_second_step(staff, order):
    staff.reviews(order, order_action="change_order_status", new_status="Being processed")

    order.refresh_from_db()
    assert order.status == "Being processed"


def test_pieces_are_shown_with_what_they_cost(staff, order, card):
    line = order.lines.get()
    pieces = {"selected_line": line.pk, f"selected_line_qty_{line.pk}": "1"}
    event = {"line_action": "create_payment_event", "payment_event_type": refund_event_type().code, "amount": ""}

    step = staff.reviews(order, **event, **pieces)

    assert f"1 × {line.title}" in text_of(step)
    staff.confirms(order, step)
    assert balance(card) > D("30.00")


def test_what_was_refunded_elsewhere_is_shown_before_it_is_recorded(staff, paid_order):
    order = paid_order()
    page = staff.client.get(page_of(order)).context
    form = page["elsewhere_form"]
    data = {
        "elsewhere-source": next(iter(form.sources)),
        "elsewhere-amount": "5.00",
        "elsewhere-reference": "till 7",
        "elsewhere-one_time_key": form["one_time_key"].value(),
    }

    step = staff.reviews(order, order_action="record_elsewhere", **data)

    assert "till 7" in text_of(step)
    assert order.sources.get().amount_refunded == 0
    assert says(staff.confirms(order, step)) == "£5.00 was recorded as refunded."
    assert order.sources.get().amount_refunded == D("5.00")


@pytest.mark.parametrize("action", ["record_elsewhere", "record_redemptions"])
def test_nothing_is_recorded_without_what_was_shown(dashboard, paid_order, action):
    order = paid_order()
    form = dashboard.opens(order)["elsewhere_form"]
    data = {
        "elsewhere-source": next(iter(form.sources)),
        "elsewhere-amount": "5.00",
        "elsewhere-reference": "till 7",
        "elsewhere-one_time_key": form["one_time_key"].value(),
    }

    dashboard.acts(order, action, shown="", **data)

    assert order.sources.get().amount_refunded == 0


def chooses(client, *orders, status="Cancelled"):
    chosen = {"selected_order": [order.pk for order in orders], "new_status": status}
    return client.post(LIST, {"action": "change_order_statuses", **chosen}, follow=True)


def confirms_all(client, step, *orders):
    fields = {name: value for name, value in hidden_fields(step).items() if name != "csrfmiddlewaretoken"}
    return client.post(LIST, {**fields, "selected_order": [order.pk for order in orders]}, follow=True)


def test_the_list_of_orders_shows_what_cancelling_gives_back_and_does_nothing(dashboard, order, card):
    step = chooses(dashboard.client, order)

    assert "£20.00" in text_of(step)
    order.refresh_from_db()
    assert (order.status, balance(card)) == ("Pending", D("30.00"))


def test_orders_that_are_confirmed_in_the_list_are_cancelled(dashboard, order, card):
    confirms_all(dashboard.client, chooses(dashboard.client, order), order)

    order.refresh_from_db()
    assert (order.status, balance(card)) == ("Cancelled", D("50.00"))


def test_only_the_order_that_has_changed_meanwhile_is_left_alone(dashboard, paid_order, gift_card):
    one, other = paid_order(gift_card("50.00")), paid_order(gift_card("50.00"))
    step = chooses(dashboard.client, one, other)
    refund_order(one, D("5.00"))

    message = says(confirms_all(dashboard.client, step, one, other))

    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.status, other.status) == ("Pending", "Cancelled")
    assert f"Order #{one.number}: Nothing was done" in message


def test_an_order_that_the_second_step_did_not_show_is_left_alone(dashboard, paid_order, gift_card):
    one, other = paid_order(gift_card("50.00")), paid_order(gift_card("50.00"))
    step = chooses(dashboard.client, one)

    confirms_all(dashboard.client, step, one, other)

    other.refresh_from_db()
    assert other.status == "Pending"
