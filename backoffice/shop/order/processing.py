"""The example shop's order processing: Oscar's, with refunds that move the money."""

from oscar.apps.order import processing

from oscar_integration.after_order import AccountRefundsMixin


class EventHandler(AccountRefundsMixin, processing.EventHandler):
    pass
