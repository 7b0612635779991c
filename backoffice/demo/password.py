"""The demo's password is printed and published: outside a demo it opens nothing, whoever has it.

A database that a demo was made in has its superuser. Whoever turns that into a shop would have the doors open.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from backoffice.demo.people import DEMO_PASSWORD

logger = logging.getLogger(__name__)


def is_refused(password: str | None) -> bool:
    return password == DEMO_PASSWORD and not settings.DEMO


class PublishedPasswordBackend:
    """Refuses the demo's password before any backend looks at it, for every name alike.

    Without ``get_user``: nobody is ever logged in by this one.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> None:
        if not is_refused(password):
            return
        logger.warning("Somebody tried to log in with the demo's password, which works with DEMO=1 only")
        if request is not None and hasattr(request, "_messages"):
            messages.warning(
                request, _("That is the demo's password, which everybody knows: it works in a demo (DEMO=1) only.")
            )
        raise PermissionDenied


class PublishedPasswordValidator:
    """Refuses the demo's password as a new one."""

    def validate(self, password: str, user: Any = None) -> None:
        if is_refused(password):
            raise ValidationError(_("Everybody knows this password: it is the demo's."), code="password_published")

    def get_help_text(self) -> str:
        return _("Your password can’t be one that is published.")
