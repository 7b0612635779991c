"""Gift card batches in the admin: bulk loads from files, from the upload to the last card spent."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts_ledger import dates
from accounts_ledger.admin.batch.access import has_rows, may_see_rows
from accounts_ledger.admin.batch.actions import PAGES
from accounts_ledger.admin.batch.issue import IssueBatchView, SampleView
from accounts_ledger.admin.batch.summary import summary
from accounts_ledger.admin.batch.views import (
    CONFIRM,
    DRAFT,
    ConfirmView,
    ProgressView,
    ReadingView,
    UploadView,
    batch_url,
)
from accounts_ledger.admin.shared.money_column import money, money_column
from accounts_ledger.admin.shared.read_only_admin import ReadOnlyModelAdmin
from accounts_ledger.imports import notes
from accounts_ledger.imports.reverse import standing
from accounts_ledger.imports.second_person import is_uploader, who
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
    empty_text = _(
        "Load many gift cards at once, with or without a CSV or Excel file. A file is checked first: "
        "nothing is loaded until you have seen its totals and errors."
    )
    list_display = ("date_created", "title", "file_name", "state_label", "cards", "value_money", "source", "username")
    list_display_links = ("date_created", "title")
    list_filter = ("state",)
    list_select_related = ("source", "account_type", "repeat_of")
    search_fields = ("reference", "name", "file_name")
    search_help_text = _("Reference, name or file")
    ordering = ("-date_created", "-pk")
    sortable_by = ("date_created", "cards")
    change_form_template = "admin/accounts_ledger/giftcardbatch/detail.html"
    actions_list = ("upload_file", "issue_cards")

    class Media:
        css: ClassVar = {"all": ["accounts_ledger/batch.css"]}

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
        return money(batch.value, batch.currency) if batch.totals else None

    def get_urls(self) -> list[URLPattern]:
        pages = {"reading": ReadingView, "confirm": ConfirmView, "progress": ProgressView, **PAGES}
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(view.as_view(model_admin=self)),
                name=f"accounts_ledger_giftcardbatch_{name}",
            )
            for name, view in pages.items()
        ]
        sample = self.admin_site.admin_view(SampleView.as_view(model_admin=self))
        return [path("sample/", sample, name="accounts_ledger_giftcardbatch_sample"), *own, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        batch = kwargs.get("obj")
        if batch:
            stands = standing(batch) if batch.state in (State.LOADED, State.REVERSED) else {}
            context |= {
                "batch": batch,
                "summary": summary(batch),
                "state_colour": STATE_COLOURS[batch.state],
                "problems": batch.problems.all()[:_SHOWN_PROBLEMS],
                "cards": _shown_cards(batch),
                "notes": notes.about(batch) if batch.date_checked else [],
                "events": batch.events.all(),
                "may_confirm": request.user.has_perms(CONFIRM) and not is_uploader(batch, request.user),
                "who_confirms": who(batch, *CONFIRM) if batch.is_loadable and is_uploader(batch, request.user) else "",
                "may_see_rows": request.user.has_perms(DRAFT) and has_rows(batch) and may_see_rows(batch, request.user),
                "may_change_reading": request.user.has_perms(DRAFT)
                and is_uploader(batch, request.user)
                and has_rows(batch),
                "acts": self._acts(request, batch, stands),
                "standing": stands,
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def _acts(self, request: HttpRequest, batch: GiftCardBatch, stands: dict[str, int]) -> list[tuple[Any, str]]:
        """Return what this user can do to the batch as its cards stand now: titles and addresses of pages."""
        possible = {"freeze": stands.get("open"), "thaw": stands.get("frozen"), "restart": batch.is_stale}
        names = ("codes", "freeze", "thaw", "extend", "reverse", "cancel", "restart")
        offered = [name for name in names if possible.get(name, True)]
        return [
            (PAGES[name].title, batch_url(batch, name))
            for name in offered
            if batch.state in PAGES[name].states
            and request.user.has_perms(PAGES[name].permission_required)
            and not (name == "codes" and is_uploader(batch, request.user))
        ]

    @action(
        description=_("Import a file"),
        url_path="upload",
        icon="upload_file",
        permissions=DRAFT,
        variant=ActionVariant.PRIMARY,
    )
    def upload_file(self, request: HttpRequest) -> HttpResponseBase:
        return UploadView.as_view(model_admin=self)(request)

    @action(description=_("Issue without a file"), url_path="issue", icon="add_card", permissions=DRAFT)
    def issue_cards(self, request: HttpRequest) -> HttpResponseBase:
        return IssueBatchView.as_view(model_admin=self)(request)


def _shown_cards(batch: GiftCardBatch) -> list[tuple[Any, Any]]:
    """Return the first cards of *batch*, each with the last day on which it is valid."""
    cards = batch.accounts.select_related("account_type", "primary_user").order_by("pk")[:_SHOWN_CARDS]
    return [(card, dates.last_day_before(card.end_date) if card.end_date else None) for card in cards]
