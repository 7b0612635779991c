"""Forms that act once: a double click, a reload or "back" never moves money a second time."""

from __future__ import annotations

import re
import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_KEY = re.compile(r"[A-Za-z0-9_-]{22}")


def new_key() -> str:
    """Return a key that nobody has used (128 bits)."""
    return secrets.token_urlsafe(16)


class OneTimeKeyMixin(forms.Form):
    """Adds a hidden key that is made with the form and becomes the idempotency key of what the form posts.

    The key in the ledger names the user too, so that nobody can use up somebody else's.
    """

    one_time_key = forms.CharField(widget=forms.HiddenInput, required=False, initial=new_key)

    def clean_one_time_key(self) -> str:
        key = self.cleaned_data["one_time_key"]
        if not _KEY.fullmatch(key):
            raise forms.ValidationError(_("This form has expired. Please check it and submit it again."))
        return key

    def idempotency_key(self, user: Any) -> str:
        """Return the idempotency key of the act that *user* asks for with this form."""
        return f"admin:{user.pk}:{self.cleaned_data['one_time_key']}"

    def renew_key(self) -> None:
        """Give the form a new key, for the next submission: the old one is used up, or was no key."""
        data: Any = self.data
        data = data.copy()
        data[self.add_prefix("one_time_key")] = new_key()
        self.data = data
