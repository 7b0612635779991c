"""What the ledger tells those who import it; it does not know them."""

from django.dispatch import Signal

#: `init_accounts` has completed the chart of accounts. No arguments.
chart_initialised = Signal()
