"""What the integration keeps beside Oscar's own tables."""

from oscar_integration.models.code_attempts import CodeAttempts
from oscar_integration.models.gift_card_sale import GiftCardSale
from oscar_integration.models.payment_attempt import PaymentAttempt

__all__ = ["CodeAttempts", "GiftCardSale", "PaymentAttempt"]
