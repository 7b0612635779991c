"""The example shop's checkout: Oscar's, with payment by accounts."""

from oscar.apps.checkout import views
from oscar.apps.checkout.views import *  # noqa: F403  (a fork of an Oscar app starts from all of it)

from oscar_integration.checkout import AccountPaymentMixin


class PaymentDetailsView(AccountPaymentMixin, views.PaymentDetailsView):
    pass
