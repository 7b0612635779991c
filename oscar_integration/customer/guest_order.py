"""The page of a guest's order, whose link is in its e-mail: it opens the order for a time, and then says so.

Oscar signs the order's number, and nothing else, so its link is good for ever, in whichever mailbox or log it lies.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from oscar.core.loading import get_class, get_model

from oscar_integration import conf

DetailView: Any = get_class("customer.views", "AnonymousOrderDetailView")
FormView: Any = get_class("customer.views", "AnonymousOrderFormView")


def is_over(order: Any, now: datetime.datetime | None = None) -> bool:
    """Whether the link of a guest's *order* has ended."""
    days = conf.get("ACCOUNTS_GUEST_ORDER_DAYS")
    if days is None:
        return False
    return (now or timezone.now()) - order.date_placed > datetime.timedelta(days=days)


class _EndsMixin:
    kwargs: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Open the order, or explain why it does not open any more: to nobody but who has its link."""
        orders = get_model("order", "Order")._default_manager
        order = orders.filter(user=None, number=self.kwargs["order_number"]).first()
        if order is not None and order.check_verification_hash(self.kwargs["hash"]) and is_over(order):
            days = conf.get("ACCOUNTS_GUEST_ORDER_DAYS")
            context = {"days": days, "number": order.number}
            return render(request, "oscar_integration/customer/guest_order_over.html", context, status=410)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # Oscar's view
        return response


class GuestOrderView(_EndsMixin, DetailView):
    """The order."""


class GuestOrderFormView(_EndsMixin, FormView):
    """The form that asks for the guest's e-mail address first."""
