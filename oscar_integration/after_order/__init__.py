"""What comes after an order: giving its money back, wholly or in part, to where it came from.

| function | what it does |
|---|---|
| `refund_order` | gives an amount back to the order's payment sources |
| `cancel_order` | cancels an order: its money, its stock, the gift cards it sold |
| `left_to_refund` | how much can still be given back |

The Oscar dashboard does the same through `AccountRefundsMixin`, which a shop adds to its ``EventHandler``. What is
given back goes to the sources in the order of ``ACCOUNTS_REFUND_ORDER``, never more to one than it has paid. Both
can be repeated without harm: a cancelled order is not cancelled twice, and a refund has an idempotency key.
"""

from oscar_integration.after_order.cancelling import cancel_order
from oscar_integration.after_order.handler import AccountRefundsMixin
from oscar_integration.after_order.refunding import left_to_refund, refund_order

__all__ = ["AccountRefundsMixin", "cancel_order", "left_to_refund", "refund_order"]
