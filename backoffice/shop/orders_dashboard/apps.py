from oscar.apps.dashboard.orders import apps


class OrdersDashboardConfig(apps.OrdersDashboardConfig):
    """Oscar's, with two views of our own."""

    name = "backoffice.shop.orders_dashboard"

    def ready(self) -> None:
        super().ready()
        from backoffice.shop.orders_dashboard import views

        self.order_list_view = views.OrderListView
        self.order_detail_view = views.OrderDetailView
