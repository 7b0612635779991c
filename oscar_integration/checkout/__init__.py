"""Oscar's checkout with payment by accounts: `AccountPaymentMixin` goes before Oscar's ``PaymentDetailsView``."""

from oscar_integration.checkout.mixin import AccountPaymentMixin
from oscar_integration.checkout.returning import PaymentReturnMixin

__all__ = ["AccountPaymentMixin", "PaymentReturnMixin"]
