"""The base of the pages that do something to one account."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts_ledger.admin.account.balance_preview import account_facts
from accounts_ledger.admin.account.columns import STATUS_COLOURS, expires, held_by
from accounts_ledger.admin.shared.confirmation import Facts
from accounts_ledger.admin.shared.one_time_key import OneTimeKeyMixin
from accounts_ledger.admin.shared.posting_view import PostingView
from accounts_ledger.exceptions import ChangedMeanwhile
from accounts_ledger.models import Account, Transfer
from accounts_ledger.operations.arguments import LONGEST_REASON


class ReasonForm(OneTimeKeyMixin):
    """Asks why, for the history."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Recorded in the account's history with your name."),
    )


class AccountActionView(PostingView):
    """A page that does one thing to one account, after showing what the account is now."""

    object: Account
    intro_template = "admin/accounts_ledger/account/action_intro.html"
    #: What happens, in a sentence or two, shown above the form.
    explanation: ClassVar[Any] = ""

    def refusal(self, account: Account) -> str | None:
        """Return why this cannot be done to *account* as it is now, or None if it can be tried."""
        return None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refusal = self.refusal(self.object)
        return self._refused(refusal) if refusal else super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do it, unless it is a core account. Whatever else speaks against it, the facade says under lock."""
        refusal = core_refusal(self.object)
        return self._refused(refusal) if refusal else super().post(request, *args, **kwargs)

    def _refused(self, refusal: str) -> HttpResponse:
        messages.warning(self.request, refusal)
        return HttpResponseRedirect(self.get_success_url())

    def rows(self, form: Any) -> dict[str, list[Any]]:
        return {"accounts": [self.object]}

    def facts(self, form: Any) -> Facts:
        return account_facts(self.object)

    def show_again(self, form: Any, change: ChangedMeanwhile) -> HttpResponse:
        self.object.refresh_from_db()
        if self.refusal(self.object):
            return self._refused(str(change))
        return super().show_again(form, change)

    def get_success_url(self) -> str:
        return account_url(self.object)

    def get_explanation(self) -> Any:
        return self.explanation

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account = self.object
        return super().get_context_data(
            **kwargs,
            account=account,
            holder=held_by(account),
            expires=expires(account),
            status_colour=STATUS_COLOURS[account.status],
            explanation=self.get_explanation(),
        )


def account_url(account: Account) -> str:
    return reverse("admin:accounts_ledger_account_change", args=(account.pk,))


def account_link(account: Account) -> SafeString:
    """Return a link to *account*, for messages."""
    return format_html('<a class="underline" href="{}">{}</a>', account_url(account), account)


def transfer_link(transfer: Transfer) -> SafeString:
    """Return a link to *transfer*, for messages."""
    url = reverse("admin:accounts_ledger_transfer_change", args=(transfer.pk,))
    return format_html('<a class="underline" href="{}">{}</a>', url, transfer.reference)


def core_refusal(account: Account) -> str | None:
    """Return why staff may not do this to *account* if it is one that the system relies on."""
    if account.is_core:
        return _("%s is a core account. Use a transfer instead.") % account
    return None


def open_refusal(account: Account) -> str | None:
    """Return why money cannot be moved on *account* if it is not open."""
    if account.is_closed():
        return _("%s is closed, so no money can move in or out of it.") % account
    if account.is_frozen():
        return _("%s is frozen. Thaw it before moving money in or out of it.") % account
    return None
