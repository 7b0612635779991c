"""The last confirmation before a batch is loaded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanWidget

from accounts_ledger.models import GiftCardBatch


class ConfirmForm(forms.Form):
    """Nothing to enter, unless the same file was uploaded before: that wants a second confirmation."""

    repeat = forms.BooleanField(
        label=_("I know that this file was uploaded before, and want its cards loaded from this batch."),
        widget=UnfoldBooleanWidget,
        error_messages={"required": _("The same file was uploaded before. Confirm that this is meant.")},
    )

    def __init__(self, *args: Any, batch: GiftCardBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if batch.repeat_of is None:
            del self.fields["repeat"]
