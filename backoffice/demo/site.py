"""The demo's name and address in the shop's e-mails."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sites.models import Site
from django.db.models import Q

#: What Django's first migration of sites calls every installation.
UNNAMED = "example.com"


def name(port: int) -> None:
    """Name the Site after the shop, with the address under which the demo is served, unless it has a name already.

    The name that an earlier demo gave it, on another port, is none of its own.
    """
    for site in Site.objects.filter(Q(domain=UNNAMED) | Q(domain__startswith="localhost:"), pk=settings.SITE_ID):
        site.name, site.domain = settings.OSCAR_SHOP_NAME, f"localhost:{port}"
        site.save()
