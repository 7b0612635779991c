"""The label beside the admin's title that tells a test installation from the real one."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _


def label(request: HttpRequest) -> list[str] | None:
    """Return text and colour of the label, or None in production."""
    return [_("Demo"), "warning"] if settings.DEMO or settings.DEBUG else None
