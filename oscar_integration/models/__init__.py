"""What the integration keeps beside Oscar's own tables."""

from oscar_integration.models.code_attempts import CodeAttempts
from oscar_integration.models.gift_card_sale import GiftCardSale
from oscar_integration.models.order_refund import OrderRefund, OrderRefundCard, OrderRefundPart
from oscar_integration.models.payment_attempt import PaymentAttempt

__all__ = ["CodeAttempts", "GiftCardSale", "OrderRefund", "OrderRefundCard", "OrderRefundPart", "PaymentAttempt"]
