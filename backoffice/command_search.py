"""The command palette: finds an account by its whole code or by name, and a transfer by reference or order number."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from unfold.dataclasses import SearchResult

from accounts_ledger import code_lookups
from accounts_ledger.admin.account.search import search
from accounts_ledger.exceptions import AccountException
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import display
from backoffice import unfold_compat

#: Results of each kind at most: whoever wants more uses the list.
MOST = 5
LONGEST_TERM = 128


@admin.site.admin_view
@require_POST
def palette(request: HttpRequest) -> HttpResponse:
    """Answer the palette. It is posted to (by palette.js): what is typed may be a code, never to be in an address."""
    try:
        return unfold_compat.answer_palette(request, request.POST.get("s", ""))
    except AccountException as refusal:  # too many codes were tried
        return unfold_compat.refuse_in_palette(request, str(refusal))


def find(request: HttpRequest, search_term: str) -> list[SearchResult]:
    """Return the accounts and transfers that *search_term* means and that the user may see.

    Raises:
        AccountException: the user has tried too many codes.
    """
    term = search_term.strip()
    if not term or len(term) > LONGEST_TERM or "\x00" in term:
        return []
    found: list[SearchResult] = []
    with code_lookups.counted(request, term, typing=True) as lookup:
        if request.user.has_perm("accounts_ledger.view_account"):
            found += [_account(account) for account in _accounts(term)]
        if request.user.has_perm("accounts_ledger.view_transfer"):
            found += [_transfer(transfer) for transfer in _transfers(term)]
        lookup.found = bool(found)
    return found


def _accounts(term: str) -> Any:
    return search(Account.objects.for_people().select_related("account_type"), term).order_by("-pk")[:MOST]


def _transfers(term: str) -> Any:
    # The palette lowers what is typed; references have capitals only, order numbers may have either.
    wanted = Q(reference=term.upper()) | Q(merchant_reference__in={term, term.upper()})
    return Transfer.objects.filter(wanted).select_related("source", "destination").order_by("-pk")[:MOST]


def _account(account: Account) -> SearchResult:
    balance = display(account.balance, account.currency)
    kind = account.account_type.name if account.account_type else _("Account")
    return SearchResult(
        title=str(account),
        description=f"{kind} · {account.get_status_display()} · {balance}",
        link=reverse("admin:accounts_ledger_account_change", args=(account.pk,)),
        icon="account_balance_wallet",
    )


def _transfer(transfer: Transfer) -> SearchResult:
    amount = display(transfer.amount, transfer.source.currency)
    return SearchResult(
        title=f"{transfer.get_kind_display()} {transfer.reference}",
        description=f"{amount} · {transfer.shown_source} → {transfer.shown_destination}",
        link=reverse("admin:accounts_ledger_transfer_change", args=(transfer.pk,)),
        icon="sync_alt",
    )
