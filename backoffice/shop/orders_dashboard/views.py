"""The dashboard's orders: Oscar's, with a form to refund."""

from oscar.apps.dashboard.orders import views

from oscar_integration.after_order.dashboard import OrderListMixin, RefundMixin


class OrderListView(OrderListMixin, views.OrderListView):
    pass


class OrderDetailView(RefundMixin, views.OrderDetailView):
    pass
