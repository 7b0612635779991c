"""Shows a code in full, to those who may see codes, and records who looked."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts_ledger import codes, history


@never_cache
@require_POST
def reveal(request: HttpRequest, object_id: str, model_admin: Any) -> HttpResponse:
    """Answer with the code of the account, after a row of history that says who saw it.

    The answer is a page; the detail page asks for it with HTMX and takes only the code out of it.
    """
    if not request.user.has_perm("accounts_ledger.view_account_code"):
        raise PermissionDenied
    account = model_admin.get_object(request, object_id)
    if account is None or not account.code:
        raise Http404
    history.record([account], reason=_("Code revealed"), user=request.user)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": account,
        "opts": model_admin.opts,
        "account": account,
        "code": codes.display(account.code),
    }
    return TemplateResponse(request, "admin/accounts_ledger/account/reveal.html", context)
