"""The pages of a bulk load: upload a file, say how it is read, see what it comes to, load it."""

from __future__ import annotations

import itertools
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import FormView
from unfold.views import UnfoldModelAdminViewMixin

from accounts_ledger.admin.batch.access import has_rows, may_see_rows, open_rows
from accounts_ledger.admin.batch.facts import batch_facts
from accounts_ledger.admin.batch.forms import ReadingForm, UploadForm
from accounts_ledger.admin.batch.summary import summary
from accounts_ledger.admin.shared.confirmation import FIELD, Facts
from accounts_ledger.admin.shared.confirmed_view import ConfirmedView
from accounts_ledger.exceptions import AccountException, ChangedMeanwhile
from accounts_ledger.imports import content, masking, notes, questions, run, second_person, table
from accounts_ledger.imports.errors import UnreadableFile
from accounts_ledger.imports.options import CONDITIONS, Options
from accounts_ledger.imports.reading import Reading
from accounts_ledger.imports.upload import reread, upload
from accounts_ledger.models import GiftCardBatch

DRAFT = ("accounts_ledger.import_account",)
CONFIRM = ("accounts_ledger.can_confirm_import",)
_SHOWN_ROWS = 5
_LIST = "admin:accounts_ledger_giftcardbatch_changelist"


def batch_url(batch: GiftCardBatch, page: str = "change") -> str:
    return reverse(f"admin:accounts_ledger_giftcardbatch_{page}", args=(batch.pk,))


class BatchView(UnfoldModelAdminViewMixin, FormView):  # type: ignore[type-arg]  # generic only in the stubs
    """A form page about one batch, or about none yet."""

    template_name = "admin/accounts_ledger/form_page.html"
    raise_exception = True
    submit_text: Any = None
    submit_variant = "primary"
    #: Shown above the fields: what is about to happen.
    intro_template: str | None = None
    batch: GiftCardBatch | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if not self.has_permission():
            raise PermissionDenied
        if "object_id" in kwargs:
            self.batch = get_batch(self.model_admin, request, kwargs["object_id"])

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", None)
        form = kwargs["form"] = kwargs["form"] or self.get_form()
        return super().get_context_data(
            **kwargs,
            opts=self.model_admin.model._meta,
            batch=self.batch,
            original=self.batch,
            intro_template=self.intro_template,
            submit_text=self.submit_text or self.title,
            submit_variant=self.submit_variant,
            cancel_text=_t("Back"),
            cancel_url=batch_url(self.batch) if self.batch else reverse(_LIST),
            media=self.model_admin.media + form.media,
        )


def get_batch(model_admin: Any, request: HttpRequest, object_id: str) -> GiftCardBatch:
    batch = model_admin.get_object(request, object_id)
    if batch is None:
        raise Http404
    return batch


class UploadView(BatchView):
    permission_required = DRAFT
    title = _("Import gift cards")
    form_class = UploadForm
    submit_text = _("Continue")
    intro_template = "admin/accounts_ledger/giftcardbatch/upload_intro.html"

    def form_valid(self, form: Any) -> HttpResponse:
        given = form.cleaned_data
        try:
            batch = upload(
                given["file"].chunks(),
                file_name=given["file"].name,
                source=given["source"],
                account_type=given["account_type"],
                options=Options(generate_codes=given["generate_codes"]),
                name=given["name"],
                user=self.request.user,
            )
        except UnreadableFile as refusal:
            form.add_error("file", str(refusal))
            return self.form_invalid(form)
        return HttpResponseRedirect(batch_url(batch, "reading"))


