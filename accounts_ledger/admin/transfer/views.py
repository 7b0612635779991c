"""The pages on which staff make, reverse and refund transfers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts_ledger import facade
from accounts_ledger.admin.account.balance_preview import BalancePreview, preview_balances
from accounts_ledger.admin.shared.posting_view import PostingView
from accounts_ledger.admin.shared.reviewed_view import ReviewedView
from accounts_ledger.admin.transfer.forms import NewTransferForm, ReasonForm, RefundForm
from accounts_ledger.models import Transfer
from accounts_ledger.money import display


def posted(what: Any, transfer: Transfer) -> Any:
    """Return the message that *what* was done, with a link to the transfer."""
    return format_html(
        '{} <a href="{}" class="underline">{}</a>.',
        what,
        reverse("admin:accounts_ledger_transfer_change", args=(transfer.pk,)),
        _t("Transfer %s") % transfer.reference,
    )


class NewTransferView(ReviewedView):
    """Any amount between any two accounts."""

    permission_required = ("accounts_ledger.view_transfer", "accounts_ledger.can_transfer")
    title = _("New transfer")
    form_class = NewTransferForm
    submit_text = _("Continue")
    review_title = _("Confirm the transfer")
    confirm_text = _("Transfer now")

    def get_initial(self) -> dict[str, Any]:
        """Offer the accounts that a link to this page names."""
        initial = super().get_initial()
        for side in ("source", "destination"):
            given = self.request.GET.get(side, "")
            if given.isascii() and given.isdigit() and len(given) < 19:
                initial[side] = given
        return initial

    def sides(self, form: Any) -> list[BalancePreview]:
        given = form.cleaned_data
        return preview_balances(given["source"], given["destination"], given["amount"])

    def headline(self, form: Any) -> str:
        return display(form.cleaned_data["amount"], form.cleaned_data["source"].currency)

    def post_form(self, form: Any) -> Any:
        given = form.cleaned_data
        transfer = facade.transfer(
            given["source"],
            given["destination"],
            given["amount"],
            user=self.staff,
            merchant_reference=given["merchant_reference"] or None,
            description=given["description"],
            idempotency_key=form.idempotency_key(self.staff),
            as_staff=True,
        )
        money = display(transfer.amount, transfer.source.currency)
        return posted(
            _t("%(amount)s moved from %(source)s to %(destination)s.")
            % {"amount": money, "source": transfer.source, "destination": transfer.destination},
            transfer,
        )

    def get_success_url(self) -> str:
        return reverse("admin:accounts_ledger_transfer_changelist")


class UndoingView(ReviewedView):
    """The base of what undoes a transfer, wholly or in part."""

    intro_template = "admin/accounts_ledger/transfer/undo_intro.html"
    submit_text = _("Continue")
    confirm_variant = "danger"
    object: Transfer

    def get_success_url(self) -> str:
        return reverse("admin:accounts_ledger_transfer_change", args=(self.object.pk,))

    def amount_back(self, form: Any) -> Decimal:
        """Return how much goes back."""
        raise NotImplementedError

    def sides(self, form: Any) -> list[BalancePreview]:
        return preview_balances(self.object.destination, self.object.shown_source, self.amount_back(form))

    def headline(self, form: Any) -> str:
        return display(self.amount_back(form), self.object.source.currency)

    def lines(self, form: Any) -> dict[str, str]:
        left = display(self.object.max_refund(), self.object.source.currency)
        return {
            _t("Transfer"): self.object.reference,
            _t("Left to refund"): left,
            _t("Reason"): form.cleaned_data["description"],
        }

    def rows(self, form: Any) -> dict[str, list[Any]]:
        return {**super().rows(form), "transfers": [self.object]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, transfer=self.object, review_template=self.intro_template)


class ReverseView(UndoingView):
    permission_required = ("accounts_ledger.view_transfer", "accounts_ledger.can_reverse")
    title = _("Reverse a transfer")
    form_class = ReasonForm
    confirm_text = _("Reverse")

    def amount_back(self, form: Any) -> Decimal:
        return self.object.amount

    def objection(self, form: Any) -> str | None:
        if self.object.is_reversed():
            return _t("Transfer %s has already been reversed.") % self.object
        return None

    def post_form(self, form: Any) -> Any:
        reversal = facade.reverse(
            self.object,
            user=self.staff,
            description=form.cleaned_data["description"],
            idempotency_key=form.idempotency_key(self.staff),
        )
        return posted(_t("Transfer %s was reversed.") % self.object.reference, reversal)


class RefundView(UndoingView):
    permission_required = ("accounts_ledger.view_transfer", "accounts_ledger.can_refund")
    title = _("Refund a transfer")
    form_class = RefundForm
    confirm_text = _("Refund")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "transfer": self.object}

    def amount_back(self, form: Any) -> Decimal:
        amount: Decimal = form.cleaned_data["amount"]
        return amount

    def objection(self, form: Any) -> str | None:
        left = self.object.max_refund()
        if self.amount_back(form) <= left:
            return None
        return _t("Only %s of it can still be refunded.") % display(left, self.object.source.currency)

    def post_form(self, form: Any) -> Any:
        amount = form.cleaned_data["amount"]
        refund = facade.refund(
            self.object,
            amount,
            user=self.staff,
            description=form.cleaned_data["description"],
            idempotency_key=form.idempotency_key(self.staff),
        )
        money = display(refund.amount, self.object.source.currency)
        return posted(
            _t("%(amount)s refunded to %(account)s.") % {"amount": money, "account": self.object.shown_source}, refund
        )


def open_page(view: type[PostingView], model_admin: Any, request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Answer *request* with *view*: what an admin action does whose page is a view."""
    return cast("HttpResponse", view.as_view(model_admin=model_admin)(request, **kwargs))
