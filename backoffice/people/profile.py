"""A customer's profile. Its e-mail address changes with the password only: who has the address has the profile."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from oscar.core.loading import get_class

ProfileForm: Any = get_class("customer.forms", "ProfileForm")
ProfileUpdateView: Any = get_class("customer.views", "ProfileUpdateView")


class GuardedProfileForm(ProfileForm):
    password = forms.CharField(
        label=_("Your password"),
        help_text=_("Only needed if you change your e-mail address."),
        required=False,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean(self) -> Any:
        cleaned = super().clean()
        # A password that is typed was counted by backoffice.security.door_limits before.
        if "email" in self.changed_data and not self.user.check_password(self.cleaned_data.get("password") or ""):
            self.add_error("password", ValidationError(_t("Type your password to change your e-mail address.")))
        return cleaned


class GuardedProfileUpdateView(ProfileUpdateView):
    form_class = GuardedProfileForm
