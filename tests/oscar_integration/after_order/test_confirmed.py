"""What the dashboard shows of an order is what its buttons act on: if it has changed, nothing is given back."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from oscar.apps.payment.exceptions import PaymentError

from oscar_integration.after_order import cancelling, refund_order

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def card(gift_card):
    return gift_card("50.00")


@pytest.fixture
def order(paid_order, card):
    return paid_order(card)


def balance(card):
    card.refresh_from_db()
    return card.balance


def test_an_order_that_was_refunded_in_part_meanwhile_is_not_refunded(dashboard, order, card):
    shown = dashboard.opens(order)["shown"]
    refund_order(order, D("15.00"))

    message = dashboard.refunds(order, "5.00", shown=shown)

    assert "£20.00 → £5.00" in message
    assert balance(card) == D("45.00")


def test_an_order_that_was_refunded_in_part_meanwhile_is_not_cancelled(dashboard, order, card):
    shown = dashboard.opens(order)["shown"]
    refund_order(order, D("15.00"))

    message = dashboard.cancels(order, shown=shown)

    order.refresh_from_db()
    assert "has changed since you saw it" in message
    assert (order.status, balance(card)) == ("Pending", D("45.00"))


@pytest.mark.parametrize("shown", ["", "forged"])
def test_nothing_is_given_back_without_what_was_shown(dashboard, order, card, shown):
    messages = [dashboard.refunds(order, "5.00", shown=shown), dashboard.cancels(order, shown=shown)]
    messages.append(dashboard.refunds_lines(order, "5.00", shown=shown))

    assert all("Nothing has been done yet" in message for message in messages), messages
    assert balance(card) == D("30.00")


def test_what_was_shown_of_another_order_is_good_for_nothing(dashboard, paid_order, card, gift_card):
    one, other = paid_order(card), paid_order(gift_card("20.00"))

    message = dashboard.refunds(one, "5.00", shown=dashboard.opens(other)["shown"])

    assert "Nothing has been done yet" in message


def test_a_second_click_is_no_change(dashboard, order, card):
    page = dashboard.opens(order)
    key, shown = page["refund_form"]["one_time_key"].value(), page["shown"]

    messages = [dashboard.refunds(order, "5.00", key=key, shown=shown) for _click in range(2)]

    assert messages == ["£5.00 was refunded."] * 2
    assert balance(card) == D("35.00")


def test_every_form_of_money_on_the_page_carries_what_is_shown(dashboard, order):
    page = dashboard.page_of(order)

    for form_id in ("refund-form", "order_status_form", "order_lines_form"):
        form = page[page.index(f'id="{form_id}"') :]
        assert 'name="shown"' in form[: form.index("</form>")], form_id


def refuses(source, amount, reference):
    raise PaymentError("Refused.")


def accepts(source, amount, reference):
    pass


def test_a_refund_that_was_refused_is_not_repeated_once_the_order_has_changed(
    dashboard, paid_order, gift_card, settings
):
    order = paid_order(gift_card("12.00"))
    page = dashboard.opens(order)
    key, shown = page["refund_form"]["one_time_key"].value(), page["shown"]
    settings.ACCOUNTS_REFUND_REMAINDER = f"{__name__}.refuses"
    assert "Refused." in dashboard.refunds(order, "5.00", key=key, shown=shown)
    settings.ACCOUNTS_REFUND_REMAINDER = f"{__name__}.accepts"
    refund_order(order, D("5.00"))

    message = dashboard.refunds(order, "5.00", key=key, shown=shown)

    assert "has changed since you saw it" in message
    assert order.sources.get(source_type__code="demo-card").amount_refunded == D("5.00")


def test_a_refund_that_was_refused_can_be_repeated_while_nothing_has_changed(
    dashboard, paid_order, gift_card, settings
):
    order = paid_order(gift_card("12.00"))
    page = dashboard.opens(order)
    key, shown = page["refund_form"]["one_time_key"].value(), page["shown"]
    settings.ACCOUNTS_REFUND_REMAINDER = f"{__name__}.refuses"
    dashboard.refunds(order, "5.00", key=key, shown=shown)
    settings.ACCOUNTS_REFUND_REMAINDER = f"{__name__}.accepts"

    assert dashboard.refunds(order, "5.00", key=key, shown=shown) == "£5.00 was refunded."


def test_a_refund_between_the_look_and_the_cancellation_is_noticed(dashboard, order, card, monkeypatch):
    """What was shown is compared in the transaction that reserves what goes back."""
    run = cancelling._run_in_turn

    def somebody_is_quicker(request):
        monkeypatch.setattr(cancelling, "_run_in_turn", run)
        refund_order(order, D("5.00"))
        run(request)

    monkeypatch.setattr(cancelling, "_run_in_turn", somebody_is_quicker)

    message = dashboard.cancels(order)

    order.refresh_from_db()
    assert "£20.00 → £15.00" in message
    assert (order.status, balance(card)) == ("Pending", D("35.00"))
