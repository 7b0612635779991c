"""The pages. Whatever belongs to somebody else is not found, as if it did not exist."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, ListView, TemplateView
from oscar.core.loading import get_class

from accounts_ledger import conf, exceptions
from oscar_integration import guessing
from oscar_integration.customer import owned, statement
from oscar_integration.forms import CodeForm
from oscar_integration.naming import label

PageTitleMixin: Any = get_class("customer.mixins", "PageTitleMixin")

TOO_MANY_REQUESTS = 429


@method_decorator(never_cache, name="dispatch")
class AccountListView(LoginRequiredMixin, PageTitleMixin, ListView):  # type: ignore[type-arg]  # generic only in the stubs
    """The customer's cards, and a form to add one by its code."""

    template_name = "oscar_integration/customer/account_list.html"
    context_object_name = "accounts"
    active_tab = "gift-cards"
    form: CodeForm | None = None

    @property
    def page_title(self) -> str:
        return _("My %s") % conf.get("ACCOUNTS_UNIT_NAME_PLURAL").lower()

    @property
    def paginate_by(self) -> int:  # type: ignore[override]  # Django reads it as an attribute either way
        return conf.get("OSCAR_ACCOUNTS_DASHBOARD_ITEMS_PER_PAGE")

    def get_queryset(self) -> Any:
        return owned.accounts_of(self.request.user)  # type: ignore[arg-type]  # logged in

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        units = {"account_unit": conf.get("ACCOUNTS_UNIT_NAME"), "code_form": self.form or CodeForm()}
        return super().get_context_data(**units, **kwargs)

    @method_decorator(sensitive_post_parameters("code"))
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.form = CodeForm(request.POST)
        status = 200
        if self.form.is_valid():
            try:
                account = owned.add_by_code(request, self.form.cleaned_data["code"])
            except guessing.TooManyAttempts as refusal:
                self.form.add_error("code", str(refusal))
                status = TOO_MANY_REQUESTS
            except exceptions.AccountException as refusal:
                self.form.add_error("code", str(refusal))
            else:
                messages.success(request, _("%s was added to your account.") % label(account))
                return redirect("managed_accounts:list")
        response = self.get(request, *args, **kwargs)
        response.status_code = status
        return response


@method_decorator(never_cache, name="dispatch")
class StatementView(LoginRequiredMixin, PageTitleMixin, TemplateView):
    """What happened on one of the customer's cards."""

    template_name = "oscar_integration/customer/statement.html"
    active_tab = "gift-cards"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account = get_object_or_404(owned.accounts_of(self.request.user), pk=kwargs["pk"])  # type: ignore[arg-type]  # logged in
        paginator = Paginator(statement.transactions_of(account), conf.get("OSCAR_ACCOUNTS_DASHBOARD_ITEMS_PER_PAGE"))
        page = paginator.get_page(self.request.GET.get("page"))
        self.page_title = label(account)
        return super().get_context_data(
            account=account,
            account_unit=conf.get("ACCOUNTS_UNIT_NAME"),
            account_unit_plural=conf.get("ACCOUNTS_UNIT_NAME_PLURAL"),
            lines=statement.lines(page.object_list, self.request.user),  # type: ignore[arg-type]  # logged in
            page_obj=page,
            paginator=paginator,
            **kwargs,
        )


@method_decorator(never_cache, name="dispatch")
@method_decorator(sensitive_post_parameters("code"), name="dispatch")
class BalanceView(PageTitleMixin, FormView):  # type: ignore[type-arg]  # generic only in the stubs
    """What is left on a card, for whoever has its code. The code is posted: it must not end up in any address."""

    template_name = "oscar_integration/customer/balance.html"
    form_class = CodeForm

    @property
    def page_title(self) -> str:
        return _("Check the balance")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(account_unit=conf.get("ACCOUNTS_UNIT_NAME"), **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        code = form.cleaned_data["code"]
        try:
            with guessing.attempt(self.request):
                account = guessing.usable(guessing.find(code, self.request.user), currency=None)
        except guessing.TooManyAttempts as refusal:
            form.add_error("code", str(refusal))
            return self.render_to_response(self.get_context_data(form=form), status=TOO_MANY_REQUESTS)
        except exceptions.AccountException as refusal:
            form.add_error("code", str(refusal))
            return self.form_invalid(form)
        return self.render_to_response(self.get_context_data(form=self.form_class(), account=account))
