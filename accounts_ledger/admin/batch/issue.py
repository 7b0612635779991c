"""Cards without a file: the form that asks how many, of how much."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views import View
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts_ledger.admin.batch.forms import BatchForm
from accounts_ledger.admin.batch.terms_form import TermsForm
from accounts_ledger.admin.batch.views import DRAFT, BatchView, batch_url
from accounts_ledger.admin.shared.amount_field import AmountField
from accounts_ledger.exceptions import AccountException
from accounts_ledger.files import csv_writer
from accounts_ledger.imports import export, issue, limits


class IssueForm(TermsForm, BatchForm):
    count = forms.IntegerField(
        label=_("Number of cards"),
        min_value=1,
        max_value=limits.MAX_ROWS,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    amount = AmountField(label=_("Value of each card"))

    field_order = (
        "count",
        "amount",
        "source",
        "account_type",
        "start",
        "end",
        "days",
        "months",
        "product_range",
        "description",
        "name",
    )


class IssueBatchView(BatchView):
    permission_required = DRAFT
    title = _("Issue gift cards")
    form_class = IssueForm
    submit_text = _("Continue")

    def form_valid(self, form: Any) -> HttpResponse:
        given = form.cleaned_data
        try:
            batch = issue.draft(
                given["count"],
                given["amount"],
                source=given["source"],
                account_type=given["account_type"],
                options=form.options(generate_codes=True),
                name=given["name"],
                user=self.request.user,
            )
        except AccountException as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        return HttpResponseRedirect(batch_url(batch))


class SampleView(UnfoldModelAdminViewMixin, View):
    """A small file to start from."""

    permission_required = DRAFT
    raise_exception = True
    title = _("Sample file")

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(
            "".join(csv_writer.lines(export.SAMPLE)),
            content_type=csv_writer.CONTENT_TYPE,
            headers={"Content-Disposition": 'attachment; filename="gift-cards-sample.csv"'},
        )
