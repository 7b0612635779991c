"""Oscar's apps as the example shop configures them.

Basket, checkout, order, partner and shipping are forks: Oscar looks their modules up by name. The other apps keep
Oscar's package and get views of our own.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.urls import path
from oscar.apps.basket import apps as basket
from oscar.apps.catalogue import apps as catalogue
from oscar.apps.checkout import apps as checkout
from oscar.apps.dashboard import apps as dashboard
from oscar.apps.dashboard.orders import apps as orders_dashboard
from oscar.apps.dashboard.partners import apps as partners_dashboard
from oscar.apps.dashboard.users import apps as users_dashboard
from oscar.apps.order import apps as order
from oscar.apps.partner import apps as partner
from oscar.apps.search import apps as search
from oscar.apps.shipping import apps as shipping
from oscar.core.loading import get_class


class BasketConfig(basket.BasketConfig):
    name = "backoffice.shop.basket"

    def ready(self) -> None:
        super().ready()
        import_module("oscar.apps.basket.admin")  # Django looks for one in the fork, which has none
        from backoffice.shop import pages

        self.summary_view = pages.BasketView


class OrderConfig(order.OrderConfig):
    name = "backoffice.shop.order"


class PartnerConfig(partner.PartnerConfig):
    name = "backoffice.shop.partner"

    def ready(self) -> None:
        super().ready()
        import_module("oscar.apps.partner.admin")  # as for the basket


class ShippingConfig(shipping.ShippingConfig):
    name = "backoffice.shop.shipping"


class CheckoutConfig(checkout.CheckoutConfig):
    """Oscar's checkout, with the pages of the demo card."""

    name = "backoffice.shop.checkout"

    def ready(self) -> None:
        super().ready()
        self.demo_bank_view = get_class("checkout.views", "DemoBankView")
        self.demo_card_return_view = get_class("checkout.views", "DemoCardReturnView")

    def get_urls(self) -> list[Any]:
        own = [
            path("demo-bank/<str:reference>/", self.demo_bank_view.as_view(), name="demo-bank"),
            path("demo-card-return/", self.demo_card_return_view.as_view(), name="demo-card-return"),
        ]
        return [*super().get_urls(), *self.post_process_urls(own)]


class SearchConfig(search.SearchConfig):
    def ready(self) -> None:
        super().ready()
        from backoffice.shop import pages

        self.search_view = pages.FacetedSearchView


class CatalogueConfig(catalogue.CatalogueConfig):
    def ready(self) -> None:
        super().ready()
        from backoffice.shop import pages

        self.catalogue_view = pages.CatalogueView
        self.category_view = pages.ProductCategoryView


class DashboardConfig(dashboard.DashboardConfig):
    def ready(self) -> None:
        super().ready()
        from backoffice.shop import dashboard_pages

        self.index_view = dashboard_pages.IndexView


class OrdersDashboardConfig(orders_dashboard.OrdersDashboardConfig):
    def ready(self) -> None:
        super().ready()
        from backoffice.shop import dashboard_pages

        self.order_list_view = dashboard_pages.OrderListView
        self.order_detail_view = dashboard_pages.OrderDetailView


class UsersDashboardConfig(users_dashboard.UsersDashboardConfig):
    def ready(self) -> None:
        super().ready()
        from backoffice.shop import dashboard_pages

        self.index_view = dashboard_pages.UserListView


class PartnersDashboardConfig(partners_dashboard.PartnersDashboardConfig):
    def ready(self) -> None:
        super().ready()
        from backoffice.shop import partner_users

        self.user_create_view = partner_users.PartnerUserCreateView
        self.user_update_view = partner_users.PartnerUserUpdateView
        self.user_link_view = partner_users.PartnerUserLinkView
