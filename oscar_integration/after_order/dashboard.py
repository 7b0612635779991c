"""Oscar's dashboard pages of orders: who may change one, and forms that act once however often they are sent."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django import forms, http
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from oscar.apps.order.exceptions import InvalidOrderStatus, InvalidPaymentEvent
from oscar.apps.payment.exceptions import PaymentError

from accounts_ledger import money
from accounts_ledger.admin.shared.confirmation import FIELD, Confirmation
from accounts_ledger.admin.shared.one_time_key import OneTimeKeyMixin
from accounts_ledger.exceptions import AccountException, ChangedMeanwhile
from oscar_integration import payments
from oscar_integration.after_order import by_hand, lines, overview, plan, refunding, review, running, unrecorded
from oscar_integration.after_order.forms import ElsewhereForm, RefundForm, UnfinishedForm
from oscar_integration.after_order.handler import as_payment_errors
from oscar_integration.models import OrderRefund
from oscar_integration.selling.taking_back import SoldCards

CHANGE_ORDER = "order.change_order"
#: How many orders get another status at once; each is shown before it is confirmed.
MOST_ORDERS = 100


class ChangeOrdersMixin:
    """Goes before Oscar's ``OrderListView``: whoever may only look at orders can neither cancel nor refund them.

    Oscar asks for ``order.view_order`` whatever is done, and forgets who it was that made a payment event. A partner's
    people see every order that has one of their products; its money is theirs to move only if all of it is.
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

    def may_change(self, order: Any) -> bool:
        """Whether the user may change *order* and move its money."""
        user = self.request.user
        if not user.has_perm(CHANGE_ORDER):
            return False
        return user.is_staff or not order.lines.exclude(partner__users=user).exists()

    def check_may_change(self, order: Any) -> None:
        """Raise PermissionDenied unless the user `may_change` *order*."""
        if not self.may_change(order):
            raise PermissionDenied

    def change_order_status(self, request: http.HttpRequest, order: Any) -> Any:
        """Change the status as Oscar does, unless the order has moved on since the page was shown."""
        self.check_may_change(order)
        try:
            return super().change_order_status(request, order)  # type: ignore[misc]  # Oscar's view
        except InvalidOrderStatus as error:
            messages.error(request, str(error))
            return None


class OrderListMixin(ChangeOrdersMixin):
    """Goes before Oscar's ``OrderListView``: the status of many orders changes in two steps, each as it was shown."""

    _order: Any = None

    def change_order_statuses(self, request: http.HttpRequest, orders: Any) -> http.HttpResponse:
        """Show what would happen to each of *orders*; once that is confirmed, do it."""
        chosen = list(orders.order_by("pk")[: MOST_ORDERS + 1])
        new_status = request.POST.get("new_status", "").strip()
        possible = [order for order in chosen if new_status in order.available_statuses()]
        if len(chosen) > MOST_ORDERS:
            messages.error(request, _("Choose at most %d orders at once.") % MOST_ORDERS)
        elif review.FIELD in request.POST:
            for order in chosen:
                self.change_order_status(request, order)
        elif not possible:
            messages.error(request, _("None of these orders can be set to this status."))
        else:
            for order in chosen:
                self.check_may_change(order)
            return self._review(request, chosen, new_status)
        return redirect("dashboard:order-list")

    def _review(self, request: http.HttpRequest, orders: list[Any], new_status: str) -> http.HttpResponse:
        rows = []
        for order in orders:
            can = new_status in order.available_statuses()
            facts = review.cancellation(order, new_status) if can else {_("Status"): _("stays %s") % order.status}
            rows.append((order, facts, self._confirmation(order).seal(facts) if can else ""))
        context = {"rows": rows, "new_status": new_status, "field": review.FIELD}
        return render(request, "oscar_integration/dashboard_review_orders.html", context)

    def change_order_status(self, request: http.HttpRequest, order: Any) -> Any:
        """Change the status of one order, if it is still as it was shown."""
        shown, self._order = request.POST.get(f"{FIELD}-{order.pk}", ""), order
        if review.FIELD in request.POST and not shown:
            return None  # it was shown as one that stays as it is
        try:
            self._check_as_shown(order)
        except ChangedMeanwhile as change:
            messages.error(request, _("Order #%(number)s: %(problem)s") % {"number": order.number, "problem": change})
            return None
        return super().change_order_status(request, order)

    def get_handler_kwargs(self) -> dict[str, Any]:
        check = functools.partial(self._check_as_shown, self._order)
        return {**super().get_handler_kwargs(), "check": check}  # type: ignore[misc]  # Oscar's view

    def _confirmation(self, order: Any) -> Confirmation:
        return Confirmation(self.request.user, "order-list", order.pk)

    def _check_as_shown(self, order: Any) -> None:
        facts = review.cancellation(order, self.request.POST.get("new_status", "").strip())
        self._confirmation(order).check(self.request.POST.get(f"{FIELD}-{order.pk}", ""), facts)


