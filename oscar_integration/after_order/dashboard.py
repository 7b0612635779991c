"""Oscar's dashboard pages of orders: who may change one, and a form that refunds once however often it is sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms, http
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.order.exceptions import InvalidPaymentEvent
from oscar.apps.payment.exceptions import PaymentError

from accounts_ledger import money
from accounts_ledger.admin.shared.one_time_key import OneTimeKeyMixin
from oscar_integration import payments
from oscar_integration.after_order import plan, refunding

CHANGE_ORDER = "order.change_order"


class ChangeOrdersMixin:
    """Goes before Oscar's ``OrderListView``: whoever may only look at orders can neither cancel nor refund them.

    Oscar asks for ``order.view_order`` whatever is done, and forgets who it was that made a payment event.
    """

    request: Any

    def get_handler(self, user: Any = None, **kwargs: Any) -> Any:
        """Return the handler of whatever changes an order.

        Raises:
            PermissionDenied: the member of staff may not.
        """
        if not self.request.user.has_perm(CHANGE_ORDER):
            raise PermissionDenied
        return super().get_handler(user=user or self.request.user, **kwargs)  # type: ignore[misc]  # Oscar's view


class RefundForm(OneTimeKeyMixin):
    """How much of an order goes back to where it came from."""

    amount = forms.DecimalField(label=gettext_lazy("Amount"), max_digits=money.MAX_DIGITS)
    field_order = ("amount", "one_time_key")

    def __init__(self, *args: Any, order: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        #: What each source can still give back, in the order in which they do.
        self.sources = [(payments.label_of(part.source, part.account), part.amount) for part in plan.left(order)]
        self.left = sum((amount for _label, amount in self.sources), money.ZERO)
        places = money.decimals(order.currency)
        field: Any = self.fields["amount"]
        field.decimal_places, field.initial = places, self.left
        field.widget.attrs.update(
            {
                "class": "form-control text-right",
                "inputmode": "decimal",
                "min": str(Decimal(1).scaleb(-places)),
                "max": str(self.left),
                "step": str(Decimal(1).scaleb(-places)),
            }
        )


class RefundMixin(ChangeOrdersMixin):
    """Goes before Oscar's ``OrderDetailView``: adds the action "refund", and the one-time key to Oscar's own forms."""

    object: Any

    @property
    def order_actions(self) -> tuple[str, ...]:
        return (*super().order_actions, "refund")  # type: ignore[misc]  # Oscar's view

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # Oscar's view
        if self.request.user.has_perm(CHANGE_ORDER):
            context["refund_form"] = RefundForm(order=self.object)
        return context

    def get_handler_kwargs(self) -> dict[str, Any]:
        form = OneTimeKeyMixin(self.request.POST)
        key = form.idempotency_key(self.request.user) if "one_time_key" not in form.errors else ""
        return {**super().get_handler_kwargs(), "idempotency_key": key}  # type: ignore[misc]  # Oscar's view

    def refund(self, request: http.HttpRequest, order: Any) -> http.HttpResponse:
        """Refund the amount that was typed."""
        form = RefundForm(request.POST, order=order)
        if form.is_valid():
            amount = form.cleaned_data["amount"]
            try:
                self.get_handler().handle_payment_event(order, refunding.refund_event_type(), amount)
            except (PaymentError, InvalidPaymentEvent) as error:
                messages.error(request, _("Nothing more was refunded: %s") % error)
            else:
                messages.success(request, _("%s was refunded.") % money.display(amount, order.currency))
        for mistakes in form.errors.values():
            messages.error(request, " ".join(str(mistake) for mistake in mistakes))
        response: http.HttpResponse = self.reload_page(fragment="payment")  # type: ignore[attr-defined]  # Oscar's view
        return response
