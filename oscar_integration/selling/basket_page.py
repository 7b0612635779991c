"""The page of the basket: what was said of a gift card long ago is looked at again before the shopper goes on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from oscar_integration.selling import limits, options
from oscar_integration.selling.product import is_gift_card


class GiftCardBasketViewMixin:
    """Goes before Oscar's ``BasketView``."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        basket: Any = request.basket  # type: ignore[attr-defined]  # Oscar's middleware
        told = options.drop_past_dates(basket)
        for line in basket.all_lines():
            if is_gift_card(line.product):
                permitted, reason = line.purchase_info.availability.is_purchase_permitted(line.quantity)
                if not permitted:
                    about = {"product": line.product.get_title(), "reason": reason}
                    told.append(_("'%(product)s' cannot be bought as it is: %(reason)s") % about)
        if too_many := limits.too_many_in(basket):
            told.append(too_many)
        for message in dict.fromkeys(told):
            messages.warning(request, message)
        response: HttpResponse = super().get(request, *args, **kwargs)  # type: ignore[misc]  # Oscar's view
        return response
