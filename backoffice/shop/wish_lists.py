"""A new wish list for a product that is not there: Oscar leads on to an address that it does not have."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from oscar.core.loading import get_class, get_model

CreateView: Any = get_class("customer.wishlists.views", "WishListCreateView")


class WishListCreateView(CreateView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not get_model("catalogue", "Product").objects.filter(pk=kwargs["product_pk"]).exists():
            messages.error(request, _("The requested product no longer exists"))
            return redirect("customer:wishlists-create")
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response
