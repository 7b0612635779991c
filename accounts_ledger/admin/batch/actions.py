"""The pages that do something to a whole batch: cancel, start again, reverse, freeze, extend, download."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views import View
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminSelectWidget

from accounts_ledger.admin.batch.access import open_rows
from accounts_ledger.admin.batch.facts import batch_facts, card_facts, standing_facts
from accounts_ledger.admin.batch.views import CONFIRM, DRAFT, BatchView, batch_url, get_batch
from accounts_ledger.admin.shared.confirmation import FIELD, Facts, digest, readable
from accounts_ledger.admin.shared.confirmed_view import ConfirmedView
from accounts_ledger.admin.shared.downloads import csv_download, never_cached, xlsx_download
from accounts_ledger.admin.shared.form_filter import day_field
from accounts_ledger.exceptions import AccountException, ChangedMeanwhile
from accounts_ledger.files import xlsx_writer
from accounts_ledger.files.xlsx_writer import Sheet
from accounts_ledger.imports import cards, export, job, limits, reverse, second_person, stop, tasks
from accounts_ledger.models import GiftCardBatch
from accounts_ledger.money import display

EXPORT_CODES = ("accounts_ledger.export_codes", "accounts_ledger.view_account_code")
State = GiftCardBatch.State


class ActView(ConfirmedView, BatchView):
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

    def subject(self) -> GiftCardBatch:
        return self.batch

    def facts(self, form: Any) -> Facts:
        return self.facts_of(self.batch)

    def facts_of(self, batch: GiftCardBatch) -> Facts:
        """Return what the page shows of *batch*."""
        return card_facts(batch)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.batch.state not in self.states:
            messages.warning(request, _t("This cannot be done while the batch is %s.") % self._state())
            return HttpResponseRedirect(batch_url(self.batch))
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            messages.success(self.request, self.act(form))
        except ChangedMeanwhile as change:
            return self._show_again(form, change)
        except AccountException as refusal:
            messages.error(self.request, str(refusal))
        return HttpResponseRedirect(batch_url(self.batch))

    def _show_again(self, form: Any, change: ChangedMeanwhile) -> HttpResponse:
        self.batch.refresh_from_db()
        if self.batch.state not in self.states:
            messages.error(self.request, str(change))
            return HttpResponseRedirect(batch_url(self.batch))
        form.add_error(None, str(change))
        return self.form_invalid(form)

    def check_locked(self, locked: GiftCardBatch) -> None:
        """Raise ChangedMeanwhile unless the *locked* batch is what the page showed."""
        self.confirmation().check(self.request.POST.get(FIELD, ""), self.facts_of(locked))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = self.facts(kwargs.get("form"))
        return super().get_context_data(
            **kwargs, explanation=self.explanation, facts=readable(facts), shown=self.confirmation().seal(facts)
        )

    def _state(self) -> str:
        return self.batch.get_state_display().lower()


class CancelView(ActView):
    permission_required = DRAFT
    title = _("Cancel the batch")
    explanation = _("Nothing has been loaded from this batch, and nothing will be.")
    submit_variant = "danger"
    states = (State.UPLOADED, State.CHECKING, State.CHECKED, State.LOADING, State.FAILED)

    def facts_of(self, batch: GiftCardBatch) -> Facts:
        return batch_facts(batch)

    def act(self, form: Any) -> str:
        stop.cancel(self.batch, self.request.user, self.check_locked)
        if self.batch.state == State.CANCELLED:
            return _t("The batch was cancelled.")
        return _t("The job is being stopped.")


class RestartView(ActView):
    permission_required = CONFIRM
    title = _("Start again")
    explanation = _("The job stopped responding. Nothing was loaded; you can start it again.")
    states = (State.CHECKING, State.LOADING)

    def facts_of(self, batch: GiftCardBatch) -> Facts:
        return batch_facts(batch)

    def act(self, form: Any) -> str:
        with transaction.atomic():
            self.check_locked(job.lock(self.batch))
        stop.restart(self.batch, self.request.user)
        return _t("The job was started again.")


class ReverseBatchView(ActView):
    permission_required = ("accounts_ledger.can_reverse_batch",)
    title = _("Reverse the batch")
    explanation = _(
        "Returns the value of every unused card to the account that funded it, and closes these "
        "cards. Cards that have been used keep their remaining balance."
    )
    submit_variant = "danger"
    states = (State.LOADED, State.REVERSED)

    def facts_of(self, batch: GiftCardBatch) -> Facts:
        planned = reverse.plan(batch)
        return {
            _t("State"): batch.get_state_display(),
            _t("Unused cards to reverse"): f"{len(planned.loads):,}",
            _t("Value to return"): display(planned.value, batch.currency),
            _t("Frozen or on hold (not reversed)"): f"{planned.frozen:,}",
            _t("Used (not reversed)"): f"{planned.spent:,}",
            _t("Which cards"): digest(planned.loads),
        }

    def act(self, form: Any) -> str:
        if self.batch.cards > limits.REVERSED_INLINE:
            self._leave_to_worker()
            return _t("The cards are being reversed in the background. The history below shows when it has finished.")
        report = reverse.reverse(self.batch, self.request.user, self.check_locked)
        for card, reason in report.failures[:10]:
            messages.warning(self.request, f"{card}: {reason}")
        return _t(
            "Cards reversed: %(cards)s, %(value)s in total. Used, so not reversed: %(spent)s. Failed: %(failed)s."
        ) % {
            "cards": f"{report.reversed:,}",
            "value": display(report.value, self.batch.currency),
            "spent": f"{report.spent:,}",
            "failed": f"{report.failed:,}",
        }

    def _leave_to_worker(self) -> None:
        staff: Any = self.request.user
        with transaction.atomic():
            locked = job.lock(self.batch)
            self.check_locked(locked)
            locked.remark(_t("Reversal requested"), staff)
            tasks.reverse_batch.enqueue(locked.pk, staff.pk, reverse.fingerprint(reverse.plan(locked)))


class ChangeCardsView(ActView):
    """Does the same to all cards, once each time it was shown."""

    states = (State.LOADED, State.REVERSED)

    def facts_of(self, batch: GiftCardBatch) -> Facts:
        return standing_facts(batch)


class FreezeView(ChangeCardsView):
    permission_required = ("accounts_ledger.can_freeze",)
    title = _("Freeze all cards")
    explanation = _("Open cards of this batch cannot be spent until they are thawed.")
    submit_variant = "danger"

    def act(self, form: Any) -> str:
        changed = cards.freeze(self.batch, self.request.user, self.check_locked)
        return ngettext("%s card frozen.", "%s cards frozen.", changed) % f"{changed:,}"


class ThawView(ChangeCardsView):
    permission_required = ("accounts_ledger.can_freeze",)
    title = _("Thaw all cards")
    explanation = _("All frozen cards of this batch can be spent again, including those imported as frozen.")

    def act(self, form: Any) -> str:
        changed = cards.thaw(self.batch, self.request.user, self.check_locked)
        return ngettext("%s card thawed.", "%s cards thawed.", changed) % f"{changed:,}"


class ExtendForm(forms.Form):
    end = day_field(_("Valid until (inclusive)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["end"].required = True


class ExtendView(ChangeCardsView):
    permission_required = ("accounts_ledger.can_extend",)
    title = _("Extend all cards")
    form_class = ExtendForm
    explanation = _(
        "Cards that end earlier become valid until the date below. Cards that end later, or never, are not changed."
    )

    def act(self, form: Any) -> str:
        changed = cards.extend(self.batch, form.cleaned_data["end"], self.request.user, self.check_locked)
        return ngettext("%s card extended.", "%s cards extended.", changed) % f"{changed:,}"


class DownloadView(UnfoldModelAdminViewMixin, View):
    """A file about one batch, streamed."""

    raise_exception = True
    title = _("Download")

    def get(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return self.download(get_batch(self.model_admin, request, object_id))

    def download(self, batch: GiftCardBatch) -> HttpResponseBase:
        """Return the file of *batch*, or raise PermissionDenied if there is none for this user."""
        raise NotImplementedError


class ProblemsView(DownloadView):
    permission_required = DRAFT

    def download(self, batch: GiftCardBatch) -> HttpResponseBase:
        if not batch.has_file:
            raise Http404
        open_rows(batch, self.request.user)
        return never_cached(csv_download(export.problem_rows(batch), f"{batch.reference}-errors.csv"))


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
    explanation = _("Anyone with a code can spend the card. Your download is recorded in the batch's history.")
    states = (State.LOADED, State.REVERSED)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            second_person.check_may_take_codes(self.batch, request.user)
        except AccountException as refusal:
            messages.warning(request, str(refusal))
            return HttpResponseRedirect(batch_url(self.batch))
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: Any) -> Any:
        if self.batch.state not in self.states:
            return HttpResponseRedirect(batch_url(self.batch))
        try:
            rows = export.take_codes(self.batch, self.request.user, self.check_locked)
        except ChangedMeanwhile as change:
            return self._show_again(form, change)
        except AccountException as refusal:
            messages.error(self.request, str(refusal))
            return HttpResponseRedirect(batch_url(self.batch))
        name = f"{self.batch.reference}-codes.{form.cleaned_data['format']}"
        if form.cleaned_data["format"] == "xlsx":
            headings = next(rows)
            return never_cached(xlsx_download(xlsx_writer.write([Sheet("Sheet", headings, rows)]), name))
        return never_cached(csv_download(rows, name))


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
