from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OscarIntegrationConfig(AppConfig):
    name = "oscar_integration"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Payment by managed accounts")
