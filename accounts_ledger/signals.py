"""What the ledger tells those who import it; it does not know them.

Those about money are sent with `Signal.send_robust`: a listener that fails is logged and stops no transfer. Listeners
run while a customer waits, so they must be quick.
"""

from django.dispatch import Signal

#: `init_accounts` has completed the chart of accounts. No arguments.
chart_initialised = Signal()

#: `rotate_code_keys` has sealed all codes with the newest key: whoever seals more with these keys does the same. No
#: arguments.
codes_rotated = Signal()

#: Transfers were written and committed, by one request. The sender is `Transfer`. Arguments:
#: ``kinds``: how many of each `Transfer.Kind`; ``repeated``: how many of the request's transfers are not among them,
#: because their idempotency keys had been used for them before; ``seconds``: what it took, waiting for locks included,
#: or None for a bulk issue, whose time is its caller's.
transfers_posted = Signal(use_caching=True)

#: A request to move money was refused, and nothing was written. The sender is `Transfer`. Arguments: ``kind``, one of
#: `Transfer.Kind` or whatever was asked for; ``error``, the `AccountException` that says why.
transfer_refused = Signal(use_caching=True)
