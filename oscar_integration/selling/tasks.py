"""What the worker does for gift cards that were sold. Nothing that is secret is written into the queue."""

from __future__ import annotations

from django_tasks import task
from oscar.core.loading import get_model


@task()
def deliver_order(order: int) -> None:
    """Issue what is paid of the order with this id, and send what is due. What fails is repeated by cron."""
    from oscar_integration.selling import delivery  # which enqueues this task

    found = get_model("order", "Order")._default_manager.filter(pk=order).first()
    if found is not None:
        delivery.deliver_due(found)
