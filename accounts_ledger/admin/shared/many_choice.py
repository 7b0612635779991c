"""A form field for several rows of a table, however large the numbers are that are posted to it."""

from __future__ import annotations

from typing import Any

from django import forms


class ManyChoiceField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    """Refuses what cannot be an id, such as a number too large for the database, which Django would pass on to it."""

    def clean(self, value: Any) -> Any:
        for pk in value or ():
            try:
                self.queryset.model._meta.pk.clean(pk, None)  # type: ignore[union-attr]  # never None here
            except forms.ValidationError:
                raise forms.ValidationError(self.error_messages["invalid_pk_value"], params={"pk": pk}) from None
        return super().clean(value)
