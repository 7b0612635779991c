from oscar.apps.dashboard.users import apps


class UsersDashboardConfig(apps.UsersDashboardConfig):
    """Oscar's, with a list of our own."""

    name = "backoffice.shop.users_dashboard"

    def ready(self) -> None:
        super().ready()
        from backoffice.shop.users_dashboard import views

        self.index_view = views.IndexView
