"""Pages of Oscar's shop that the example shop changes: lists of products, the basket, a new wish list."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from oscar.apps.basket import views as basket
from oscar.apps.communication.notifications.context_processors import notifications
from oscar.apps.customer.wishlists import views as wish_lists
from oscar.apps.search import views as search
from oscar.core.loading import get_model

from accounts_ledger.admin.shared.guarded_list import LONGEST_SEARCH
from backoffice.security.addresses import cut_terms
from oscar_integration.selling.basket_page import GiftCardBasketViewMixin


class _ProductsReadAtOnce:
    """Mixin of lists of products. Oscar reads each one, its price, picture and options only when it is shown."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Cut the term, which Oscar records with the customer's searches even where nothing can be found."""
        cut_terms(request, ["q"], LONGEST_SEARCH)
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # the view's

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)  # type: ignore[misc]  # the view's
        results = context["page_obj"].object_list
        products = get_model("catalogue", "Product").objects.browsable().base_queryset()
        found = products.in_bulk([result.pk for result in results])
        for result in results:
            result.object = found.get(int(result.pk))
        return context


class FacetedSearchView(_ProductsReadAtOnce, search.FacetedSearchView):
    pass


class CatalogueView(_ProductsReadAtOnce, search.CatalogueView):
    pass


class ProductCategoryView(_ProductsReadAtOnce, search.ProductCategoryView):
    pass


class BasketView(GiftCardBasketViewMixin, basket.BasketView):
    pass


class WishListCreateView(wish_lists.WishListCreateView):
    """Oscar leads on to an address that it does not have if the product for a new wish list is not there."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not get_model("catalogue", "Product").objects.filter(pk=kwargs["product_pk"]).exists():
            messages.error(request, _("The requested product no longer exists"))
            return redirect("customer:wishlists-create")
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


def shop_notifications(request: HttpRequest) -> dict[str, Any]:
    """Return Oscar's notification count for templates, for shop pages only.

    The admin renders many components a page, each with its own context: there Oscar's processor would
    run the same query once a component, for a figure that no admin page shows.
    """
    return {} if request.path.startswith("/admin/") else notifications(request)
