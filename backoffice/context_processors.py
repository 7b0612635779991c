"""Template context for the storefront."""

from typing import Any

from django.http import HttpRequest
from oscar.apps.communication.notifications.context_processors import notifications


def shop_notifications(request: HttpRequest) -> dict[str, Any]:
    """Oscar's notification count, for shop pages only.

    The admin renders many components a page, each with its own context: there Oscar's processor would
    run the same query once a component, for a figure that no admin page shows.
    """
    if request.path.startswith("/admin/"):
        return {}
    return notifications(request)
