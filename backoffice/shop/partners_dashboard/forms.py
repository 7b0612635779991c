"""Users of partners, made and changed by the rules of the admin: nobody sets a colleague's password.

Oscar's forms ask for a password to give, and make anybody staff by one's word.
"""

from __future__ import annotations

from typing import Any

from django import forms
from oscar.apps.dashboard.partners import forms as oscar_forms

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
