"""Selects that are searched by typing, and draw only what is chosen: Unfold's would read the whole table for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from unfold.widgets import (
    UnfoldAdminAutocompleteModelChoiceFieldWidget,
    UnfoldAdminMultipleAutocompleteModelChoiceFieldWidget,
)

#: The largest id that a database takes.
_LARGEST_ID = 2**63 - 1


class ChosenOnly(forms.Select):
    """Mixin of the widget of a `ModelChoiceField` whose model is looked up by primary key."""

    def optgroups(self, name: str, value: Sequence[Any], attrs: Any = None) -> list[Any]:
        choices: Any = self.choices
        options: list[dict[str, Any]] = []
        if not self.is_required and not self.allow_multiple_selected:
            options.append(self.create_option(name, "", "", selected=False, index=0))
        for chosen in self._chosen(choices.queryset, value):
            label = choices.field.label_from_instance(chosen)
            options.append(self.create_option(name, chosen.pk, label, selected=True, index=len(options)))
        return [(None, options, 0)]

    def _chosen(self, everything: QuerySet[Any], value: Sequence[Any]) -> QuerySet[Any]:
        """Return the rows that *value* names; what cannot be an id names none."""
        texts = [str(given) for given in value]
        numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 20]
        return everything.filter(pk__in=[number for number in numbers if number <= _LARGEST_ID])


class ChosenOnlySelect(ChosenOnly, UnfoldAdminAutocompleteModelChoiceFieldWidget):
    pass


class ChosenOnlySelectMultiple(ChosenOnly, UnfoldAdminMultipleAutocompleteModelChoiceFieldWidget):
    class Media:
        js = ("accounts_ledger/select2_labels.js",)
