"""URLs of the example shop, but its orders are placed by Oscar's own view: without any payment."""

from django.urls import include, path
from oscar.apps.checkout.views import PaymentDetailsView

urlpatterns = [
    path("checkout/preview/", PaymentDetailsView.as_view(preview=True)),
    path("", include("backoffice.urls")),
]
