"""Cards without a file: the form that asks how many, of how much."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views import View
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts_ledger.admin.batch.forms import BatchForm, ValidityMixin
from accounts_ledger.admin.batch.views import DRAFT, BatchView, batch_url
from accounts_ledger.admin.shared.amount_field import AmountField
from accounts_ledger.exceptions import AccountException
from accounts_ledger.imports import export, issue, limits
from accounts_ledger.imports.options import Options


class IssueForm(ValidityMixin, BatchForm):
    count = forms.IntegerField(
        label=_("Number of cards"),
        min_value=1,
        max_value=limits.MAX_ROWS,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    amount = AmountField(label=_("Value of each card"))
    product_range: Any = forms.ModelChoiceField(
        label=_("Product range"),
        queryset=None,
        required=False,
        empty_label=_("All products"),
        widget=UnfoldAdminSelectWidget,
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("Shown to customers at checkout."),
    )

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        product_range: Any = self.fields["product_range"]
        product_range.queryset = apps.get_model("offer", "Range").objects.order_by("name")


class IssueBatchView(BatchView):
    permission_required = DRAFT
    title = _("Issue gift cards")
    form_class = IssueForm
    template_name = "admin/accounts_ledger/giftcardbatch/upload.html"

    def form_valid(self, form: Any) -> HttpResponse:
        given = form.cleaned_data
        choices = Options(
            generate_codes=True,
            start=given["start"],
            end=given["end"],
            product_range=given["product_range"].pk if given["product_range"] else None,
            description=given["description"],
        )
        try:
            batch = issue.draft(
                given["count"],
                given["amount"],
                source=given["source"],
                account_type=given["account_type"],
                options=choices,
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
        answer = HttpResponse("".join(export.lines(iter(export.SAMPLE))), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="gift-cards-sample.csv"'
        return answer
