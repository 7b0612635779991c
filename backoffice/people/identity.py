"""Asking again who somebody is, before they change who may do what. An open session is not enough for that."""

from __future__ import annotations

from typing import Any, Self

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget

from backoffice.security.second_factor import devices

FIELD = "own_password"


def check(request: HttpRequest, typed: str) -> None:
    """Make sure that *typed* is the password of whoever is logged in, or a code from their app.

    A wrong password counts as a failed login of the same name and address, and so is limited as those are.

    Raises:
        ValidationError: it is neither.
    """
    if not typed:
        raise ValidationError(_t("Type your own password to confirm this."), code="missing")
    user: Any = request.user
    plain = typed.replace(" ", "")
    if plain.isdecimal() and devices.has_factor(user):
        devices.verify(user, plain)
    elif authenticate(request, username=user.get_username(), password=typed) != user:
        raise ValidationError(_t("This is not your password."), code="wrong")


class IdentityField(forms.CharField):
    """The password of whoever is logged in. It is their own, whoever the form is about."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Your own password"),
            help_text=_("Or a code from your app, if you log in in two steps."),
            strip=False,
            max_length=128,
            widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
            **kwargs,
        )


class AsksForIdentity(forms.Form):
    """A form of the admin that changes nothing of importance without the password of whoever fills it in.

    `of` gives the form for a request. ``sensitive`` names the fields that the
    password is asked for; None: it is asked for whatever is typed.
    """

    request: HttpRequest
    sensitive: frozenset[str] | None = None

    own_password = IdentityField(required=False)

    @classmethod
    def of(cls, request: HttpRequest) -> type[Self]:
        """Return this form for *request*."""
        return type(cls.__name__, (cls,), {"request": request})

    def clean(self) -> Any:
        cleaned = super().clean()
        if FIELD not in self.errors and self._is_needed():
            try:
                check(self.request, self.cleaned_data.get(FIELD) or "")
            except ValidationError as refusal:
                self.add_error(FIELD, refusal)
        return cleaned

    def _is_needed(self) -> bool:
        return self.sensitive is None or not self.sensitive.isdisjoint(self.changed_data)
