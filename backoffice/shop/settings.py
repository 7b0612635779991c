"""The example shop's part of the settings: Oscar's apps, and what Oscar is told that no operator decides."""

from __future__ import annotations

from django.urls import reverse_lazy
from oscar import defaults

from backoffice.navigation import OSCAR_DASHBOARD_ENTRIES

SHOP_APPS = [
    "oscar.config.Shop",
    "oscar.apps.analytics.apps.AnalyticsConfig",
    "backoffice.shop.apps.CheckoutConfig",
    "oscar.apps.address.apps.AddressConfig",
    "backoffice.shop.apps.ShippingConfig",
    "backoffice.shop.apps.CatalogueConfig",
    "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
    "oscar.apps.communication.apps.CommunicationConfig",
    "backoffice.shop.apps.PartnerConfig",
    "backoffice.shop.apps.BasketConfig",
    "oscar.apps.payment.apps.PaymentConfig",
    "oscar.apps.offer.apps.OfferConfig",
    "backoffice.shop.apps.OrderConfig",
    "oscar.apps.customer.apps.CustomerConfig",
    "backoffice.shop.apps.SearchConfig",
    "oscar.apps.voucher.apps.VoucherConfig",
    "oscar.apps.wishlists.apps.WishlistsConfig",
    "backoffice.shop.apps.DashboardConfig",
    "oscar.apps.dashboard.reports.apps.ReportsDashboardConfig",
    "backoffice.shop.apps.UsersDashboardConfig",
    "backoffice.shop.apps.OrdersDashboardConfig",
    "oscar.apps.dashboard.catalogue.apps.CatalogueDashboardConfig",
    "oscar.apps.dashboard.offers.apps.OffersDashboardConfig",
    "backoffice.shop.apps.PartnersDashboardConfig",
    "oscar.apps.dashboard.pages.apps.PagesDashboardConfig",
    "oscar.apps.dashboard.ranges.apps.RangesDashboardConfig",
    "oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig",
    "oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig",
    "oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig",
    "oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig",
]
# The forks change behaviour, not models: they keep Oscar's own migrations.
MIGRATION_MODULES = {app: f"oscar.apps.{app}.migrations" for app in ("basket", "order", "partner", "shipping")}

# Discounts in whole units of the currency: in a yen shop, no account could pay a part of a yen.
OSCAR_OFFER_ROUNDING_FUNCTION = "oscar_integration.whole_amounts.discount"
OSCAR_HOMEPAGE = reverse_lazy("catalogue:index")
OSCAR_ALLOW_ANON_CHECKOUT = True
OSCAR_INITIAL_ORDER_STATUS = "Pending"
OSCAR_INITIAL_LINE_STATUS = "Pending"
OSCAR_ORDER_STATUS_PIPELINE = {
    "Pending": ("Being processed", "Cancelled"),
    "Being processed": ("Complete", "Cancelled"),
    "Complete": (),
    "Cancelled": (),
}
OSCAR_DASHBOARD_NAVIGATION = [*defaults.OSCAR_DASHBOARD_NAVIGATION, *OSCAR_DASHBOARD_ENTRIES]
# Nothing to refine by: Whoosh counts the words of a type ("gift", "card") instead of types, and no price ranges at all.
OSCAR_SEARCH_FACETS: dict[str, dict[str, object]] = {"fields": {}, "queries": {}}
THUMBNAIL_FORMAT = "PNG"
