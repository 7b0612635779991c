"""What the integration keeps beside Oscar's own tables."""

from oscar_integration.models.payment_attempt import PaymentAttempt

__all__ = ["PaymentAttempt"]
