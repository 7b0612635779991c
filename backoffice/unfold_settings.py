"""The admin's look: the part of the settings that Unfold reads."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext as _

from backoffice.navigation import ACCOUNT_LINKS, SIDEBAR

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Managed accounts",
    "SITE_HEADER": "Managed accounts",
    "SITE_SUBHEADER": "Finance back office",
    "SITE_SYMBOL": "account_balance",
    "SITE_FAVICONS": [{"rel": "icon", "href": lambda request: static("oscar/favicon.ico")}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "backoffice.unfold_settings.environment_label",
    "SIDEBAR": SIDEBAR,
    "DASHBOARD_CALLBACK": "backoffice.dashboard.callback",
    "ACCOUNT": {"navigation": ACCOUNT_LINKS},
    "COMMAND": {"search_callback": "backoffice.command_search.find"},
    "STYLES": [lambda request: static("accounts_ledger/admin.css")],
    "SCRIPTS": [
        lambda request: static("accounts_ledger/csrf.js"),
        lambda request: static("accounts_ledger/palette.js"),
        lambda request: static("accounts_ledger/keyboard.js"),
        lambda request: static("accounts_ledger/icons.js"),
    ],
    "COLORS": {
        "primary": {
            "50": "oklch(98.4% .014 180.72)",
            "100": "oklch(95.3% .051 180.801)",
            "200": "oklch(91% .096 180.426)",
            "300": "oklch(85.5% .138 181.071)",
            "400": "oklch(77.7% .152 181.912)",
            "500": "oklch(70.4% .14 182.503)",
            "600": "oklch(51.1% .096 186.391)",
            "700": "oklch(43.7% .078 188.216)",
            "800": "oklch(38.6% .063 188.416)",
            "900": "oklch(32% .055 188.5)",
            "950": "oklch(27.7% .046 192.524)",
        }
    },
}


def environment_label(request: HttpRequest) -> list[str] | None:
    """Return text and colour of the label that tells a test installation from the real one; None in production."""
    return [_("Demo"), "warning"] if settings.DEMO or settings.DEBUG else None
