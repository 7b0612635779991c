"""The page that closes all expired accounts: what it is about to do, then one run of the expiry."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts_ledger import facade
from accounts_ledger.admin.account.bulk import report
from accounts_ledger.admin.account.totals import selection_facts, totals
from accounts_ledger.admin.shared.confirmation import Facts
from accounts_ledger.admin.shared.one_time_key import OneTimeKeyMixin
from accounts_ledger.admin.shared.posting_view import PostingView
from accounts_ledger.exceptions import ChangedMeanwhile
from accounts_ledger.models import Account
from accounts_ledger.money import display


class CloseExpiredView(PostingView):
    """Moves what is left on every expired open account to Lapsed, and closes them. Asks for a confirmation first."""

    permission_required = "accounts_ledger.can_close"
    title = gettext_lazy("Close expired accounts")
    submit_variant = "danger"
    form_class = OneTimeKeyMixin
    intro_template = "admin/accounts_ledger/account/bulk_intro.html"

    def get_success_url(self) -> str:
        return reverse("admin:accounts_ledger_account_changelist")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs,
            explanation=_("These accounts are closed permanently, and their remaining balance moves to Lapsed."),
            totals=totals(expired()),
            note=_frozen_note(),
        )

    def facts(self, form: Any) -> Facts:
        return selection_facts(expired())

    def form_valid(self, form: Any) -> HttpResponse:
        """Close the accounts that were shown, each only as long as that is on it which was: there may be very many."""
        seen = dict(expired().values_list("pk", "balance"))
        try:
            self.check_as_shown(form)
        except ChangedMeanwhile as change:
            return self.show_again(form, change)
        outcome = facade.close_expired_accounts(user=self.staff, seen=seen)
        values = ", ".join(display(value, currency) for currency, value in sorted(outcome.lapsed.items()) if value)
        done = ngettext("%d account was closed.", "%d accounts were closed.", outcome.closed) % outcome.closed
        if values:
            done += " " + _("%s moved to Lapsed.") % values
        report(self.request, done, outcome.failures)
        return HttpResponseRedirect(self.get_success_url())


def expired() -> QuerySet[Account]:
    """Return the accounts that a run of the expiry looks at."""
    found: QuerySet[Account] = Account.expired.filter(status=Account.OPEN, chart_code=None)
    return found


def _frozen_note() -> str:
    frozen = Account.expired.filter(status=Account.FROZEN, chart_code=None).count()
    if not frozen:
        return ""
    return (
        ngettext(
            "%d expired account is frozen, so it is not closed.",
            "%d expired accounts are frozen, so they are not closed.",
            frozen,
        )
        % frozen
    )
