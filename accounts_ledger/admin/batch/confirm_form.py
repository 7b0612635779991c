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
        label=_("This file was uploaded before. Load its cards from this batch anyway."),
        widget=UnfoldBooleanWidget,
        error_messages={"required": _("The same file was uploaded before. Tick the box to load it anyway.")},
    )

    guessable = forms.BooleanField(
        widget=UnfoldBooleanWidget,
        error_messages={"required": _("Tick the box to load these codes anyway, or generate new codes for the cards.")},
    )

    def __init__(self, *args: Any, batch: GiftCardBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if batch.repeat_of is None:
            del self.fields["repeat"]
        if not batch.guessable_codes:
            del self.fields["guessable"]
        else:
            self.fields["guessable"].label = ngettext(
                "Load %d guessable code", "Load %d guessable codes", batch.guessable_codes
            ) % (batch.guessable_codes,)
