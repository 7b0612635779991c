from oscar.apps.dashboard.partners import apps


class PartnersDashboardConfig(apps.PartnersDashboardConfig):
    """Oscar's, with views of our own for the users of partners."""

    name = "backoffice.shop.partners_dashboard"

    def ready(self) -> None:
        super().ready()
        from backoffice.shop.partners_dashboard import views

        self.user_create_view = views.PartnerUserCreateView
        self.user_update_view = views.PartnerUserUpdateView
        self.user_link_view = views.PartnerUserLinkView
