"""The search box above the list of accounts.

It is posted, and leads on to an address without what was typed wherever that may be a code: addresses stay in the logs
of proxies and in the histories of browsers, and whoever has a code can spend the money.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts_ledger.admin.account.action_view import account_url
from accounts_ledger.admin.account.search import counted, with_code
from accounts_ledger.exceptions import AccountException
from accounts_ledger.models import Account


@require_POST
def find(request: HttpRequest, model_admin: Any) -> HttpResponseRedirect:
    """Lead to the account that was meant, or to the list of those that were.

    A code means one account. What means several is none, and goes into the address of the list, beside the filters of
    the page before. What finds nothing may be a code with a typo, and does not.
    """
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    parameters = request.POST.copy()
    parameters.pop("csrfmiddlewaretoken", None)
    term = parameters.pop(SEARCH_VAR, [""])[-1].strip()
    try:
        found = list(counted(request, Account.objects.for_people().order_by("pk"), term)[:2]) if term else []
    except AccountException as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("admin:accounts_ledger_account_changelist"))
    meant = with_code(term) if found else None
    if meant:
        found = [meant]
    if len(found) == 1:
        return HttpResponseRedirect(account_url(found[0]))
    if found:
        parameters[SEARCH_VAR] = term
    elif term:
        messages.warning(request, _("No accounts match your search, so all accounts are shown."))
    address = reverse("admin:accounts_ledger_account_changelist")
    return HttpResponseRedirect(f"{address}?{parameters.urlencode()}" if parameters else address)
