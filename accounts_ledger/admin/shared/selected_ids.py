"""What is ticked on a list, as long as it can be an id: Django passes anything on to the database, which fails."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import helpers
from django.http import HttpRequest, HttpResponse


class SelectedIds:
    """Mixin of the admin: an action on a selection gets the rows there are, and junk selects none."""

    def response_action(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Drop what cannot be an id before it reaches the database."""
        name = helpers.ACTION_CHECKBOX_NAME
        given = request.POST.copy()
        given.setlist(name, [pk for pk in given.getlist(name) if pk.isascii() and pk.isdigit() and len(pk) < 19])
        request.POST = given  # type: ignore[assignment]  # Django's own middleware may replace it too
        return super().response_action(request, queryset)  # type: ignore[misc]  # of Django's ModelAdmin
