from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class OscarIntegrationConfig(AppConfig):
    name = "oscar_integration"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Payment by managed accounts")

    def ready(self) -> None:
        from django.db.models.signals import pre_save
        from oscar.apps.checkout.signals import post_checkout
        from oscar.apps.order.signals import order_placed
        from oscar.core.loading import get_model

        from accounts_ledger import code_lookups
        from oscar_integration import checks, deletion, order_counters, wiring_checks
        from oscar_integration.after_order import guard, unrecorded
        from oscar_integration.guessing.staff import StaffGuard
        from oscar_integration.selling import checks as selling_checks
        from oscar_integration.selling import receivers, stock_record

        register(checks.check_trusted_proxies)
        register(checks.check_requests_are_not_atomic)
        register(selling_checks.check_gift_cards_are_sold_whole)
        register(selling_checks.check_amounts_are_whole)
        wiring_checks.register_all()
        pre_save.connect(
            guard.check_saved_status, sender=get_model("order", "Order"), dispatch_uid="oscar_integration.guard_status"
        )
        post_checkout.connect(unrecorded.record_after_checkout, dispatch_uid="oscar_integration.record_redemptions")
        order_placed.connect(receivers.note_sales, dispatch_uid="oscar_integration.note_sales")
        order_counters.update_later()
        deletion.guard_all()
        stock_record.check_prices()
        code_lookups.register(StaffGuard())
