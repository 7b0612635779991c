"""The pages on which staff make, reverse and refund transfers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts_ledger import facade
from accounts_ledger.admin.account.choice import named
from accounts_ledger.admin.shared.posting_view import PostingView
from accounts_ledger.admin.transfer.forms import NewTransferForm, ReasonForm, RefundForm
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import display


@dataclass(frozen=True)
class Side:
    """An account's balance before and after a movement that is about to happen."""

    account: Account
    change: Decimal

    @property
    def name(self) -> str:
        return named(self.account)

    @property
    def before(self) -> Decimal:
        return self.account.balance

    @property
    def after(self) -> Decimal:
        return self.account.balance + self.change

    @property
    def is_short(self) -> bool:
        """Whether the account has too little available, as far as can be said without its lock."""
        return self.change < 0 and not self.account.is_debit_permitted(-self.change)


def movement(source: Account, destination: Account, amount: Decimal) -> list[Side]:
    """Return both sides of a movement that is about to happen, the one that is debited first."""
    return [Side(source, -amount), Side(destination, amount)]


def posted(what: Any, transfer: Transfer) -> Any:
    """Return the message that *what* was done, with a link to the transfer."""
    return format_html(
        '{} <a href="{}" class="underline">{}</a>.',
        what,
        reverse("admin:accounts_ledger_transfer_change", args=(transfer.pk,)),
        _t("Transfer %s") % transfer.reference,
    )


class NewTransferView(PostingView):
    """Two steps: the form, then both balances before and after, to be confirmed."""

    permission_required = ("accounts_ledger.view_transfer", "accounts_ledger.can_transfer")
    title = _("New transfer")
    form_class = NewTransferForm
    submit_text = _("Continue")

    def get_initial(self) -> dict[str, Any]:
        """Offer the accounts that a link to this page names."""
        initial = super().get_initial()
        for side in ("source", "destination"):
            given = self.request.GET.get(side, "")
            if given.isascii() and given.isdigit() and len(given) < 19:
                initial[side] = given
        return initial

    def form_valid(self, form: Any) -> HttpResponse:
        if "_change" in self.request.POST:  # the button of the second step that leads back to the first
            return self.render_to_response(self.get_context_data(form=form))
        if "_confirm" in self.request.POST:
            return super().form_valid(form)
        return self._review(form)

    def _review(self, form: Any) -> HttpResponse:
        given = form.cleaned_data
        self.title = _("Confirm the transfer")
        context = self.get_context_data(
            form=form,
            sides=movement(given["source"], given["destination"], given["amount"]),
            given=given,
            confirm_text=_("Transfer now"),
        )
        return self.response_class(
            self.request, ["admin/accounts_ledger/posting_confirm.html"], context, using=self.template_engine
        )

    def form_invalid(self, form: Any) -> HttpResponse:
        self.title = type(self).title
        return super().form_invalid(form)

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


class UndoingView(PostingView):
    """The base of what undoes a transfer, wholly or in part."""

    intro_template = "admin/accounts_ledger/transfer/undo_intro.html"
    submit_variant = "danger"
    object: Transfer

    def get_success_url(self) -> str:
        return reverse("admin:accounts_ledger_transfer_change", args=(self.object.pk,))

    def amount_back(self) -> Decimal:
        """Return how much goes back, for the balances that the page shows."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        transfer = self.object
        sides = movement(transfer.destination, transfer.source, self.amount_back())
        return super().get_context_data(**kwargs, transfer=transfer, sides=sides)


class ReverseView(UndoingView):
    permission_required = ("accounts_ledger.view_transfer", "accounts_ledger.can_reverse")
    title = _("Reverse a transfer")
    form_class = ReasonForm
    submit_text = _("Reverse")

    def amount_back(self) -> Decimal:
        return self.object.amount

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
    submit_text = _("Refund")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "transfer": self.object}

    def amount_back(self) -> Decimal:
        return self.object.max_refund()

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
            _t("%(amount)s refunded to %(account)s.") % {"amount": money, "account": self.object.source}, refund
        )


def open_page(view: type[PostingView], model_admin: Any, request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Answer *request* with *view*: what an admin action does whose page is a view."""
    return cast("HttpResponse", view.as_view(model_admin=model_admin)(request, **kwargs))
