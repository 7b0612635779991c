"""The pages that do something to a whole batch: cancel, start again, reverse, freeze, extend, download."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views import View
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminSelectWidget

from accounts_ledger.admin.batch.views import CONFIRM, DRAFT, BatchView, batch_url, get_batch
from accounts_ledger.admin.shared.form_filter import day_field
from accounts_ledger.exceptions import AccountException
from accounts_ledger.imports import cards, export, limits, reverse, stop, tasks
from accounts_ledger.models import GiftCardBatch
from accounts_ledger.money import display

EXPORT_CODES = ("accounts_ledger.export_codes", "accounts_ledger.view_account_code")
State = GiftCardBatch.State


class ActView(BatchView):
    """A page that says what is about to happen to the batch, and a button that does it. Acts on POST only."""

    intro_template = "admin/accounts_ledger/giftcardbatch/act_intro.html"
    form_class = forms.Form
    batch: GiftCardBatch
    explanation: ClassVar[Any] = ""
    #: States of a batch to which this can be done.
    states: ClassVar[tuple[str, ...]] = ()

    def act(self, form: Any) -> str:
        """Do it and return the message for the user; may raise AccountException."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.batch.state not in self.states:
            messages.warning(request, _t("This cannot be done to a batch that is %s.") % self._state())
            return HttpResponseRedirect(batch_url(self.batch))
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            messages.success(self.request, self.act(form))
        except AccountException as refusal:
            messages.error(self.request, str(refusal))
        return HttpResponseRedirect(batch_url(self.batch))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, explanation=self.explanation)

    def _state(self) -> str:
        return self.batch.get_state_display().lower()


class CancelView(ActView):
    permission_required = DRAFT
    title = _("Cancel the batch")
    explanation = _("Nothing was loaded from it, and nothing will be.")
    submit_variant = "danger"
    states = (State.UPLOADED, State.CHECKING, State.CHECKED, State.LOADING, State.FAILED)

    def act(self, form: Any) -> str:
        stop.cancel(self.batch, self.request.user)
        if self.batch.state == State.CANCELLED:
            return _t("The batch was cancelled.")
        return _t("The job was asked to stop.")


class RestartView(ActView):
    permission_required = CONFIRM
    title = _("Start again")
    explanation = _("Its job gives no signs of life any more. It has written nothing, so it can be started again.")
    states = (State.CHECKING, State.LOADING)

    def act(self, form: Any) -> str:
        stop.restart(self.batch, self.request.user)
        return _t("The job was started again.")


class ReverseBatchView(ActView):
    permission_required = ("accounts_ledger.can_reverse_batch",)
    title = _("Reverse the batch")
    explanation = _(
        "Takes the value of every card that was never used back to where it came from, and closes these cards."
        " Cards from which something was spent keep what is left on them."
    )
    submit_variant = "danger"
    states = (State.LOADED, State.REVERSED)

    def act(self, form: Any) -> str:
        if self.batch.cards > limits.REVERSED_INLINE:
            staff: Any = self.request.user
            tasks.reverse_batch.enqueue(self.batch.pk, staff.pk)
            self.batch.remark(_t("Reversal asked for"), self.request.user)
            return _t("The cards are being reversed in the background; the history below says when that is done.")
        report = reverse.reverse(self.batch, self.request.user)
        for card, reason in report.failures[:10]:
            messages.warning(self.request, f"{card}: {reason}")
        return _t("Cards reversed: %(cards)s, %(value)s in all. Used, so they stay: %(spent)s. Failed: %(failed)s.") % {
            "cards": f"{report.reversed:,}",
            "value": display(report.value, self.batch.currency),
            "spent": f"{report.spent:,}",
            "failed": f"{report.failed:,}",
        }


