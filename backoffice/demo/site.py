"""The demo's name and address in the shop's e-mails."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sites.models import Site

#: What Django's first migration of sites calls every installation.
UNNAMED = "example.com"


def name(port: int) -> None:
    """Name the Site after the shop, with the address under which the demo is served, unless it has a name already."""
    for site in Site.objects.filter(pk=settings.SITE_ID, domain=UNNAMED):
        site.name, site.domain = settings.OSCAR_SHOP_NAME, f"localhost:{port}"
        site.save()
