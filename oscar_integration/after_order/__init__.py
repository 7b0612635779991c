"""What comes after an order: giving its money back, wholly or in part, to where it came from.

| function | what it does |
|---|---|
| `refund_order` | gives an amount back to the order's payment sources |
| `cancel_order` | cancels an order: its money, its stock, the gift cards it sold |
| `left_to_refund` | how much can still be given back |
| `record_refund_elsewhere` | records what another payment method has given back by hand |

The Oscar dashboard does the same through `AccountRefundsMixin`, which a shop adds to its ``EventHandler``. What is
given back goes to the sources in the order of ``ACCOUNTS_REFUND_ORDER``, never more to one than it has paid.

A refund is a row (`OrderRefund`) in three steps, each of its own: `starting` checks all that can refuse and reserves,
`external` asks other payment methods, `settling` does the rest in one transaction. `running` goes from one to the next,
also after a crash. All of it can be repeated without harm.
"""

from oscar_integration.after_order.by_hand import record_refund_elsewhere
from oscar_integration.after_order.cancelling import cancel_order
from oscar_integration.after_order.handler import AccountRefundsMixin
from oscar_integration.after_order.refunding import left_to_refund, refund_order

__all__ = ["AccountRefundsMixin", "cancel_order", "left_to_refund", "record_refund_elsewhere", "refund_order"]
