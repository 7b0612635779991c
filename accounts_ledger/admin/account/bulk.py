"""Actions on many accounts: a page that says how many and how much, then one call of the facade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts_ledger import facade
from accounts_ledger.admin.account.action_view import ReasonForm, account_link
from accounts_ledger.admin.account.state import ExtendForm
from accounts_ledger.admin.account.totals import Totals, selection_facts, totals
from accounts_ledger.admin.shared.confirmation import FIELD, Confirmation
from accounts_ledger.admin.shared.one_time_key import OneTimeKeyMixin
from accounts_ledger.exceptions import AccountException
from accounts_ledger.models import Account

#: Accounts an action at most: somebody waits for the page.
MOST = 2000
#: Failures that are listed one by one.
LISTED = 50

Failures = list[tuple[Account, AccountException]]


@dataclass(frozen=True)
class BulkAction:
    """What can be done to a selection of accounts."""

    name: str
    title: Any
    explanation: Any
    permission: str
    form_class: type[OneTimeKeyMixin]
    done: Callable[[int], str]
    #: Does it, and returns how many accounts it was done to, and why not to the others.
    perform: Callable[[list[Account], Any, dict[str, Any]], tuple[int, Failures]]


def _outcome(report: facade.StateReport) -> tuple[int, Failures]:
    return len(report.changed), report.refused


def _close_expired(accounts: list[Account], user: Any, given: dict[str, Any]) -> tuple[int, Failures]:
    report = facade.close_expired_accounts(accounts, user=user)
    return report.closed, report.failures


BULK_ACTIONS = [
    BulkAction(
        name="freeze_selected",
        title=gettext_lazy("Freeze selected accounts"),
        explanation=gettext_lazy(
            "Nobody can spend from these accounts until they are thawed. Existing holds remain valid."
        ),
        permission="accounts_ledger.can_freeze",
        form_class=ReasonForm,
        done=lambda count: ngettext("%d account was frozen.", "%d accounts were frozen.", count) % count,
        perform=lambda accounts, user, given: _outcome(facade.freeze_many(accounts, user, given["reason"])),
    ),
    BulkAction(
        name="thaw_selected",
        title=gettext_lazy("Thaw selected accounts"),
        explanation=gettext_lazy("These accounts can be spent again."),
        permission="accounts_ledger.can_freeze",
        form_class=ReasonForm,
        done=lambda count: ngettext("%d account was thawed.", "%d accounts were thawed.", count) % count,
        perform=lambda accounts, user, given: _outcome(facade.thaw_many(accounts, user, given["reason"])),
    ),
    BulkAction(
        name="extend_selected",
        title=gettext_lazy("Extend validity of selected accounts"),
        explanation=gettext_lazy("All these accounts get the same end date, except those that already end later."),
        permission="accounts_ledger.can_extend",
        form_class=ExtendForm,
        done=lambda count: ngettext("%d account was extended.", "%d accounts were extended.", count) % count,
        perform=lambda accounts, user, given: _outcome(
            facade.extend_many(accounts, given["end_date"], user, given["reason"])
        ),
    ),
    BulkAction(
        name="close_expired_selected",
        title=gettext_lazy("Close selected expired accounts"),
        explanation=gettext_lazy(
            "Expired accounts in this selection are closed permanently, and their remaining balance "
            "moves to Lapsed. Frozen accounts, and accounts that have not expired, are not changed."
        ),
        permission="accounts_ledger.can_close",
        form_class=OneTimeKeyMixin,
        done=lambda count: ngettext("%d account was closed.", "%d accounts were closed.", count) % count,
        perform=_close_expired,
    ),
]


class AccountBulkActions:
    """Mixin of the admin: puts `BULK_ACTIONS` into the list's menu, for those who may do them."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)  # type: ignore[misc]  # of Django's ModelAdmin
        for bulk in BULK_ACTIONS:
            if request.user.has_perm(bulk.permission):
                actions[bulk.name] = (_runner(bulk), bulk.name, bulk.title)
        return actions


