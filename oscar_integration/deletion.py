"""What of the shop cannot be deleted, because an order or the ledger knows it.

Oscar's foreign keys to products, stock records, partners, sites, addresses and vouchers are emptied, or take what
refers to them along, when these are deleted. An order that has lost them cannot be shown, refunded or cancelled any
more. So every foreign key of orders, payments and of our own tables counts as one that protects; only what is part of
something bigger goes with it, and that is deleted only while the ledger does not know the order.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import DO_NOTHING, PROTECT, RESTRICT
from django.db.models.signals import post_delete
from oscar.core.loading import get_model

from accounts_ledger import deletion
from accounts_ledger.models import GiftCardBatch, Hold, Transfer
from oscar_integration.models import PaymentAttempt

#: Whose foreign keys protect what they refer to.
_KNOWING = ("order", "payment", "voucher", "accounts_ledger", "oscar_integration")
#: What has parts, which are deleted along: by app and name.
_WHOLES = (
    "order.Order",
    "order.Line",
    "order.PaymentEvent",
    "order.ShippingEvent",
    "order.OrderDiscount",
    "payment.Source",
    "voucher.VoucherSet",
    "accounts_ledger.GiftCardBatch",
    "accounts_ledger.Account",
    "oscar_integration.PaymentAttempt",
)
#: Parts of orders that people may delete: notes are theirs.
_FREE = ("order.OrderNote",)


def guard_all() -> None:
    """Register what stands against deleting rows of the shop."""
    _guard_what_is_referred_to()
    _guard_what_belongs_to_orders()
    deletion.guard(get_model("offer", "ConditionalOffer"), functools.partial(_discounts, "offer_id"))
    deletion.guard(get_model("voucher", "Voucher"), functools.partial(_discounts, "voucher_id"))
    deletion.guard(get_model("offer", "Range"), _batches_for)
    deletion.guard(get_user_model(), _of_people)
    post_delete.connect(
        _keep_application,
        sender=get_model("voucher", "VoucherApplication"),
        dispatch_uid="oscar_integration.deletion.keep_application",
    )


def _guard_what_is_referred_to() -> None:
    wholes = {apps.get_model(name) for name in _WHOLES}
    for label in _KNOWING:
        for model in apps.get_app_config(label).get_models(include_auto_created=True):
            for field in model._meta.concrete_fields:
                target: Any = field.related_model
                is_owner = target is model._meta.auto_created  # of a table between two, whose rows are its own
                if target in wholes or is_owner or target is get_user_model() or not _lets_go(field):
                    continue
                deletion.guard(target, functools.partial(_referring, model, field.name))


def _lets_go(field: Any) -> bool:
    """Return whether *field* is a foreign key that stands against nothing by itself."""
    is_key = field.is_relation and (field.many_to_one or field.one_to_one)
    return bool(is_key) and field.remote_field.on_delete not in (PROTECT, RESTRICT, DO_NOTHING)


def _referring(model: type[models.Model], field: str, instance: Any, origin: Any) -> Iterator[str]:
    rows = model._base_manager.filter(**{field: instance.pk})
    if model is PaymentAttempt:
        rows = rows.filter(state__in=[*PaymentAttempt.OPEN, PaymentAttempt.State.CANCELLING])
    elif isinstance(instance, get_model("basket", "Basket")) and deletion.began_with(origin, get_user_model()):
        return  # an order needs no basket any more; whoever placed it may go, and their baskets with them
    yield from deletion.counted(rows)


# --- Orders ----------------------------------------------------------------------------------------------------------


def _guard_what_belongs_to_orders() -> None:
    wholes = {apps.get_model(name) for name in _WHOLES if name.split(".")[0] in ("order", "payment")}
    deletion.guard(get_model("order", "Order"), _known_to_the_ledger)
    for label in ("order", "payment"):
        for model in apps.get_app_config(label).get_models():
            parents = [field for field in model._meta.concrete_fields if field.related_model in wholes]
            if parents and model._meta.label not in _FREE and model is not get_model("order", "Order"):
                deletion.guard(model, functools.partial(_of_known_order, parents[0].name))


def _of_known_order(parent: str, instance: Any, origin: Any) -> Iterator[str]:
    order_model = get_model("order", "Order")
    if deletion.began_with(origin, order_model):
        return  # asked for the order itself
    whole = getattr(instance, parent)
    while whole is not None and not isinstance(whole, order_model):
        whole = next(
            (getattr(whole, name) for name in ("order", "line", "event", "source") if hasattr(whole, name)), None
        )
    if whole is not None:
        yield from _known_to_the_ledger(whole, origin)


def _known_to_the_ledger(order: Any, origin: Any) -> Iterator[str]:
    """Yield what the ledger has of *order*: it would not know any more what its money was for."""
    yield from deletion.counted(Transfer.objects.filter(merchant_reference=order.number))
    yield from deletion.counted(Hold.objects.filter(merchant_reference=order.number))
    yield from deletion.counted(PaymentAttempt.objects.filter(order_number=order.number))
    yield from deletion.counted(order.gift_card_sales.all())


# --- Offers, vouchers, ranges, people ---------------------------------------------------------------------------------


def _discounts(field: str, instance: Any, origin: Any) -> Iterator[str]:
    """Orders name the offers and vouchers of their discounts by number only."""
    yield from deletion.counted(get_model("order", "OrderDiscount")._base_manager.filter(**{field: instance.pk}))


def _batches_for(instance: Any, origin: Any) -> Iterator[str]:
    """Batches that are not loaded yet name the range of their cards among their options."""
    waiting = GiftCardBatch.objects.filter(options__product_range=instance.pk)
    settled = [GiftCardBatch.State.LOADED, GiftCardBatch.State.REVERSED, GiftCardBatch.State.CANCELLED]
    yield from deletion.counted(waiting.exclude(state__in=settled))


def _of_people(instance: Any, origin: Any) -> Iterator[str]:
    unfinished = [*PaymentAttempt.OPEN, PaymentAttempt.State.CANCELLING]
    yield from deletion.counted(PaymentAttempt.objects.filter(user=instance.pk, state__in=unfinished))
    yield from deletion.counted(get_model("order", "OrderNote")._base_manager.filter(user=instance.pk))


def _keep_application(sender: Any, instance: Any, origin: Any = None, **kwargs: Any) -> None:
    """Put back that a voucher was used for an order, without whose it was: Oscar takes it along with the user."""
    if deletion.began_with(origin, get_user_model()):
        instance.user = None
        instance.save_base(raw=True, force_insert=True)
