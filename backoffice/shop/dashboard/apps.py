from oscar.apps.dashboard import apps


class DashboardConfig(apps.DashboardConfig):
    """Oscar's, with a first page of our own."""

    name = "backoffice.shop.dashboard"

    def ready(self) -> None:
        super().ready()
        from backoffice.shop.dashboard import views

        self.index_view = views.IndexView
