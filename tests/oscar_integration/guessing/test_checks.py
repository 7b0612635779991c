"""A proxy that is no network stops the start, and not the first request that comes through one."""

import pytest

from oscar_integration.checks import check_trusted_proxies


@pytest.mark.parametrize("proxy", ["10.0.0.0/8", "10.0.0.1", "10.0.0.1/8", "2001:db8::/32", "unix"])
def test_addresses_networks_and_sockets_are_proxies(settings, proxy):
    settings.ACCOUNTS_TRUSTED_PROXIES = [proxy]
    assert check_trusted_proxies() == []


@pytest.mark.parametrize("proxy", ["foo", "10.0.0.0/99", "http://10.0.0.1", ""])
def test_anything_else_is_refused(settings, proxy):
    settings.ACCOUNTS_TRUSTED_PROXIES = ["unix", proxy]
    assert [error.id for error in check_trusted_proxies()] == ["oscar_integration.E001"]
