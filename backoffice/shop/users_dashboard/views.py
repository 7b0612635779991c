"""The dashboard's list of customers: whoever may only look at users cannot switch them on and off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from oscar.apps.dashboard.users import views

CHANGE_USER = "auth.change_user"


class IndexView(views.IndexView):
    """Oscar asks for ``auth.view_user`` whatever is done."""

    def _change_users_active_status(self, users: Iterable[Any], value: bool) -> HttpResponse:
        """Switch *users* on or off, but for superusers and oneself, as the admin does. The history names who did it.

        Raises:
            PermissionDenied: the member of staff may not change users.
        """
        me = self.request.user
        if not me.has_perm(CHANGE_USER):
            raise PermissionDenied
        response: HttpResponse = super()._change_users_active_status([one for one in users if one != me], value)
        return response
