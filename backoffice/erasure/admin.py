"""The record of erasures, to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts_ledger.admin.shared.read_only_admin import ReadOnlyModelAdmin
from backoffice.models import Erasure


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyModelAdmin):
    empty_text = _("Nobody has asked for their data to be removed yet. It is done on the page of a user.")
    list_display = ("date_created", "subject", "reason", "username")
    fields = ("subject", "reason", "username", "date_created", "what_was_removed", "what_stays")
    readonly_fields = fields

    @display(description=_("Removed"))
    def what_was_removed(self, record: Erasure) -> Any:
        return _lines(record.removed)

    @display(description=_("Kept"))
    def what_stays(self, record: Erasure) -> Any:
        return _lines(record.kept)


def _lines(found: dict[str, int]) -> Any:
    return format_html_join("", "<div>{} {}</div>", ((number, what) for what, number in found.items())) or "–"