class ReadingView(BatchView):
    """The mapping step: the first rows as they will be read, and every choice that was detected."""

    permission_required = DRAFT
    title = _("How the file is read")
    form_class = ReadingForm
    template_name = "admin/accounts_ledger/giftcardbatch/reading.html"
    submit_text = _("Check the file")
    batch: GiftCardBatch

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if "reading" not in self.batch.options:
            raise Http404
        if not may_see_rows(self.batch, request.user):
            raise PermissionDenied
        self.reading = Reading.from_json(self.batch.options["reading"])
        self.choices = Options.from_json(self.batch.options["choices"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not has_rows(self.batch):
            state = self.batch.get_state_display().lower()
            messages.warning(request, _t("How the file is read cannot be changed: the batch is %s.") % state)
            return HttpResponseRedirect(batch_url(self.batch))
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return ReadingForm.initial_for(self.reading, self.choices)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "reading": self.reading, "width": len(self.reading.columns)}

    def form_valid(self, form: Any) -> HttpResponse:
        given = form.cleaned_data
        try:
            self.reading = reread(self.batch, form.answers())
        except UnreadableFile as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        if self.reading.asked:
            return self._ask_again(form)
        treatment = {condition: given[f"treat_{condition}"] for condition in CONDITIONS}
        choices = form.options(
            generate_codes=given["generate_codes"],
            treatment={condition: chosen for condition, chosen in treatment.items() if chosen},
        )
        options = {**self.batch.options, "reading": self.reading.as_json(), "choices": choices.as_json()}
        try:
            run.start_check(self.batch, options=options, user=self.request.user)
        except AccountException as refusal:
            messages.error(self.request, str(refusal))
        return HttpResponseRedirect(batch_url(self.batch))

    def _ask_again(self, answered: Any) -> HttpResponse:
        """Show the page again with what the answers leave open, or have opened: another sheet, other columns."""
        form = ReadingForm(
            initial={**answered.cleaned_data, **ReadingForm.initial_for(self.reading, self.choices)},
            reading=self.reading,
            width=len(self.reading.columns),
        )
        return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        open_rows(self.batch, self.request.user)
        first = self.reading.header_row
        with content.open_file(self.batch) as file:
            rows = list(itertools.islice(table.all_rows(file, self.reading), first, first + _SHOWN_ROWS + 1))
        context = super().get_context_data(**kwargs, reading=self.reading)
        width = len(self.reading.columns)
        hidden = masking.code_columns(self.batch.options)
        cells = []
        for turn, (number, row) in enumerate(rows):
            # What a column is called is no code, in whatever column it stands.
            masked = masking.masked_cells(row, set() if not turn and self.reading.has_header else hidden)
            cells.append((number, [*masked, *[""] * (width - len(row))][:width]))
        form = context["form"]
        fields = form.columns()
        return {**context, "rows": cells, "columns": fields, "questions": questions.of(self.reading)}


class ConfirmView(ConfirmedView, BatchView):
    """The totals once more, and the button that loads. For anybody who may, except the uploader."""

    permission_required = CONFIRM
    title = _("Load the batch")
    submit_text = _("Load the cards")
    intro_template = "admin/accounts_ledger/giftcardbatch/confirm_intro.html"
    batch: GiftCardBatch

    def get_form(self, form_class: Any = None) -> Any:
        from accounts_ledger.admin.batch.confirm_form import ConfirmForm

        data = self.request.POST if self.request.method == "POST" else None
        return ConfirmForm(data, batch=self.batch)

    def subject(self) -> GiftCardBatch:
        return self.batch

    def facts(self, form: Any) -> Facts:
        return batch_facts(self.batch)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            second_person.check_may_load(self.batch, request.user)
        except AccountException as refusal:
            messages.warning(request, str(refusal))
            return HttpResponseRedirect(batch_url(self.batch))
        if not self.batch.is_loadable:
            messages.warning(
                request, _t("This batch cannot be loaded in its current state. Check its errors and its history.")
            )
            return HttpResponseRedirect(batch_url(self.batch))
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            run.start_load(
                self.batch,
                self.request.user,
                check=self._check_as_shown,
                guessable_codes=bool(form.cleaned_data.get("guessable")),
            )
        except ChangedMeanwhile as change:
            return self._show_again(form, change)
        except AccountException as refusal:
            messages.error(self.request, str(refusal))
        else:
            if self.batch.state == GiftCardBatch.State.LOADED:
                messages.success(self.request, _t("%s gift cards were loaded.") % f"{self.batch.cards:,}")
        return HttpResponseRedirect(batch_url(self.batch))

    def _check_as_shown(self, locked: GiftCardBatch) -> None:
        self.confirmation().check(self.request.POST.get(FIELD, ""), batch_facts(locked))

    def _show_again(self, form: Any, change: ChangedMeanwhile) -> HttpResponse:
        self.batch.refresh_from_db()
        if not self.batch.is_loadable:
            messages.error(self.request, str(change))
            return HttpResponseRedirect(batch_url(self.batch))
        form.add_error(None, str(change))
        return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs, summary=summary(self.batch), notes=notes.about(self.batch), shown=self.sealed(kwargs.get("form"))
        )


class ProgressView(UnfoldModelAdminViewMixin, View):
    """What the batch page asks for every second while a job is at work."""

    permission_required = ()
    raise_exception = True
    title = _("Progress")

    def get(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not self.model_admin.has_view_permission(request):
            raise PermissionDenied
        batch = get_batch(self.model_admin, request, object_id)
        response = render(
            request, "admin/accounts_ledger/giftcardbatch/progress.html", {"batch": batch, "summary": summary(batch)}
        )
        if not batch.is_busy:
            response["HX-Refresh"] = "true"
        return response
