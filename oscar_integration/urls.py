"""The customers' pages. To be included before Oscar's URLs: they lie in its account section."""

from django.urls import path

from oscar_integration.customer.views import AccountListView, BalanceView, StatementView

app_name = "managed_accounts"

urlpatterns = [
    path("accounts/gift-cards/", AccountListView.as_view(), name="list"),
    path("accounts/gift-cards/<int:pk>/", StatementView.as_view(), name="statement"),
    path("gift-cards/balance/", BalanceView.as_view(), name="balance"),
]
