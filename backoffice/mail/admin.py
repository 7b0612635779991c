"""The queue of e-mails in the admin: what waits, was sent, or could not be. What is in them is not shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from accounts_ledger.admin.shared.form_filter import choices_filter, day_range_filter
from accounts_ledger.admin.shared.read_only_admin import ReadOnlyModelAdmin
from accounts_ledger.written_dates import moment
from backoffice.mail import sending, tasks
from backoffice.models import QueuedMail

_COLOURS = {QueuedMail.State.WAITING: "warning", QueuedMail.State.SENT: "success", QueuedMail.State.FAILED: "danger"}


@admin.register(QueuedMail)
class QueuedMailAdmin(ReadOnlyModelAdmin):
    """Written by the site itself; staff can have tried again what waits."""

    empty_text = _("E-mails that the site sends are listed here for 30 days: to whom, and whether they were sent.")
    list_display = ("date", "recipients", "subject", "state_label", "failures", "last_error")
    list_filter = (
        choices_filter("state", _("State"), QueuedMail.State.choices),
        day_range_filter("date_created", _("date")),
    )
    list_filter_submit = True
    search_fields = ("recipients", "subject")
    search_help_text = _("Recipient or subject")
    ordering = ("-date_created", "-pk")
    sortable_by = ("date",)
    actions = ("try_again",)  # type: ignore[assignment]  # the base has none
    fields = ("recipients", "subject", "state", "failures", "last_error", "date_created", "next_try", "date_done")

    @display(description=_("Written"), ordering="date_created")
    def date(self, mail: QueuedMail) -> Any:
        return moment(mail.date_created)

    @display(description=_("State"), label=_COLOURS)
    def state_label(self, mail: QueuedMail) -> tuple[str, Any]:
        return mail.state, mail.get_state_display()

    def has_try_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("backoffice.can_retry_mail")

    @action(description=_("Try again"), permissions=["try_again"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[QueuedMail]) -> None:
        number = sending.try_again(queryset)
        if number:
            tasks.send_due.enqueue()
        message = ngettext("%d e-mail will be tried again.", "%d e-mails will be tried again.", number) % number
        self.message_user(request, message, messages.SUCCESS if number else messages.WARNING)
