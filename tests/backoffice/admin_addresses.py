"""Every address of the admin by its name, and one object of each model to ask for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal as D
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from oscar.core.loading import get_model

from accounts_ledger import chart, facade
from accounts_ledger.models import (
    AccountMapping,
    AccountType,
    GiftCardBatch,
    Hold,
    JournalExport,
    Transfer,
    Verification,
)
from backoffice.models import Erasure, FailedLogin, QueuedMail
from oscar_integration.models import CodeAttempts, GiftCardSale, OrderRefund, PaymentAttempt

OWN = ("accounts_ledger_", "oscar_integration_", "auth_", "backoffice_")


def addresses(patterns: Any, namespace: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{namespace}{pattern.name}"


def admin_addresses() -> set[str]:
    found = addresses(get_resolver().url_patterns)
    return {name for name in found if name.startswith(("admin:", "ledger_reports:", "second_factor:"))}


def is_own(name: str) -> bool:
    """Whether the address is one of ours, not of the shop's or another package's models."""
    bare = name.split(":")[1]
    own_models = any(bare.startswith(prefix) for prefix in OWN)
    return own_models or not name.startswith("admin:") or not is_of_a_model(bare)


def is_of_a_model(bare: str) -> bool:
    return any(bare.startswith(f"{model._meta.app_label}_{model._meta.model_name}_") for model in admin.site._registry)


def sample_objects() -> dict[str, Any]:
    """One object of each model, in a state in which everything about it is possible."""
    bank = chart.bank()
    card = facade.issue(bank, D("50.00"), account_type=chart.deferred_income_types()[0])
    redemption = facade.transfer(card, chart.redemptions(), D("10.00"), kind=Transfer.Kind.REDEMPTION)
    hold = facade.hold(card, D("5.00"))
    spare_type = AccountType.objects.get(code="DEFERRED-INCOME").add_child(name="Spare")
    batch = GiftCardBatch.objects.create(source=bank, account_type=card.account_type, checksum="0" * 64)
    order = get_model("order", "Order").objects.create(
        number="100001",
        currency="GBP",
        total_incl_tax=D(50),
        total_excl_tax=D(50),
        shipping_incl_tax=D(0),
        shipping_excl_tax=D(0),
    )
    customer = get_user_model().objects.create_user("customer", "customer@example.com")
    assert isinstance(hold, Hold)
    moment = redemption.date_created
    return {
        "account": card,
        "transfer": redemption,
        "hold": hold,
        "accounttype": AccountType.objects.get(pk=spare_type.pk),
        "giftcardbatch": batch,
        "verification": Verification.objects.create(
            date_started=moment, date_finished=moment, accounts=0, transfers=0, transactions=0, findings=0
        ),
        "journalexport": JournalExport.objects.create(
            start=moment.date(), end=moment.date(), currency="GBP", format="xero", entries=0, total=D(0)
        ),
        "accountmapping": AccountMapping.objects.create(account_type=card.account_type, code="2100", name="Gift cards"),
        "giftcardsale": GiftCardSale.objects.create(
            order=order, value=D(50), currency="GBP", recipient_email="friend@example.com"
        ),
        "paymentattempt": PaymentAttempt.objects.create(
            order_number=order.number, currency="GBP", total=D(50), remainder=D(0), expires_at=moment
        ),
        "orderrefund": OrderRefund.objects.create(order=order, key="k", amount=D(5), event_type="Refund"),
        "erasure": Erasure.objects.create(subject="erased-7", reason="Request 7"),
        "queuedmail": QueuedMail.objects.create(recipients="friend@example.com", subject="Hello"),
        "failedlogin": FailedLogin.objects.create(username="mallory", failures_since_start=5),
        "codeattempts": CodeAttempts.objects.create(scope="address", subject="192.0.2.1"),
        "user": customer,
        "group": Group.objects.create(name="A group of the site's own"),
    }


def address_of(name: str, objects: dict[str, Any]) -> str:
    if name == "ledger_reports:report":
        return reverse(name, args=["trial-balance"])
    if name == "second_factor:remove":
        return reverse(name, args=[objects["user"].pk])
    try:
        return reverse(name)
    except Exception:  # it needs the id of its object
        target = objects[
            name.split(":")[1]
            .removeprefix("oscar_integration_")
            .removeprefix("accounts_ledger_")
            .removeprefix("auth_")
            .removeprefix("backoffice_")
            .split("_")[0]
        ]
    if name.endswith("_simple_history"):
        return reverse(name, args=(target.pk, target.history.first().pk))
    return reverse(name, args=(target.pk,))
