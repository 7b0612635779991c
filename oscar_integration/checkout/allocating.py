"""The payment details page: choosing which accounts pay, and how much of each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import http
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from oscar.apps.checkout.exceptions import FailedPreCondition

from accounts_ledger import conf, exceptions
from accounts_ledger.models import Account
from accounts_ledger.money import ZERO, display
from oscar_integration import gateway, guessing, session
from oscar_integration.coverage import Payable
from oscar_integration.forms import AllocationForm, CodeForm
from oscar_integration.naming import label
from oscar_integration.selling import limits, options
from oscar_integration.validation import Validated, validate

#: Digits of the largest id that a database takes, less one.
_LONGEST_ID = 18


class AllocatingMixin:
    """What the shopper does on the payment details page before the order is placed. Each action is one method."""

    request: Any
    checkout_session: Any
    preview: bool
    can_pay_remainder: Callable[[], bool]  # PayingMixin

    _validated: Validated | None = None

    #: Rejected input of this request, shown beside the field that it was typed in.
    code_form: CodeForm | None = None
    allocation_form: AllocationForm | None = None

    # --- What pays the order now -------------------------------------------------------------------

    def validated_allocations(self) -> Validated:
        """Return what is allocated and still payable, looked up once a request; the session forgets what is not.

        The first one who asks gets the messages to be shown.
        """
        allocations = session.load(self.checkout_session)
        if self._validated is not None and self._validated.allocations == allocations:
            return self._validated
        validated = validate(allocations, self.payable(), self.request.user)
        if validated.allocations != allocations:
            session.save(self.checkout_session, validated.allocations)
        self._validated = dataclasses.replace(validated, messages=[])
        return validated

    def payable(self) -> Payable:
        """Return the order's parts and total, as they are now."""
        submission = self.build_submission()  # type: ignore[attr-defined]  # Oscar's CheckoutSessionMixin
        return Payable.of(submission["basket"], submission["order_total"])

    # --- Pages -------------------------------------------------------------------------------------

    def get(self, request: http.HttpRequest, *args: Any, **kwargs: Any) -> http.HttpResponse:
        for message in self.validated_allocations().messages:
            messages.warning(request, message)
        if self.preview:
            refusal = self.refuse_preview()
            if refusal:
                return refusal
        return super().get(request, *args, **kwargs)  # type: ignore[misc]  # Oscar's view

    def refuse_preview(self) -> http.HttpResponse | None:
        """Send the shopper back to the payment details while something is left that nothing pays."""
        validated = self.validated_allocations()
        if validated.left_to_pay <= ZERO or self.can_pay_remainder():
            return None
        messages.warning(self.request, self.left_to_pay_message(validated))
        return redirect("checkout:payment-details")

    def left_to_pay_message(self, validated: Validated) -> str:
        return _("%s is left to pay.") % display(validated.left_to_pay, validated.payable.currency)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # Oscar's view
        if context.get("order_total") is not None:
            context.update(self.accounts_context(context["basket"], context["order_total"]))
        return context

    def accounts_context(self, basket: Any, order_total: Any) -> dict[str, Any]:
        """Return what the templates show of accounts."""
        allocations = session.load(self.checkout_session)
        validated = validate(allocations, Payable.of(basket, order_total), self.request.user)
        own = self.forms_for_own_accounts(validated)
        return {
            "account_unit": conf.get("ACCOUNTS_UNIT_NAME"),
            "account_unit_plural": conf.get("ACCOUNTS_UNIT_NAME_PLURAL"),
            "account_allocations": validated.accounts,
            "allocated_forms": [self.form_for(validated, account, amount) for account, amount in validated.accounts],
            "account_forms": own,
            "own_accounts_can_pay": any(form.maximum > ZERO for form in own),
            "code_form": self.code_form or CodeForm(),
            "allocated_total": validated.allocations.total,
            "left_to_pay": validated.left_to_pay,
            "can_pay_remainder": self.can_pay_remainder(),
            "payment_is_complete": validated.left_to_pay <= ZERO,
        }

    def forms_for_own_accounts(self, validated: Validated) -> list[AllocationForm]:
        """Return a form for each account of the shopper's that could pay something and is not used yet."""
        accounts = gateway.user_accounts(self.request.user, validated.payable.currency).select_related("product_range")
        unused = [account for account in accounts if account not in validated.allocations]
        return [self.form_for(validated, account) for account in unused]

    def form_for(self, validated: Validated, account: Account, chosen: Any = None) -> AllocationForm:
        rejected = self.allocation_form
        if rejected is not None and rejected.allocated_account.pk == account.pk:
            return rejected
        return AllocationForm(account=account, maximum=validated.maximum(account), chosen=chosen)

    # --- Actions -----------------------------------------------------------------------------------

    def post(self, request: http.HttpRequest, *args: Any, **kwargs: Any) -> http.HttpResponse:
        if self.preview:
            return super().post(request, *args, **kwargs)  # type: ignore[misc]  # Oscar's view
        action = self.actions().get(request.POST.get("action", ""))
        if action is None:
            return http.HttpResponseBadRequest()
        return action()

    def actions(self) -> dict[str, Callable[[], http.HttpResponse]]:
        return {
            "use-code": self.use_code,
            "allocate": self.allocate,
            "remove": self.remove,
            "use-my-accounts": self.use_my_accounts,
        }

    def use_code(self) -> http.HttpResponse:
        """Allocate as much as possible of the account whose code was typed."""
        form = CodeForm(self.request.POST)
        if form.is_valid():
            validated = self.validated_allocations()
            try:
                account = self.account_for_code(form.cleaned_data["code"], validated.payable.currency)
                self.allocate_maximum(validated, account)
            except exceptions.AccountException as error:
                form.add_error("code", str(error))
            else:
                return self.back()
        self.code_form = form
        return self.render_payment_details(self.request)  # type: ignore[attr-defined]  # Oscar's view

    def account_for_code(self, code: str, currency: str) -> Account:
        """Return the usable account with *code*, or raise the AccountException to be shown. Counts as an attempt."""
        return guessing.account_for_code(self.request, code, currency)

    def allocate_maximum(self, validated: Validated, account: Account) -> None:
        """Let *account* pay all it can.

        Raises:
            AccountException: there is nothing that it can pay.
        """
        if account in validated.allocations:
            raise exceptions.AccountException(_("%s is already applied to this order.") % label(account))
        maximum = validated.maximum(account)
        if validated.left_to_pay <= ZERO:
            raise exceptions.AccountException(_("Nothing is left to pay."))
        if maximum <= ZERO:
            raise exceptions.AccountException(_("%s cannot pay for anything in this order.") % label(account))
        self.allocate_amount(account, maximum)
        messages.success(
            self.request,
            _("%(amount)s will be paid from %(account)s.")
            % {"amount": display(maximum, account.currency), "account": label(account)},
        )

    def allocate(self) -> http.HttpResponse:
        """Let one of the shopper's accounts, or one whose code was typed before, pay the chosen amount."""
        validated = self.validated_allocations()
        account = self.permitted_account(validated)
        if account is None:
            messages.error(self.request, _("That account cannot be used for this order."))
            return self.back()
        maximum = validated.maximum(account)
        if maximum <= ZERO:
            messages.error(self.request, _("%s cannot pay for anything in this order.") % label(account))
            return self.back()
        form = AllocationForm(self.request.POST, account=account, maximum=maximum)
        if not form.is_valid():
            self.allocation_form = form
            return self.render_payment_details(self.request)  # type: ignore[attr-defined]  # Oscar's view
        self.allocate_amount(account, form.cleaned_data["amount"])
        return self.back()

    def permitted_account(self, validated: Validated) -> Account | None:
        """Return the posted account if the shopper owns it or has shown its code: ids alone open nothing."""
        pk = self.posted_id()
        if pk is None:
            return None
        for account, _amount in validated.accounts:
            if account.pk == pk:
                return account
        own = gateway.user_accounts(self.request.user, validated.payable.currency)
        return own.select_related("product_range").filter(pk=pk).first()

    def remove(self) -> http.HttpResponse:
        """Let an account pay nothing any more."""
        pk = self.posted_id()
        if pk is not None:
            allocations = session.load(self.checkout_session)
            allocations.remove(pk)
            session.save(self.checkout_session, allocations)
        return self.back()

    def posted_id(self) -> int | None:
        """Return the id of the account that was posted, None if it cannot be one."""
        posted = self.request.POST.get("account", "")
        return int(posted) if posted.isascii() and posted.isdigit() and len(posted) <= _LONGEST_ID else None

    def use_my_accounts(self) -> http.HttpResponse:
        """Allocate the shopper's own accounts, soonest to expire first, until the order is covered."""
        currency = self.validated_allocations().payable.currency
        used = 0
        for account in gateway.user_accounts(self.request.user, currency).select_related("product_range"):
            validated = self.validated_allocations()
            if account in validated.allocations:
                continue
            maximum = validated.maximum(account)
            if maximum > ZERO:
                self.allocate_amount(account, maximum)
                used += 1
        if not used:
            messages.info(self.request, _("Your accounts cannot pay any more of this order."))
        return self.back()

    def allocate_amount(self, account: Account, amount: Decimal) -> None:
        allocations = session.load(self.checkout_session)
        allocations.add(account, amount)
        session.save(self.checkout_session, allocations)

    def back(self) -> http.HttpResponse:
        return redirect(f"{reverse('checkout:payment-details')}#accounts")

    def check_basket_is_valid(self, request: Any) -> None:
        """Ask again what was asked when gift cards were put into the basket, which may be long ago (pre-condition)."""
        for message in options.drop_past_dates(request.basket):
            messages.warning(request, message)
        super().check_basket_is_valid(request)  # type: ignore[misc]  # Oscar's CheckoutSessionMixin
        too_many = limits.too_many_in(request.basket)
        if too_many:
            raise FailedPreCondition(url=reverse("basket:summary"), messages=[too_many])

    def check_payment_data_is_captured(self, request: http.HttpRequest) -> None:
        """Refuse to place an order while something is left that nothing pays (Oscar's pre-condition for preview)."""
        super().check_payment_data_is_captured(request)  # type: ignore[misc]  # Oscar's CheckoutSessionMixin
        if request.method != "POST" or self.can_pay_remainder():
            return
        validated = self.validated_allocations()
        if validated.left_to_pay > ZERO:
            raise FailedPreCondition(
                url=reverse("checkout:payment-details"),
                messages=[
                    *(validated.messages or [_("Your order has changed.")]),
                    self.left_to_pay_message(validated),
                ],
            )
