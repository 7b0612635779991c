"""Who tried too many codes, in the admin: the list, and letting somebody try again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from accounts_ledger.admin.shared.form_filter import choices_filter
from accounts_ledger.admin.shared.read_only_admin import ReadOnlyModelAdmin
from accounts_ledger.written_dates import moment
from oscar_integration.guessing import counting
from oscar_integration.models import CodeAttempts


class BlockedFilter(admin.SimpleListFilter):
    """Whether they have to wait now."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("blocked", _("Blocked now")), ("free", _("Not blocked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        blocked = Q(blocked_until__gt=timezone.now())
        if self.value() == "blocked":
            return queryset.filter(blocked)
        return queryset.exclude(blocked) if self.value() == "free" else queryset


@admin.register(CodeAttempts)
class CodeAttemptsAdmin(ReadOnlyModelAdmin):
    """Written by the shop itself; staff can only unblock."""

    empty_text = _(
        "There are no recent failed attempts to use a gift card code. Anyone who fails too often is "
        "blocked for a while, and can be unblocked here."
    )
    list_display = ("kind", "who", "state", "until", "failures", "blocks", "last_attempt")
    list_filter = (BlockedFilter, choices_filter("scope", _("Kind"), CodeAttempts.Scope.choices))
    list_filter_submit = True
    search_fields = ("subject",)
    search_help_text = _("Address or user number")
    ordering = ("-date_changed", "-pk")
    actions = ("unblock",)  # type: ignore[assignment]  # the base has none

    @display(description=_("Kind"), ordering="scope")
    def kind(self, counter: CodeAttempts) -> str:
        return counter.get_scope_display()

    @display(description=_("Who"), ordering="subject")
    def who(self, counter: CodeAttempts) -> str:
        # The hash of a session's key means nothing to anybody: enough of it to tell sessions apart.
        return f"{counter.subject[:12]}…" if counter.scope == CodeAttempts.Scope.SESSION else counter.subject or "–"

    @display(description=_("State"), label={"blocked": "danger", "free": "success"})
    def state(self, counter: CodeAttempts) -> tuple[str, Any]:
        return ("blocked", _("Blocked")) if counter.is_blocked else ("free", _("Not blocked"))

    @display(description=_("Blocked until"), ordering="blocked_until", empty_value="–")
    def until(self, counter: CodeAttempts) -> Any:
        return moment(counter.blocked_until) if counter.blocked_until else None

    @display(description=_("Last attempt"), ordering="date_changed")
    def last_attempt(self, counter: CodeAttempts) -> Any:
        return moment(counter.date_changed)

    def has_unblock_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("oscar_integration.can_unblock")

    @action(description=_("Unblock"), permissions=["unblock"])
    def unblock(self, request: HttpRequest, queryset: QuerySet[CodeAttempts]) -> None:
        count = counting.unblock(list(queryset))
        message = ngettext("Unblocked %d shopper.", "Unblocked %d shoppers.", count) % count
        self.message_user(request, message, messages.SUCCESS)
