"""What lists of accounts and of transfers share to be narrowed to the cards of a batch."""

from __future__ import annotations

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts_ledger.models import GiftCardBatch


class BatchForm(forms.Form):
    batch = forms.CharField(
        label=_("Batch, by reference, name or file"), required=False, max_length=255, widget=UnfoldAdminTextInputWidget
    )


def batches_called(text: str) -> QuerySet[GiftCardBatch]:
    """Return the batches with that reference, or with *text* in their name or their file's."""
    return GiftCardBatch.objects.filter(
        Q(reference__iexact=text) | Q(name__icontains=text) | Q(file_name__icontains=text)
    )
