"""The dashboard's pages of the users of partners: those of the admin's rules, see `backoffice.admin.UserAdmin`."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from oscar.apps.dashboard.partners import views

from backoffice.people import reset_link
from backoffice.shop.partners_dashboard.forms import ExistingUserForm, NewUserForm


class PartnerUserCreateView(views.PartnerUserCreateView):
    def get_form_class(self) -> type[Any]:
        return NewUserForm.of(self.request)

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        transaction.on_commit(partial(reset_link.send, self.request, self.object))
        return response


class PartnerUserUpdateView(views.PartnerUserUpdateView):
    def get_form_class(self) -> type[Any]:
        return ExistingUserForm.of(self.request)

    def get_object(self, queryset: Any = None) -> Any:
        """Return the user to be changed.

        Raises:
            PermissionDenied: a superuser, whom superusers only may change, or the member of staff, who would change
                what they may do themselves.
        """
        user = super().get_object(queryset)
        me: Any = self.request.user
        if not me.is_superuser and (user.is_superuser or user == me):
            raise PermissionDenied
        return user


class PartnerUserLinkView(views.PartnerUserLinkView):
    """Gives a user a partner's orders to see. Never by a link, which anybody could have staff follow."""

    http_method_names = ("post", "options")