def _runner(bulk: BulkAction) -> Callable[[Any, HttpRequest, QuerySet[Account]], HttpResponse]:
    def run(model_admin: Any, request: HttpRequest, queryset: QuerySet[Account]) -> HttpResponse:
        return handle(bulk, model_admin, request, queryset)

    return run


def handle(bulk: BulkAction, model_admin: Any, request: HttpRequest, queryset: QuerySet[Account]) -> HttpResponse:
    """Show what *bulk* is about to do to the selection; do it once that was confirmed."""
    if not request.user.has_perm(bulk.permission):
        raise PermissionDenied
    selected = queryset.filter(chart_code=None).order_by("pk")
    summary = totals(selected)
    if summary.count > MOST:
        messages.error(request, _too_many(summary.count))
        return HttpResponseRedirect(request.get_full_path())
    confirmed = "confirmed" in request.POST
    form = bulk.form_class(request.POST if confirmed else None)
    if confirmed and form.is_valid():
        try:
            done, failures = _perform(bulk, request, selected, form)
        except AccountException as refusal:
            form.add_error(None, str(refusal))
        else:
            report(request, bulk.done(done), failures)
            return HttpResponseRedirect(request.get_full_path())
    if confirmed and "one_time_key" in form.errors:
        form.renew_key()
    return _confirmation(bulk, model_admin, request, queryset, totals(selected), form)


def _perform(bulk: BulkAction, request: HttpRequest, selected: QuerySet[Account], form: Any) -> tuple[int, Failures]:
    """Do it to the accounts that the page showed, in one transaction; raise ChangedMeanwhile if they are others now."""
    accounts = list(selected)

    def _run() -> tuple[int, Failures]:
        _confirmed(bulk, request).check(request.POST.get(FIELD, ""), selection_facts(selected.all()))
        return bulk.perform(accounts, request.user, form.cleaned_data)

    return facade.while_locked(_run, accounts=accounts)


def _confirmed(bulk: BulkAction, request: HttpRequest) -> Confirmation:
    return Confirmation(request.user, f"accounts:{bulk.name}")


def report(request: HttpRequest, done: str, failures: Failures) -> None:
    """Tell the user what was done, and account by account what was not."""
    messages.success(request, done)
    if not failures:
        return
    lines = format_html_join(
        "", "<li>{} – {}</li>", ((account_link(found), error) for found, error in failures[:LISTED])
    )
    unlisted = len(failures) - LISTED
    more = format_html("<li>{}</li>", _("… and %d more.") % unlisted) if unlisted > 0 else ""
    intro = ngettext("%d account was not changed:", "%d accounts were not changed:", len(failures))
    messages.warning(request, format_html('{}<ul class="pl-6">{}{}</ul>', intro % len(failures), lines, more))


def _confirmation(
    bulk: BulkAction, model_admin: Any, request: HttpRequest, queryset: QuerySet[Account], summary: Totals, form: Any
) -> HttpResponse:
    across = request.POST.get("select_across") == "1"
    pks = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)  # Django asks for them even where all are selected
    left_out = queryset.exclude(chart_code=None).count()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": bulk.title,
        "opts": model_admin.opts,
        "model_admin": model_admin,
        "form": form,
        "media": model_admin.media + form.media,
        "intro_template": "admin/accounts_ledger/account/bulk_intro.html",
        "explanation": bulk.explanation,
        "totals": summary,
        "left_out": left_out,
        "selection": [("action", bulk.name), ("select_across", "1" if across else "0"), ("confirmed", "1")]
        + [(helpers.ACTION_CHECKBOX_NAME, pk) for pk in pks],
        "shown": _confirmed(bulk, request).seal(selection_facts(queryset.filter(chart_code=None))),
        "submit_text": bulk.title,
        "submit_variant": "primary",
        "cancel_url": request.get_full_path(),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/accounts_ledger/form_page.html", context, status=status)


def _too_many(count: int) -> str:
    return _(
        "You can change at most %(most)s accounts at a time, and %(count)s are selected. Narrow the "
        "list with a filter, or select fewer."
    ) % {"count": f"{count:,}", "most": f"{MOST:,}"}
