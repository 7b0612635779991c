"""The last confirmation before a batch is loaded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldBooleanWidget

from accounts_ledger.models import GiftCardBatch


class ConfirmForm(forms.Form):
    """Nothing to enter, unless there is something that nobody would want by accident: that is confirmed by itself."""

    repeat = forms.BooleanField(
        label=_("I know that this file was uploaded before, and want its cards loaded from this batch."),
        widget=UnfoldBooleanWidget,
        error_messages={"required": _("The same file was uploaded before. Confirm that this is meant.")},
    )

    guessable = forms.BooleanField(
        widget=UnfoldBooleanWidget,
        error_messages={
            "required": _("Confirm that these codes are to be loaded, or have new codes made for the cards.")
        },
    )

    def __init__(self, *args: Any, batch: GiftCardBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if batch.repeat_of is None:
            del self.fields["repeat"]
        if not batch.guessable_codes:
            del self.fields["guessable"]
        else:
            self.fields["guessable"].label = ngettext(
                "Load %d code that can be guessed", "Load %d codes that can be guessed", batch.guessable_codes
            ) % (batch.guessable_codes,)
