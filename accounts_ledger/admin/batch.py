"""Gift card batches in the admin: bulk loads from files, from the upload to the last card spent."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts_ledger.admin.batch_summary import summary
from accounts_ledger.admin.batch_views import CONFIRM, DRAFT, ConfirmView, ProgressView, ReadingView, UploadView
from accounts_ledger.admin.money_column import money, money_column
from accounts_ledger.admin.read_only_admin import ReadOnlyModelAdmin
from accounts_ledger.models import GiftCardBatch

State = GiftCardBatch.State
STATE_COLOURS = {
    State.UPLOADED: "info",
    State.CHECKING: "info",
    State.CHECKED: "warning",
    State.LOADING: "info",
    State.LOADED: "success",
    State.REVERSED: "danger",
    State.CANCELLED: "default",
    State.FAILED: "danger",
}
_SHOWN_PROBLEMS = 100
_SHOWN_CARDS = 50


@admin.register(GiftCardBatch)
class GiftCardBatchAdmin(ReadOnlyModelAdmin):
    list_display = ("date_created", "title", "file_name", "state_label", "cards", "value_money", "source", "username")
    list_display_links = ("date_created", "title")
    list_filter = ("state",)
    list_select_related = ("source", "account_type", "repeat_of")
    search_fields = ("reference", "name", "file_name")
    search_help_text = _("Reference, name or file")
    ordering = ("-date_created", "-pk")
    sortable_by = ("date_created", "cards")
    change_form_template = "admin/accounts_ledger/giftcardbatch/detail.html"
    actions_list = ("upload_file",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or any(
            request.user.has_perm(permission) for permission in (*DRAFT, *CONFIRM)
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @display(description=_("Batch"))
    def title(self, batch: GiftCardBatch) -> str:
        return str(batch)

    @display(description=_("State"), label=STATE_COLOURS)
    def state_label(self, batch: GiftCardBatch) -> Any:
        return batch.state, batch.get_state_display()

    @money_column(description=_("Value"))
    def value_money(self, batch: GiftCardBatch) -> Any:
        return money(summary_value(batch), batch.currency) if batch.totals else None

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "reading": ReadingView,
            "confirm": ConfirmView,
            "progress": ProgressView,
        }
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(view.as_view(model_admin=self)),
                name=f"accounts_ledger_giftcardbatch_{name}",
            )
            for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        batch = kwargs.get("obj")
        if batch:
            context |= {
                "batch": batch,
                "summary": summary(batch),
                "state_colour": STATE_COLOURS[batch.state],
                "problems": batch.problems.all()[:_SHOWN_PROBLEMS],
                "cards": batch.accounts.select_related("account_type", "primary_user").order_by("pk")[:_SHOWN_CARDS],
                "events": batch.events.all(),
                "may_draft": request.user.has_perms(DRAFT),
                "may_confirm": request.user.has_perms(CONFIRM),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    @action(
        description=_("Import a file"),
        url_path="upload",
        icon="upload_file",
        permissions=DRAFT,
        variant=ActionVariant.PRIMARY,
    )
    def upload_file(self, request: HttpRequest) -> HttpResponse:
        return UploadView.as_view(model_admin=self)(request)


def summary_value(batch: GiftCardBatch) -> Any:
    return summary(batch).value
