"""Links from merchant references (order numbers) to the pages of whatever system they belong to.

The ledger knows no shop: a shop's integration registers a resolver, and every admin page uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

#: From merchant references and the user who looks to the addresses of those that exist and that the user may see.
Resolver = Callable[[Collection[str], Any], Mapping[str, str]]

_resolvers: list[Resolver] = []


def register(resolver: Resolver) -> None:
    """Add *resolver*. It is called once a page with all references on it, so that it can look them up in one query."""
    if resolver not in _resolvers:
        _resolvers.append(resolver)


def links(references: Collection[str | None], user: Any) -> dict[str, str]:
    """Return the addresses of those *references* that lead somewhere."""
    wanted = {reference for reference in references if reference}
    found: dict[str, str] = {}
    if wanted:
        for resolver in _resolvers:
            found.update(resolver(wanted, user))
    return found
