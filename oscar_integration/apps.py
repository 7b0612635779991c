from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class OscarIntegrationConfig(AppConfig):
    name = "oscar_integration"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Payment by managed accounts")

    def ready(self) -> None:
        from oscar.apps.order.signals import order_placed

        from oscar_integration import checks, order_counters
        from oscar_integration.selling import receivers

        register(checks.check_trusted_proxies)
        register(checks.check_requests_are_not_atomic)
        order_placed.connect(receivers.note_sales, dispatch_uid="oscar_integration.note_sales")
        order_counters.update_later()
