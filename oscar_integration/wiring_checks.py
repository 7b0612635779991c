"""System checks: what a shop has to wire so that the money of an order finds its way back, and has not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.module_loading import import_string
from oscar.core.loading import get_class

from oscar_integration import conf

_PATHS = {
    "ACCOUNTS_CANCEL_REMAINDER": "a function of a PaymentAttempt",
    "ACCOUNTS_REFUND_REMAINDER": "a function of (source, amount, reference)",
}
_CHOICES = {
    "ACCOUNTS_REFUND_ORDER": ("last-in-first-out", "first-in-first-out"),
    "ACCOUNTS_REFUND_TO_EXPIRED": ("replace", "extend"),
}


def register_all() -> None:
    """Register the checks of this module."""
    for check in (check_order_processing, check_other_method, check_refund_settings):
        register(check)


def check_order_processing(**kwargs: Any) -> list[CheckMessage]:
    """Tell a shop whose order processing gives nothing back, and whose dashboard has no form to refund."""
    from oscar_integration.after_order import AccountRefundsMixin
    from oscar_integration.after_order.dashboard import RefundMixin

    found: list[CheckMessage] = []
    if not issubclass(get_class("order.processing", "EventHandler"), AccountRefundsMixin):
        found.append(
            Warning(
                "Cancelling an order gives nothing back to accounts: the EventHandler has no AccountRefundsMixin. "
                "Orders that accounts have paid cannot be cancelled until it has.",
                hint="Fork Oscar's app order, and put AccountRefundsMixin before its EventHandler in processing.py; "
                'see "After the order" in docs/add-to-your-oscar-project.md.',
                id="oscar_integration.W020",
            )
        )
    page = _order_page()
    if page is not None and not issubclass(page, RefundMixin):
        found.append(
            Warning(
                "The orders dashboard has no form to refund, and whoever may look at orders can cancel them: its views "
                "have no RefundMixin and ChangeOrdersMixin.",
                hint='Fork Oscar\'s app dashboard.orders, and put them before its views; see "After the order" in '
                "docs/add-to-your-oscar-project.md.",
                id="oscar_integration.W021",
            )
        )
    return found


def _order_page() -> type | None:
    """Return the dashboard's view of an order, whichever app stands for Oscar's; None if the shop has no dashboard."""
    dashboard = apps.app_configs.get("orders_dashboard")
    return getattr(dashboard, "order_detail_view", None)


def check_other_method(**kwargs: Any) -> list[CheckMessage]:
    """Tell a shop that takes money by another method, and has no way to give it back."""
    view = get_class("checkout.views", "PaymentDetailsView")
    if not hasattr(view, "takes_other_methods") or not view.takes_other_methods():
        return []
    return [
        Warning(
            f"Another method pays the rest of an order (pay_remainder), and {name} is not set: {consequence}.",
            hint=f"Set {name} to the dotted path of {_PATHS[name]}; see docs/add-to-your-oscar-project.md.",
            id=identifier,
        )
        for name, consequence, identifier in (
            (
                "ACCOUNTS_CANCEL_REMAINDER",
                "what it takes for orders that fail is not given back",
                "oscar_integration.W022",
            ),
            (
                "ACCOUNTS_REFUND_REMAINDER",
                "staff have to refund it there by hand and record that",
                "oscar_integration.W023",
            ),
        )
        if conf.get(name) is None
    ]


def check_refund_settings(**kwargs: Any) -> list[CheckMessage]:
    """Refuse settings with which a refund would fail half-way."""
    return [*_wrong_paths(), *_wrong_choices(), *_wrong_statuses()]


def _wrong_paths() -> Iterator[CheckMessage]:
    for name, what in _PATHS.items():
        path = conf.get(name)
        if path is None:
            continue
        try:
            usable = callable(import_string(path))
        except (ImportError, AttributeError, TypeError):
            usable = False
        if not usable:
            yield Error(
                f"{name} is {path!r}, which cannot be imported.",
                hint=f'Give the dotted path of {what}, such as "shop.card_gateway.refund", or None.',
                id="oscar_integration.E020",
            )


def _wrong_choices() -> Iterator[CheckMessage]:
    for name, choices in _CHOICES.items():
        if conf.get(name) not in choices:
            yield Error(
                f"{name} is {conf.get(name)!r}.", hint=f"It may be {' or '.join(choices)}.", id="oscar_integration.E021"
            )
    days = conf.get("ACCOUNTS_REFUND_VALIDITY_DAYS")
    if isinstance(days, bool) or not isinstance(days, int) or days <= 0:
        yield Error(
            f"ACCOUNTS_REFUND_VALIDITY_DAYS is {days!r}.", hint="It is a number of days.", id="oscar_integration.E022"
        )


def _wrong_statuses() -> Iterator[CheckMessage]:
    pipeline = getattr(settings, "OSCAR_ORDER_STATUS_PIPELINE", {})
    statuses = conf.get("ACCOUNTS_CANCELLED_STATUSES")
    if isinstance(statuses, str) or not statuses:
        yield Error(
            f"ACCOUNTS_CANCELLED_STATUSES is {statuses!r}.",
            hint="Name the order statuses that give everything back, as a list.",
            id="oscar_integration.E023",
        )
    elif pipeline and not set(statuses) & set(pipeline):
        yield Warning(
            f"None of ACCOUNTS_CANCELLED_STATUSES {tuple(statuses)!r} is a status of OSCAR_ORDER_STATUS_PIPELINE: "
            "no order can be cancelled.",
            hint="Name the statuses of your shop that mean that an order is cancelled.",
            id="oscar_integration.W024",
        )
