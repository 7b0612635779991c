"""Choosing an account on a form: type a few letters of its name, its holder, or the whole code."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, JsonResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views import View

from accounts_ledger.admin.account.search import counted
from accounts_ledger.admin.shared.chosen_only import ChosenOnlySelect
from accounts_ledger.exceptions import AccountException
from accounts_ledger.models import Account
from accounts_ledger.money import display

PAGE = 20


class AccountChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    """An account, found by typing. Only the chosen one is read from the database, however many there are."""

    widget = ChosenOnlySelect

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("queryset", Account.objects.for_people().select_related("primary_user", "account_type"))
        super().__init__(**kwargs)

    def widget_attrs(self, widget: Any) -> dict[str, Any]:
        return {
            "data-ajax--url": reverse_lazy("admin:accounts_ledger_transfer_accounts"),
            "data-ajax--type": "POST",
            "data-ajax--cache": "false",  # balances go stale
        }

    def label_from_instance(self, account: Any) -> str:
        return label(account)


def named(account: Account) -> str:
    """Return what tells an account from others, never its code: name, masked code, holder."""
    parts = [str(account)]
    if account.name and account.has_code:
        parts.append(account.masked_code)
    if account.primary_user:
        parts.append(account.primary_user.get_username())
    return " · ".join(parts)


def label(account: Account) -> str:
    """Return `named` and what is available on the account."""
    available = account.amount_available
    money = _("no limit") if available is None else display(available, account.currency)
    return f"{named(account)} ({money})"


def matching(request: HttpRequest, term: str) -> QuerySet[Account]:
    """Return the accounts that *term* means, core accounts first: they are on one side of most movements."""
    accounts = (
        Account.objects.for_people().exclude(status=Account.CLOSED).select_related("primary_user", "account_type")
    )
    return counted(request, accounts, term, typing=True).order_by(F("chart_code").asc(nulls_last=True), "name", "pk")


class AccountSearchView(View):
    """What the form field asks for while somebody types: one page of accounts, as select2 wants it.

    Asked for by POST only: what is typed may be a code, which must not get into an address.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        if not request.user.has_perm("accounts_ledger.view_account"):
            raise PermissionDenied
        page = self._page(request.POST.get("page", ""))
        start = (page - 1) * PAGE
        try:
            found = list(matching(request, request.POST.get("term", "").strip())[start : start + PAGE + 1])
        except AccountException as refusal:
            results = [{"id": "", "text": str(refusal), "disabled": True}]
            return JsonResponse({"results": results, "pagination": {"more": False}})
        results = [{"id": str(account.pk), "text": label(account)} for account in found[:PAGE]]
        return JsonResponse({"results": results, "pagination": {"more": len(found) > PAGE}})

    @staticmethod
    def _page(given: str) -> int:
        return int(given) if given.isascii() and given.isdigit() and len(given) < 5 and int(given) else 1
