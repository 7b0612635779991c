"""Removes a person's data on request, from every table, and keeps the money's trail. See docs/decisions/0016."""

from backoffice.erasure.erase import erase
from backoffice.erasure.person import Person, find

__all__ = ["Person", "erase", "find"]
