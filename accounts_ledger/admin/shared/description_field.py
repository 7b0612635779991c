"""A form field for what an account is called to the customers who spend it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts_ledger.models import Account


class DescriptionField(forms.CharField):
    """The description of an account, or of all accounts that are made together."""

    def __init__(self, **kwargs: Any) -> None:
        shown = {
            "label": _("Description"),
            "max_length": Account.LONGEST_DESCRIPTION,
            "widget": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            "help_text": _("Shown to customers at checkout."),
        }
        super().__init__(**{"required": False, **shown, **kwargs})
