"""Pages that move money, in two steps: the form, then what it would do to every account, to be confirmed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts_ledger.admin.account.balance_preview import BalancePreview, account_facts
from accounts_ledger.admin.shared.confirmation import Facts
from accounts_ledger.admin.shared.posting_view import PostingView
from accounts_ledger.exceptions import ChangedMeanwhile
from accounts_ledger.models import Transfer


class ReviewedView(PostingView):
    """A `PostingView` whose form is reviewed before it acts. "Change" leads back to the form, with what was typed."""

    confirms_at_once = False
    #: Heading and button of the second step.
    review_title: ClassVar[Any] = None
    confirm_text: ClassVar[Any]
    confirm_variant: ClassVar[str] = "primary"

    def sides(self, form: Any) -> list[BalancePreview]:
        """Return the accounts on which something moves, each with what is on it before and after."""
        raise NotImplementedError

    def headline(self, form: Any) -> str:
        """Return what moves, as people read it."""
        raise NotImplementedError

    def lines(self, form: Any) -> dict[str, str]:
        """Return what else was typed, or is about to happen, by name."""
        given = form.cleaned_data
        return {_("Reason"): given["description"], _("Merchant reference"): given.get("merchant_reference") or ""}

    def rows(self, form: Any) -> dict[str, list[Any]]:
        return {"accounts": [side.account for side in self.sides(form) if side.account.pk]}

    def facts(self, form: Any) -> Facts:
        facts = {_("Amount"): self.headline(form), **self.lines(form)}
        for side in self.sides(form):
            facts[_("Moves on %s") % side.name] = f"{side.change:+}"
            facts |= account_facts(side.account)
        return facts

    def is_repeated(self, form: Any) -> bool:
        return Transfer.objects.filter(idempotency_key=form.idempotency_key(self.staff)).exists()

    def form_valid(self, form: Any) -> HttpResponse:
        if "_change" in self.request.POST:  # the button of the second step that leads back to the first
            return self.render_to_response(self.get_context_data(form=form))
        if "_confirm" in self.request.POST:
            return super().form_valid(form)
        if objection := self.objection(form):
            form.add_error(None, objection)
            return self.form_invalid(form)
        return self.review(form)

    def objection(self, form: Any) -> str | None:
        """Return why there is nothing to review, or None. What else speaks against it the facade says under lock."""
        return None

    def show_again(self, form: Any, change: ChangedMeanwhile) -> HttpResponse:
        for row in [row for kind in self.rows(form).values() for row in kind]:
            row.refresh_from_db()
        return self.review(form, mistake=str(change))

    def review(self, form: Any, mistake: str = "") -> HttpResponse:
        """Show the second step: what the form would do."""
        context = self.get_context_data(
            form=form,
            sides=self.sides(form),
            headline=self.headline(form),
            lines={name: value for name, value in self.lines(form).items() if value},
            confirm_text=self.confirm_text,
            confirm_variant=self.confirm_variant,
            mistake=mistake,
            shown=self.sealed(form),
        )
        context["title"] = self.review_title or context["title"]
        status = 422 if mistake else 200
        return TemplateResponse(self.request, "admin/accounts_ledger/posting_confirm.html", context, status=status)
