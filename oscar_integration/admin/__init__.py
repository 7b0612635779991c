"""What staff see of the shop's side in the back office. Each module registers its own model."""

from oscar_integration.admin import code_attempts, gift_card_sale, order_refund, payment_attempt

__all__ = ["code_attempts", "gift_card_sale", "order_refund", "payment_attempt"]
