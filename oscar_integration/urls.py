"""The customers' pages. To be included before Oscar's URLs: they lie in its account section, two in its place."""

from django.urls import path, re_path

from oscar_integration.customer.guest_order import GuestOrderFormView, GuestOrderView
from oscar_integration.customer.views import AccountListView, BalanceView, StatementView

app_name = "managed_accounts"

#: What Oscar's addresses of a guest's order end with.
_ORDER = r"/(?P<order_number>[\w-]*)/(?P<hash>[A-z0-9-_=:]+)/$"

urlpatterns = [
    path("accounts/gift-cards/", AccountListView.as_view(), name="list"),
    path("accounts/gift-cards/<int:pk>/", StatementView.as_view(), name="statement"),
    path("gift-cards/balance/", BalanceView.as_view(), name="balance"),
    re_path(rf"^accounts/order-status{_ORDER}", GuestOrderView.as_view()),
    re_path(rf"^accounts/order-status-form{_ORDER}", GuestOrderFormView.as_view()),
]
