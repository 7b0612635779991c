from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OscarIntegrationConfig(AppConfig):
    name = "oscar_integration"
    verbose_name = _("Payment by managed accounts")
