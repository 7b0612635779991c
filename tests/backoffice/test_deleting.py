"""Whatever is deleted that the ledger or an order knows: it is explained, never an error, never a silent loss."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.contrib.sites.models import Site
from django.db import transaction
from django.db.models import ProtectedError
from django.urls import NoReverseMatch, get_resolver, reverse
from oscar.core.loading import get_model
from oscar.test.factories import create_order, create_product

from accounts_ledger import chart, facade
from accounts_ledger.models import Account
from oscar_integration.models import PaymentAttempt

User = get_user_model()
Order, Line, OrderNote = (get_model("order", name) for name in ("Order", "Line", "OrderNote"))
Range, Benefit, ConditionalOffer = (get_model("offer", name) for name in ("Range", "Benefit", "ConditionalOffer"))
Option = get_model("catalogue", "Option")


@pytest.fixture
def boss(db):
    return User.objects.create_superuser("boss", "boss@example.com", "correct-horse")


@pytest.fixture
def browser(client, boss):
    client.force_login(boss)
    client.raise_request_exception = False
    return client


@pytest.fixture
def paid(db) -> dict:
    """An order that a card has paid, and everything that it refers to."""
    customer = User.objects.create_user("customer", "customer@example.com", "correct-horse")
    order = create_order(user=customer)
    order.site = Site.objects.get_current()
    country = get_model("address", "Country").objects.create(iso_3166_1_a2="GB", printable_name="UK")
    address = get_model("order", "ShippingAddress").objects.create(line1="1 Road", country=country)
    order.shipping_address = address
    order.save()
    line = order.lines.get()
    option = Option.objects.create(name="Engraving", code="engraving")
    line.attributes.create(option=option, type="Engraving", value="A")
    card = facade.issue(chart.bank(), D("50.00"))
    transfer = facade.transfer(
        card, chart.redemptions(), order.total_incl_tax, merchant_reference=str(order.number), kind="redemption"
    )
    source_type = get_model("payment", "SourceType").objects.create(name="Gift card")
    source = order.sources.create(source_type=source_type, reference=transfer.reference, currency="GBP")
    event_type = get_model("order", "PaymentEventType").objects.create(name="Paid")
    event = order.payment_events.create(event_type=event_type, amount=order.total_incl_tax)
    voucher = get_model("voucher", "Voucher").objects.create(
        name="Spring", code="SPRING", start_datetime=order.date_placed, end_datetime=order.date_placed
    )
    application = voucher.applications.create(user=customer, order=order)
    everything = Range.objects.create(name="Mugs")
    benefit = Benefit.objects.create(range=everything, type="Percentage", value=5)
    condition = get_model("offer", "Condition").objects.create(range=everything, type="Count", value=1)
    offer = ConditionalOffer.objects.create(name="Sale", benefit=benefit, condition=condition)
    order.discounts.create(offer_id=offer.pk, amount=1)
    return {
        "order": order,
        "line": line,
        "source": source,
        "source type": source_type,
        "event": event,
        "event type": event_type,
        "product": line.product,
        "stock record": line.stockrecord,
        "partner": line.partner,
        "option": option,
        "address": address,
        "country": country,
        "site": order.site,
        "basket": order.basket,
        "voucher": voucher,
        "application": application,
        "offer": offer,
        "range": everything,
        "customer": customer,
        "card": card,
    }


KNOWN = (
    "order", "line", "source", "source type", "event", "event type", "product", "stock record", "partner", "option",
    "address", "country", "site", "basket", "voucher", "offer", "range",
)  # fmt: skip


@pytest.mark.parametrize("what", KNOWN)
def test_what_a_paid_order_knows_is_not_deleted(paid, what):
    row = paid[what]

    with pytest.raises(ProtectedError), transaction.atomic():
        type(row)._default_manager.get(pk=row.pk).delete()
    with pytest.raises(ProtectedError), transaction.atomic():
        type(row)._default_manager.filter(pk=row.pk).delete()
    assert type(row)._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("what", KNOWN)
def test_the_admin_says_what_depends_on_it(paid, what, browser):
    row = paid[what]
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
    if type(row) not in admin.site._registry:
        pytest.skip("has no page in the admin")
    page = browser.get(reverse(f"{name}_delete", args=[row.pk]))
    one = browser.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"})
    several = browser.post(
        reverse(f"{name}_changelist"), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    )

    assert {page.status_code, one.status_code, several.status_code} <= {200, 302, 403, 409}
    assert type(row)._default_manager.filter(pk=row.pk).exists()
    if page.status_code == 200:
        assert page.context["protected"]


#: Delete views of Oscar's dashboard, and which of the rows above each is asked to delete.
DASHBOARD = {
    "catalogue-product-delete": ("product", "pk"),
    "catalogue-option-delete": ("option", "pk"),
    "partner-delete": ("partner", "pk"),
    "range-delete": ("range", "pk"),
    "voucher-delete": ("voucher", "pk"),
    "offer-delete": ("offer", "pk"),
}
#: What the ledger and orders do not know, or what no row of the above is.
UNKNOWN = {
    "catalogue-category-delete", "catalogue-class-delete", "catalogue-attribute-option-group-delete", "page-delete",
    "reviews-delete", "shipping-method-delete", "shipping-method-band-delete", "user-alert-delete",
    "voucher-set-delete", "order-note-delete",
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("view", DASHBOARD)
def test_the_shops_dashboard_says_what_depends_on_it(paid, view, browser):
    what, key = DASHBOARD[view]
    row = paid[what]
    page = browser.post(reverse(f"dashboard:{view}", kwargs={key: row.pk}))

    assert page.status_code == 409
    assert "alert" in page.content.decode()
    assert type(row)._default_manager.filter(pk=row.pk).exists()


def test_every_delete_view_of_the_dashboard_is_tried():
    found: set[str] = set()

    def walk(resolver, inside: bool) -> None:
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                walk(pattern, inside or pattern.namespace == "dashboard")
            elif inside and "delete" in (pattern.name or ""):
                found.add(pattern.name)

    walk(get_resolver(), False)
    assert DASHBOARD.keys() <= found <= DASHBOARD.keys() | UNKNOWN


def test_an_order_of_which_the_ledger_knows_nothing_can_be_deleted(db):
    order = create_order()

    order.delete()
    assert not Order.objects.filter(pk=order.pk).exists()


def test_a_note_of_a_paid_order_can_be_deleted(paid, boss):
    note = paid["order"].notes.create(message="called", user=boss)

    note.delete()
    assert not OrderNote.objects.filter(pk=note.pk).exists()


def test_a_product_that_nobody_ordered_can_be_deleted(db):
    product = create_product(price=D("5.00"))

    product.delete()
    assert not type(product).objects.filter(pk=product.pk).exists()


# --- People -----------------------------------------------------------------------------------------------------------


def test_a_member_of_staff_who_is_deleted_stays_named_in_histories(browser, paid):
    clerk = User.objects.create_user("clerk", is_staff=True)
    facade.freeze(paid["card"], user=clerk, reason="Suspicious")
    browser.post(reverse("admin:auth_user_delete", args=[clerk.pk]), {"post": "yes"})

    assert not User.objects.filter(pk=clerk.pk).exists()
    for page in ("history", "change"):
        text = browser.get(reverse(f"admin:accounts_ledger_account_{page}", args=[paid["card"].pk])).content.decode()
        assert "clerk" in text


def test_a_member_of_staff_whom_the_admins_log_names_is_not_deleted(browser):
    clerk = User.objects.create_user("clerk", is_staff=True)
    LogEntry.objects.create(
        user=clerk, content_type=ContentType.objects.get_for_model(User), object_id="1", action_flag=CHANGE
    )
    page = browser.post(reverse("admin:auth_user_delete", args=[clerk.pk]), {"post": "yes"})

    assert page.status_code in (200, 409)
    assert "log of what staff did" in page.content.decode()
    assert LogEntry.objects.filter(user=clerk).exists()


def test_somebody_who_is_paying_at_this_moment_is_not_deleted(paid):
    attempt = PaymentAttempt.objects.create(
        order_number="7",
        user=paid["customer"],
        currency="GBP",
        total=1,
        remainder=1,
        expires_at=paid["order"].date_placed,
    )

    with pytest.raises(ProtectedError), transaction.atomic():
        paid["customer"].delete()
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state=PaymentAttempt.State.PLACED)
    paid["customer"].delete()


def test_that_a_voucher_was_used_stays_when_the_customer_goes(paid):
    paid["customer"].delete()

    application = type(paid["application"]).objects.get(pk=paid["application"].pk)
    assert (application.user, application.order) == (None, paid["order"])


@pytest.fixture
def held(paid) -> Account:
    return facade.issue(chart.bank(), D("32.05"), primary_user=paid["customer"])


def test_the_profile_page_tells_what_is_on_the_cards(client, paid, held):
    client.force_login(paid["customer"])
    text = client.get(reverse("customer:profile-delete")).content.decode()

    assert "32.05" in text


@pytest.mark.parametrize("sharing", ["primary", "shared"])
def test_a_card_whose_holder_is_deleted_waits_for_staff(client, paid, held, sharing, books):
    if sharing == "shared":
        Account.objects.filter(pk=held.pk).update(primary_user=None)
        held.secondary_users.add(paid["customer"])
    client.force_login(paid["customer"])
    client.post(reverse("customer:profile-delete"), {"password": "correct-horse"})

    held.refresh_from_db()
    assert not User.objects.filter(username="customer").exists()
    assert (held.status, held.holder_email, held.balance) == (Account.FROZEN, "customer@example.com", D("32.05"))
    assert held.history.first().history_change_reason == "Holder deleted"


def test_a_card_that_others_share_stays_theirs(paid, held):
    other = User.objects.create_user("other")
    Account.objects.filter(pk=held.pk).update(primary_user=None)
    held.secondary_users.set([paid["customer"], other])
    paid["customer"].delete()

    held.refresh_from_db()
    assert held.is_open()
    assert list(held.secondary_users.all()) == [other]


def test_the_admin_tells_what_a_user_holds_before_deleting_them(browser, paid, held):
    text = browser.get(reverse("admin:auth_user_delete", args=[paid["customer"].pk])).content.decode()

    assert "32.05" in text


def test_a_role_that_somebody_has_is_not_deleted(browser):
    group = Group.objects.create(name="Own role")
    group.user_set.add(User.objects.create_user("somebody"))
    page = browser.post(reverse("admin:auth_group_delete", args=[group.pk]), {"post": "yes"})

    assert page.status_code in (200, 409)
    assert Group.objects.filter(pk=group.pk).exists()


def test_no_delete_page_of_the_admin_fails_for_whatever_is_there(browser, paid, held):
    """Asks for the deletion of one row of every model that the admin has, single and in bulk."""
    failed = []
    for model in admin.site._registry:
        rows = model._default_manager.all()
        row = (rows.exclude(username="boss") if model is User else rows).first()
        if row is None:
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        try:
            addresses = [reverse(f"{name}_delete", args=[row.pk]), reverse(f"{name}_changelist")]
        except NoReverseMatch:
            continue
        got = browser.get(addresses[0])
        one = browser.post(addresses[0], {"post": "yes"})
        several = browser.post(addresses[1], {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
        if max(got.status_code, one.status_code, several.status_code) >= 500:
            failed.append(model._meta.label)
    assert failed == []
    assert Order.objects.filter(pk=paid["order"].pk).exists()
    assert Line.objects.filter(order=paid["order"], product=paid["product"], stockrecord=paid["stock record"]).exists()
