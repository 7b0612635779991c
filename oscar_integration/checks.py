"""System checks: settings with which requests would fail, or money be lost, stop the start."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections

from oscar_integration import conf


def check_trusted_proxies(**kwargs: Any) -> list[CheckMessage]:
    """Refuse proxies that are neither an address nor a network: they would be met at the first request through one."""
    return [
        Error(
            f"ACCOUNTS_TRUSTED_PROXIES (TRUSTED_PROXIES) names {proxy!r}, which is no network.",
            hint="Give addresses or networks, such as 10.0.0.0/8, or unix for a socket.",
            id="oscar_integration.E001",
        )
        for proxy in conf.get("ACCOUNTS_TRUSTED_PROXIES")
        if proxy != "unix" and not _is_network(proxy)
    ]


def check_requests_are_not_atomic(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a transaction around each request: the checkout would ask for money while it holds locks, and a hold would
    not be written before something is charged for the rest."""
    return [
        Error(
            f"ATOMIC_REQUESTS is on for the database {alias!r}.",
            hint="Turn it off: payments commit what they must before they ask another system for money.",
            id="oscar_integration.E002",
        )
        for alias in connections
        if connections.settings[alias]["ATOMIC_REQUESTS"]
    ]


def _is_network(proxy: str) -> bool:
    try:
        ipaddress.ip_network(proxy, strict=False)
    except ValueError:
        return False
    return True
