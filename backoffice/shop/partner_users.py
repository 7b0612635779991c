"""The users of partners in the dashboard, by the rules of the admin (`backoffice.admin.UserAdmin`).

Oscar's forms ask for a password to give, and make anybody staff by one's word. Here nobody sets a colleague's password.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from oscar.apps.dashboard.partners import forms as oscar_forms
from oscar.apps.dashboard.partners import views

from backoffice.people import reset_link
from backoffice.people.identity import FIELD, AsksForIdentity

_PASSWORDS = ("password1", "password2")


class _WithoutPasswords(AsksForIdentity):
    """Mixin: the form as Oscar has it, but that it gives nobody a password, and asks for one's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _PASSWORDS:
            del self.fields[name]
        own = self.fields[FIELD]
        own.widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        self.order_fields([*(name for name in self.fields if name != FIELD), FIELD])

    def save(self, *args: Any, **kwargs: Any) -> Any:
        # What Oscar reads: no password, so a new user has none that could be used, and others keep theirs.
        self.cleaned_data["password1"] = None
        return super().save(*args, **kwargs)  # type: ignore[misc]  # of Oscar's form


class NewUserForm(_WithoutPasswords, oscar_forms.NewUserForm):
    """A new user of a partner, who chooses the password: a link to do so is mailed to them."""


class ExistingUserForm(_WithoutPasswords, oscar_forms.ExistingUserForm):
    """A user of a partner. A name may be corrected without the password; what they may do, not."""

    sensitive = frozenset({"role"})


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
