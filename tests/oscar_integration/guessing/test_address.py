"""Which address an attempt counts for."""

from __future__ import annotations

import pytest

from oscar_integration.guessing.address import address_of


def test_without_a_proxy_it_is_the_connections(request_from):
    assert address_of(request_from("192.0.2.1")) == "192.0.2.1"


def test_without_a_trusted_proxy_what_the_client_claims_is_not_believed(request_from):
    assert address_of(request_from("192.0.2.1", forwarded="198.51.100.7")) == "192.0.2.1"


@pytest.mark.parametrize(
    ("trusted", "forwarded", "expected"),
    [
        (["10.0.0.1"], "198.51.100.7", "198.51.100.7"),
        (["10.0.0.0/8"], "198.51.100.7, 10.2.3.4", "198.51.100.7"),
        (["10.0.0.0/8"], "203.0.113.9, 198.51.100.7", "198.51.100.7"),  # the first one is the client's invention
        (["10.0.0.0/8"], "203.0.113.9, nonsense", "10.0.0.1"),
        (["10.0.0.0/8"], "", "10.0.0.1"),
        (["10.0.0.0/8"], "198.51.100.7:4711", "198.51.100.7"),
        (["192.168.0.0/16"], "198.51.100.7", "10.0.0.1"),
    ],
)
def test_behind_a_trusted_proxy_the_list_is_read_from_its_end(request_from, settings, trusted, forwarded, expected):
    settings.ACCOUNTS_TRUSTED_PROXIES = trusted

    assert address_of(request_from("10.0.0.1", forwarded=forwarded)) == expected


def test_a_proxy_can_connect_through_a_socket_file(request_from, settings):
    settings.ACCOUNTS_TRUSTED_PROXIES = ["unix"]

    assert address_of(request_from("", forwarded="198.51.100.7")) == "198.51.100.7"


def test_a_household_has_one_ipv6_network(request_from):
    one, other = request_from("2001:db8:1:2::1"), request_from("2001:db8:1:2:ffff::9")

    assert address_of(one) == address_of(other) == "2001:db8:1:2::/64"


def test_an_ipv4_address_in_ipv6_notation_is_the_same_address(request_from):
    assert address_of(request_from("::ffff:192.0.2.1")) == "192.0.2.1"
