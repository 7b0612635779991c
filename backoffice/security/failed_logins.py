"""Failed logins in the admin: who failed for which name, and letting somebody try again before the wait is over."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from accounts_ledger.admin.shared.read_only_admin import ReadOnlyModelAdmin
from accounts_ledger.written_dates import moment
from backoffice.models import FailedLogin


@admin.register(FailedLogin)
class FailedLoginAdmin(ReadOnlyModelAdmin):
    """Written by django-axes; rows go when a login succeeds, or at the first failure after the wait."""

    empty_text = _(
        "There are no recent failed logins. Anyone who fails too often has to wait, and can be unblocked here."
    )
    list_display = ("name", "address", "state", "failures_since_start", "last_attempt", "path_info")
    fields = ("username", "ip_address", "user_agent", "path_info", "failures_since_start", "attempt_time")
    search_fields = ("username", "ip_address")
    search_help_text = _("Name or address")
    ordering = ("-attempt_time", "-pk")
    actions = ("unblock",)  # type: ignore[assignment]  # the base has none

    @display(description=_("Name"), ordering="username", empty_value="–")
    def name(self, attempt: FailedLogin) -> str | None:
        return attempt.username

    @display(description=_("Address"), ordering="ip_address", empty_value="–")
    def address(self, attempt: FailedLogin) -> str | None:
        return attempt.ip_address

    @display(description=_("State"), label={"blocked": "danger", "free": "success"})
    def state(self, attempt: FailedLogin) -> tuple[str, Any]:
        blocked = attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT
        return ("blocked", _("Blocked")) if blocked else ("free", _("Not blocked"))

    @display(description=_("Last attempt"), ordering="attempt_time")
    def last_attempt(self, attempt: FailedLogin) -> Any:
        return moment(attempt.attempt_time)

    def has_unblock_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("backoffice.delete_failedlogin")

    @action(description=_("Let them try again"), permissions=["unblock"])
    def unblock(self, request: HttpRequest, queryset: QuerySet[FailedLogin]) -> None:
        count = queryset.delete()[0]
        message = ngettext("Unblocked %d login.", "Unblocked %d logins.", count) % count
        self.message_user(request, message, messages.SUCCESS)
