"""Choosing customers on a form: type a few letters of a name or an e-mail address.

Django's own autocomplete asks for the permission to view users, which whoever looks after accounts need not have.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.urls import reverse_lazy

from accounts_ledger.admin.account.search import LONGEST_TERM, people
from accounts_ledger.admin.shared.chosen_only import ChosenOnlySelect, ChosenOnlySelectMultiple
from accounts_ledger.admin.shared.many_choice import ManyChoiceField

PAGE = 20


class HolderLabels:
    """Mixin of the fields: where to look people up, and how to show them."""

    def widget_attrs(self, widget: Any) -> dict[str, Any]:
        return {"data-ajax--url": reverse_lazy("admin:accounts_ledger_account_holders"), "data-ajax--cache": "false"}

    def label_from_instance(self, user: Any) -> str:
        return label(user)


class HolderChoiceField(HolderLabels, forms.ModelChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    widget = ChosenOnlySelect


class HoldersChoiceField(HolderLabels, ManyChoiceField):
    widget = ChosenOnlySelectMultiple


def everyone() -> QuerySet[Any]:
    return get_user_model()._default_manager.all()


def label(user: Any) -> str:
    """Return what tells a person from others: name and e-mail address, or the user name."""
    name, email = user.get_full_name(), user.email
    if name and email:
        return f"{name} ({email})"
    return name or email or user.get_username()


def search_view(request: HttpRequest) -> JsonResponse:
    """Answer with one page of people, as select2 wants it."""
    if not request.user.has_perm("accounts_ledger.change_account"):
        raise PermissionDenied
    term, page = request.GET.get("term", "").strip(), request.GET.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 5 and int(page) else 1
    matching = people(term) if len(term) <= LONGEST_TERM and "\x00" not in term else everyone().none()
    start = (number - 1) * PAGE
    found = list(matching.filter(is_active=True).order_by("email", "pk")[start : start + PAGE + 1])
    results = [{"id": str(user.pk), "text": label(user)} for user in found[:PAGE]]
    return JsonResponse({"results": results, "pagination": {"more": len(found) > PAGE}})
