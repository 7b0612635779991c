"""Reads environment variables: what cannot be meant is refused by its name, and never taken for something else."""

from __future__ import annotations

import os
from collections.abc import Collection
from email.utils import getaddresses
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

_YES = ("1", "true", "yes", "on")
_NO = ("0", "false", "no", "off")


class Variables(environ.Env):
    """The variables of the process. Blanks around a value do not count, and an empty one is as good as none.

    All methods raise ImproperlyConfigured for values that are not what they read.
    """

    @classmethod
    def read_file(cls, file: Path) -> None:
        """Take from *file* what the environment does not have. There need not be such a file, but if so, it counts."""
        if file.exists():
            if not os.access(file, os.R_OK):
                raise ImproperlyConfigured(f"The user that this runs as may not read {file}.")
            cls.read_env(file)

    def text(self, name: str, *, default: str = "") -> str:
        return str(self.ENVIRON.get(name, "")).strip() or default

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name).lower()
        if value and value not in (*_YES, *_NO):
            raise ImproperlyConfigured(f"{name} is neither 1 nor 0.")
        return value in _YES if value else default

    def whole(self, name: str, *, default: int, least: int = 0) -> int:
        value = self.text(name, default=str(default))
        if not (value.isascii() and value.isdecimal() and int(value) >= least):
            raise ImproperlyConfigured(f"{name} is not a whole number of at least {least}.")
        return int(value)

    def one_of(self, name: str, choices: Collection[str], *, default: str) -> str:
        value = self.text(name, default=default)
        if value not in choices:
            raise ImproperlyConfigured(f"{name} is none of {', '.join(choices)}.")
        return value

    def several(self, name: str, *, default: Collection[str] = ()) -> list[str]:
        """Read a list with commas."""
        return [item.strip() for item in self.text(name).split(",") if item.strip()] or list(default)

    def people(self, name: str) -> list[tuple[str, str]]:
        """Read names and addresses: ``Ann <ann@example.com>, ops@example.com``."""
        found = [person for person in getaddresses([self.text(name)]) if any(person)]
        if not all("@" in address for _name, address in found):
            raise ImproperlyConfigured(f"{name} has something that is no e-mail address.")
        return found

    def site(self, name: str) -> str | None:
        """Read the address of a web site."""
        value = self.text(name)
        if value and not value.startswith(("https://", "http://")):
            raise ImproperlyConfigured(f"{name} does not begin with https:// or http://.")
        return value or None

    def time_zone(self, name: str, *, default: str) -> str:
        value = self.text(name, default=default)
        try:
            ZoneInfo(value)
        except (ValueError, OSError, LookupError):
            raise ImproperlyConfigured(f"{name} is no time zone: give one such as {default}.") from None
        return value

    def mail(self, name: str, *, default: str) -> dict[str, Any]:
        """Read where mail goes to, as Django's settings."""
        try:
            server: dict[str, Any] = self.email_url_config(self.text(name, default=default))
        except (ValueError, ImproperlyConfigured):
            server = {}
        if not server or ("smtp" in server["EMAIL_BACKEND"] and not server["EMAIL_HOST"]):
            # Neither chained nor repeated: it may have a password.
            raise ImproperlyConfigured(f"{name} cannot be read. Give it as smtp+tls://user:password@host:587.")
        return server