class RefundMixin(ChangeOrdersMixin):
    """Goes before Oscar's ``OrderDetailView``: refunds, and what became of them. Oscar's own forms act once, too.

    The page's buttons lead to a second step, which shows what would happen (`review`) and acts once it is confirmed.
    A form that is sent without it, as programs do, acts on what the page itself showed.
    """

    object: Any
    get_object: Callable[[], Any]
    reload_page: Callable[..., http.HttpResponse]

    def post(self, request: http.HttpRequest, *args: Any, **kwargs: Any) -> http.HttpResponse:
        """Show the second step of a form that moves money; do what any other asks for."""
        if review.QUERY in request.GET:
            self.object = self.get_object()
            try:
                step = review.of(self.object, request.POST)
            except AccountException as refusal:
                return self.reload_page(fragment="payment", error=str(refusal))
            if step is not None:
                self.check_may_change(self.object)
                return self._show(step)
        response: http.HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]  # Oscar's view
        return response

    def _show(self, step: review.Review) -> http.HttpResponse:
        order, left_out = self.object, ("csrfmiddlewaretoken", FIELD, review.FIELD)
        sent = [(name, value) for name, values in self.request.POST.lists() for value in values if name not in left_out]
        context = {
            "order": order,
            "step": step,
            "sent": sent,
            "field": review.FIELD,
            "shown": self._confirmation(order).seal(order_facts(order) | step.confirmed()),
        }
        return render(self.request, "oscar_integration/dashboard_review.html", context)

    @property
    def order_actions(self) -> tuple[str, ...]:
        ours = ("refund", "record_elsewhere", "refund_again", "refund_was_given", "stop_refund", "record_redemptions")
        return (*super().order_actions, *ours)  # type: ignore[misc]  # Oscar's view

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # Oscar's view
        context["refunds_made"] = overview.refunds_of(self.object)
        context["money_owed"] = overview.owed(self.object)
        context["shown"] = self._confirmation(self.object).seal(order_facts(self.object))
        if self.may_change(self.object):
            context["refund_form"] = RefundForm(order=self.object)
            context["elsewhere_form"] = ElsewhereForm(order=self.object)
            context["unrecorded_redemptions"] = unrecorded.redemptions(self.object)
        return context

    def get_handler(self, user: Any = None, **kwargs: Any) -> Any:
        self.check_may_change(self.object)
        return super().get_handler(user=user, **kwargs)

    def get_handler_kwargs(self) -> dict[str, Any]:
        form = OneTimeKeyMixin(self.request.POST)
        key = form.idempotency_key(self.request.user) if "one_time_key" not in form.errors else ""
        check = self._check_of(self.object)
        return {**super().get_handler_kwargs(), "idempotency_key": key, "check": check}  # type: ignore[misc]  # as above

    # --- What is confirmed is what the page showed -----------------------------------------------------

    def _confirmation(self, order: Any) -> Confirmation:
        return Confirmation(self.request.user, "order", order.pk)

    def _check_as_shown(self, order: Any) -> None:
        """Raise ChangedMeanwhile unless *order* is what the page showed. Called under its lock."""
        data, facts = self.request.POST, order_facts(order)
        step = review.of(order, data) if review.FIELD in data else None
        self._confirmation(order).check(data.get(FIELD, ""), facts | step.confirmed() if step else facts)

    def _check_of(self, order: Any) -> Callable[[], None]:
        return functools.partial(self._check_as_shown, order)

    def _join(self, refund: OrderRefund) -> None:
        self._check_as_shown(refund.order)
        running.join(refund)

    # --- Refunds -----------------------------------------------------------------------------------

    def create_order_payment_event(self, request: Any, order: Any) -> Any:
        """Create a payment event of the whole order, if its amount can be read in one way only."""
        if not review.is_plain(request.POST.get("amount", "")):
            return self.reload_page(error=_("Please choose a valid amount"))
        return super().create_order_payment_event(request, order)  # type: ignore[misc]  # Oscar's view

    def create_payment_event(self, request: Any, order: Any, order_lines: Any, quantities: list[int]) -> Any:
        """Create a payment event of lines; without an amount, it is what as many pieces cost as were chosen."""
        if not review.is_plain(request.POST.get("amount", "")):
            return self.reload_page(error=_("Please choose a valid amount"))
        if request.POST.get("amount"):
            return super().create_payment_event(request, order, order_lines, quantities)  # type: ignore[misc]  # Oscar
        event_type = request.POST.get("payment_event_type")
        refunds = refunding.refund_event_types().filter(code=event_type).exists()
        chosen = list(zip(order_lines, quantities, strict=True))
        amount = None if refunds else lines.price(chosen)
        return self._create_payment_event(request, order, amount, order_lines, quantities)  # type: ignore[attr-defined]  # Oscar's

    def refund(self, request: http.HttpRequest, order: Any) -> http.HttpResponse:
        """Refund the amount that was typed."""
        form = RefundForm(request.POST, order=order)
        if form.is_valid():
            amount = form.cleaned_data["amount"]
            with self._telling(_("%s was refunded.") % money.display(amount, order.currency)):
                self.get_handler().handle_payment_event(
                    order, refunding.refund_event_type(), amount, sold_cards=_cards(form)
                )
        return self._back(form)

    def record_elsewhere(self, request: http.HttpRequest, order: Any) -> http.HttpResponse:
        """Record what another payment method has given back already."""
        self.check_may_change(order)
        form = ElsewhereForm(request.POST, order=order)
        if form.is_valid():
            data = form.cleaned_data
            with self._telling(_("%s was recorded as refunded.") % money.display(data["amount"], order.currency)):
                by_hand.record_refund_elsewhere(
                    order,
                    form.sources[data["source"]],
                    data["amount"],
                    request.user,  # type: ignore[arg-type]  # somebody who is logged in
                    reference=data["reference"],
                    idempotency_key=form.idempotency_key(request.user),
                    sold_cards=_cards(form),
                    check=self._check_of(order),
                )
        return self._back(form)

    # --- Refunds that are not finished -------------------------------------------------------------

    def refund_again(self, request: http.HttpRequest, order: Any) -> http.HttpResponse:
        """Go on with a refund that was interrupted or not answered."""
        return self._about_unfinished(order, _("The refund is done."), lambda refund, _reference: self._join(refund))

    def refund_was_given(self, request: http.HttpRequest, order: Any) -> http.HttpResponse:
        """Take it from staff that the method that did not answer has given its part back."""

        user: Any = request.user

        def finish(refund: OrderRefund, reference: str) -> None:
            by_hand.finish_as_given(refund, user, reference or _("seen there"), check=self._check_of(order))

        return self._about_unfinished(order, _("It was recorded as refunded, and the refund is done."), finish)

    def stop_refund(self, request: http.HttpRequest, order: Any) -> http.HttpResponse:
        """Stop a refund that cannot be finished."""

        user: Any = request.user

        def stop(refund: OrderRefund, _reference: str) -> None:
            by_hand.give_up(refund, user, check=self._check_of(order))

        return self._about_unfinished(order, _("The refund was stopped. What is left can be refunded again."), stop)

    def record_redemptions(self, request: http.HttpRequest, order: Any) -> http.HttpResponse:
        """Write payment sources for what accounts have paid without any."""
        self.check_may_change(order)
        with self._telling(_("The accounts’ payments are now recorded on this order.")):
            unrecorded.record(order, check=self._check_of(order))
        return self.reload_page(fragment="payment")

    def _about_unfinished(self, order: Any, done: str, act: Callable[[OrderRefund, str], object]) -> http.HttpResponse:
        self.check_may_change(order)
        form = UnfinishedForm(self.request.POST)
        if form.is_valid():
            refund = get_object_or_404(OrderRefund, pk=form.cleaned_data["refund"], order=order)
            if refund.state == OrderRefund.State.OPEN:
                with self._telling(done):
                    act(refund, form.cleaned_data["reference"])
            else:
                messages.info(
                    self.request, _("This refund is no longer open: someone else has finished or stopped it.")
                )
        return self._back(form)

    @contextmanager
    def _telling(self, done: str) -> Iterator[None]:
        """Say that it is *done*, or why it is not."""
        try:
            with as_payment_errors():
                yield
        except (PaymentError, InvalidPaymentEvent) as error:
            messages.error(self.request, _("Nothing more was refunded: %s") % error)
        else:
            messages.success(self.request, done)

    def _back(self, form: forms.Form) -> http.HttpResponse:
        for mistakes in form.errors.values():
            messages.error(self.request, " ".join(str(mistake) for mistake in mistakes))
        return self.reload_page(fragment="payment")


def order_facts(order: Any) -> dict[str, str]:
    """Return what an order's page shows of its money, read anew: its status, what is left, and what is not finished."""
    now = type(order)._default_manager.get(pk=order.pk)
    facts = {_("Status"): now.status, _("Total"): money.display(now.total_incl_tax, now.currency)}
    for part in plan.left(now):
        label = f"{payments.label_of(part.source, part.account)} (#{part.source.pk})"
        facts[_("Left of %s") % label] = money.display(part.amount, now.currency)
    for made in overview.refunds_of(now):
        if made.is_unfinished:
            facts[_("Refund #%d") % made.refund.pk] = "; ".join([made.title, *made.parts, made.refund.problem])
    if missing := unrecorded.redemptions(now):
        facts[_("Paid without a payment source")] = unrecorded.describe(missing)
    return facts


def _cards(form: forms.Form) -> str:
    chosen: str = form.cleaned_data.get("sold_cards") or SoldCards.ASK
    return chosen