class FreezeView(ActView):
    permission_required = ("accounts_ledger.can_freeze",)
    title = _("Freeze all cards")
    explanation = _("Nobody can spend an open card of the batch until it is thawed.")
    submit_variant = "danger"
    states = (State.LOADED, State.REVERSED)

    def act(self, form: Any) -> str:
        changed = cards.freeze(self.batch, self.request.user)
        return ngettext("%s card frozen.", "%s cards frozen.", changed) % f"{changed:,}"


class ThawView(ActView):
    permission_required = ("accounts_ledger.can_freeze",)
    title = _("Thaw all cards")
    explanation = _("All frozen cards of the batch can be spent again, those that were imported frozen too.")
    states = (State.LOADED, State.REVERSED)

    def act(self, form: Any) -> str:
        changed = cards.thaw(self.batch, self.request.user)
        return ngettext("%s card thawed.", "%s cards thawed.", changed) % f"{changed:,}"


class ExtendForm(forms.Form):
    end = day_field(_("Valid until (through that day)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["end"].required = True


class ExtendView(ActView):
    permission_required = ("accounts_ledger.can_extend",)
    title = _("Extend all cards")
    form_class = ExtendForm
    explanation = _("Cards that end earlier are valid through the day below. Those that end later, or never, stay.")
    states = (State.LOADED, State.REVERSED)

    def act(self, form: Any) -> str:
        changed = cards.extend(self.batch, form.cleaned_data["end"], self.request.user)
        return ngettext("%s card extended.", "%s cards extended.", changed) % f"{changed:,}"


class DownloadView(UnfoldModelAdminViewMixin, View):
    """A file about one batch, streamed."""

    raise_exception = True
    title = _("Download")

    def get(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.download(get_batch(self.model_admin, request, object_id))

    def download(self, batch: GiftCardBatch) -> HttpResponse:
        """Return the file of *batch*, or raise PermissionDenied if there is none for this user."""
        raise NotImplementedError


class ProblemsView(DownloadView):
    permission_required = DRAFT

    def download(self, batch: GiftCardBatch) -> HttpResponse:
        if not batch.has_file:
            raise PermissionDenied
        return _csv(export.problem_rows(batch), f"{batch.reference}-errors.csv")


class CodesForm(forms.Form):
    format = forms.ChoiceField(
        label=_("Format"),
        choices=[("csv", _("CSV")), ("xlsx", _("Excel (XLSX)"))],
        widget=UnfoldAdminSelectWidget,
    )


class CodesView(ActView):
    """Downloading codes is recorded, so it is a POST, after a page that says so."""

    form_class = CodesForm

    permission_required = EXPORT_CODES
    title = _("Download the codes")
    explanation = _("Whoever has a code can spend the card. Your download is recorded in the history of the batch.")
    states = (State.LOADED, State.REVERSED)

    def form_valid(self, form: Any) -> HttpResponse:
        if self.batch.state not in self.states:
            return HttpResponseRedirect(batch_url(self.batch))
        self.batch.remark(_t("Codes downloaded"), self.request.user, cards=self.batch.cards)
        rows, name = export.code_rows(self.batch), f"{self.batch.reference}-codes.{form.cleaned_data['format']}"
        return _xlsx(rows, name) if form.cleaned_data["format"] == "xlsx" else _csv(rows, name)


def _csv(rows: Iterable[Any], name: str) -> HttpResponse:
    """Return *rows* (lists of cells) as a CSV file that is streamed and never cached."""
    answer = StreamingHttpResponse(export.lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return _never_kept(answer)


def _xlsx(rows: Iterable[Any], name: str) -> HttpResponse:
    return _never_kept(FileResponse(export.workbook(rows), as_attachment=True, filename=name))


def _never_kept(answer: Any) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    response: HttpResponse = answer
    return response


PAGES: dict[str, Any] = {
    "cancel": CancelView,
    "restart": RestartView,
    "reverse": ReverseBatchView,
    "freeze": FreezeView,
    "thaw": ThawView,
    "extend": ExtendView,
    "problems": ProblemsView,
    "codes": CodesView,
}
