"""Oscar's counters of what was sold: updated after the order, not with it."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import transaction
from oscar.apps.analytics.apps import AnalyticsConfig
from oscar.apps.order.signals import order_placed


def update_later() -> None:
    """Have orders counted once they are committed, instead of within their transaction, where the signal is sent.

    A counter would stay locked until the commit, and others of the same products wait; orders that name them in
    opposite order would wait for each other. And the first order of a product makes its counter: a second one that does
    so at the same moment would fail as a whole.
    """
    if any(isinstance(app, AnalyticsConfig) for app in apps.get_app_configs()):
        from oscar.apps.analytics import receivers  # needs the models of an installed app

        order_placed.disconnect(receivers.receive_order_placed)
        order_placed.connect(_update_after_commit, dispatch_uid="oscar_integration.update_counters")


def _update_after_commit(sender: Any, **placed: Any) -> None:
    from oscar.apps.analytics import receivers

    def update() -> None:  # a partial has no name, which Django wants to log when it fails
        receivers.receive_order_placed(sender, **placed)

    transaction.on_commit(update, robust=True)
