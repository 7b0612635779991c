"""Settings with which requests would fail, or money be lost, stop the start."""

import pytest
from django.db import connections

from oscar_integration.checks import check_requests_are_not_atomic, check_trusted_proxies


@pytest.mark.parametrize("proxy", ["10.0.0.0/8", "10.0.0.1", "10.0.0.1/8", "2001:db8::/32", "unix"])
def test_addresses_networks_and_sockets_are_proxies(settings, proxy):
    settings.ACCOUNTS_TRUSTED_PROXIES = [proxy]
    assert check_trusted_proxies() == []


@pytest.mark.parametrize("proxy", ["foo", "10.0.0.0/99", "http://10.0.0.1", ""])
def test_anything_else_is_refused(settings, proxy):
    settings.ACCOUNTS_TRUSTED_PROXIES = ["unix", proxy]
    assert [error.id for error in check_trusted_proxies()] == ["oscar_integration.E001"]


def test_requests_are_not_atomic():
    assert check_requests_are_not_atomic() == []


def test_a_transaction_around_each_request_is_refused(monkeypatch):
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    assert [error.id for error in check_requests_are_not_atomic()] == ["oscar_integration.E002"]
