"""The network address that a request comes from, also behind proxies."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from oscar_integration import conf

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Bits of an IPv6 address that stand for one household: a single machine can use all addresses of its network.
_IPV6_HOUSEHOLD = 64
#: Bits of what providers give one customer, and anybody can rent: 256 and 65,536 such households.
_IPV6_WIDER = (56, 48)


def address_of(request: HttpRequest) -> str:
    """Return the address or, for IPv6, the network that *request* comes from.

    The list in X-Forwarded-For is read from its end, as far as the proxies named in ``ACCOUNTS_TRUSTED_PROXIES`` wrote
    it: whatever is further to the front, the client may have made up.
    """
    hop = request.META.get("REMOTE_ADDR", "") or "unix"
    forwarded = [entry.strip() for entry in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if entry.strip()]
    trusted = list(conf.get("ACCOUNTS_TRUSTED_PROXIES"))
    while forwarded and _is_trusted(hop, trusted):
        claimed = forwarded.pop()
        if _parsed(claimed) is None:
            break  # not an address: nothing in front of it can be believed either
        hop = claimed
    return _subject(hop)


def wider_networks(subject: str) -> list[str]:
    """Return the networks, smaller ones first, around *subject*, as `address_of` gives it; IPv4 addresses have none."""
    if ":" not in subject:
        return []
    inner = ipaddress.ip_network(subject)
    return [str(inner.supernet(new_prefix=bits)) for bits in _IPV6_WIDER]


def _is_trusted(hop: str, trusted: Iterable[str]) -> bool:
    address = _parsed(hop)
    if address is None:
        return hop in trusted
    return any(address in _network(entry) for entry in trusted if entry != "unix")


def _network(entry: str) -> Any:
    return ipaddress.ip_network(entry, strict=False)


def _parsed(text: str) -> Address | None:
    """Read "192.0.2.1", "192.0.2.1:4711", "2001:db8::1" and "[2001:db8::1]:4711"."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def _subject(hop: str) -> str:
    address = _parsed(hop)
    if address is None:
        return hop[:64]
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, _IPV6_HOUSEHOLD), strict=False))
    return str(address)
