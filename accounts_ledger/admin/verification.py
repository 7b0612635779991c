"""Verifications in the admin: when the books were recomputed, by whom, what came out; and doing so again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts_ledger import verification
from accounts_ledger.admin.shared.confirmation import Facts
from accounts_ledger.admin.shared.one_time_key import OneTimeKeyMixin
from accounts_ledger.admin.shared.posting_view import PostingView
from accounts_ledger.admin.shared.read_only_admin import ReadOnlyModelAdmin
from accounts_ledger.admin.transfer.views import open_page
from accounts_ledger.models import Transaction, Verification
from accounts_ledger.verification import tasks
from accounts_ledger.written_dates import moment

#: Transactions up to which a person is kept waiting for the outcome, some seconds; beyond, it is a job of its own.
WAITED_FOR = 200_000


class RunForm(OneTimeKeyMixin):
    """Nothing to enter: a verification looks at everything and changes nothing."""


class RunView(PostingView):
    permission_required = ("accounts_ledger.view_verification", "accounts_ledger.add_verification")
    title = _("Verify the books")
    form_class = RunForm
    submit_text = _("Verify now")
    intro_template = "admin/accounts_ledger/verification/run_intro.html"

    def facts(self, form: Any) -> Facts:
        """There is nothing that others could change: the books are read, and only read."""
        return {}

    def post_form(self, form: Any) -> Any:
        if (Transaction.objects.aggregate(last=Max("pk"))["last"] or 0) > WAITED_FOR:
            tasks.verify.enqueue(self.staff.pk)
            return _t("The books are being verified. The outcome will appear in this list.")
        done = verification.record(verification.verify_ledger(), self.staff)
        if done.is_clean:
            return _t("The books are right: %(transfers)d transfers, no findings.") % {"transfers": done.transfers}
        return _t("There are findings: %d. Open the verification to see them.") % done.findings

    def get_success_url(self) -> str:
        return reverse("admin:accounts_ledger_verification_changelist")


@admin.register(Verification)
class VerificationAdmin(ReadOnlyModelAdmin):
    empty_text = _(
        "A verification recomputes every balance from its transactions and reports what is wrong. Run"
        " one regularly: it changes nothing."
    )
    list_display = ("finished", "outcome", "accounts", "transfers", "transactions", "asked_by", "took")
    list_select_related = ("user",)
    change_form_template = "admin/accounts_ledger/verification/detail.html"
    ordering = ("-date_finished", "-pk")
    sortable_by = ()
    actions_list = ("run_verification",)

    @display(description=_("Finished"))
    def finished(self, run: Verification) -> Any:
        return moment(run.date_finished)

    @display(description=_("Outcome"), label={"clean": "success", "findings": "danger"})
    def outcome(self, run: Verification) -> tuple[str, Any]:
        if run.is_clean:
            return "clean", _t("No findings")
        return "findings", _t("%d findings") % run.findings

    @display(description=_("Requested by"), empty_value=_("The system"))
    def asked_by(self, run: Verification) -> str | None:
        return run.user.get_username() if run.user else None

    @display(description=_("Took"))
    def took(self, run: Verification) -> str:
        return _t("%.1f seconds") % (run.date_finished - run.date_started).total_seconds()

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        run = kwargs.get("obj")
        if run:
            context |= {"run": run, "beyond": run.findings - len(run.first_findings)}
        return super().render_change_form(request, context, *args, **kwargs)

    @action(
        description=_("Verify the books"),
        url_path="run",
        icon="fact_check",
        permissions=RunView.permission_required,
        variant=ActionVariant.PRIMARY,
    )
    def run_verification(self, request: HttpRequest) -> HttpResponse:
        return open_page(RunView, self, request)
