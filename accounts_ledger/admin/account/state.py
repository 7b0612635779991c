"""Pages that change the state of an account: freeze, thaw, close, replace, extend."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_ledger import dates, facade
from accounts_ledger.admin.account.action_view import (
    AccountActionView,
    ReasonForm,
    account_link,
    account_url,
    core_refusal,
)
from accounts_ledger.admin.account.balance_preview import BalancePreview, preview_balances
from accounts_ledger.admin.account.money import SourceField, sources_for
from accounts_ledger.admin.shared.form_filter import day_field
from accounts_ledger.admin.shared.reviewed_view import ReviewedView
from accounts_ledger.models import Account
from accounts_ledger.money import ZERO, display


class CloseForm(ReasonForm):
    remainder_to = SourceField(label=gettext_lazy("Transfer remaining balance to"))
    field_order = ("remainder_to", "reason")

    def __init__(self, *args: Any, sources: list[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["remainder_to"]
        assert isinstance(field, SourceField)
        if sources:
            field.offer(sources)
        else:
            del self.fields["remainder_to"]


class ExtendForm(ReasonForm):
    end_date = day_field(gettext_lazy("Valid until"))
    field_order = ("end_date", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["end_date"].required = True


class StateView(AccountActionView):
    """Changes the account's state, for a reason."""

    form_class: Any = ReasonForm

    def is_repeated(self, form: Any) -> bool:
        """Whether the account is what *form* asks for, made so last by the same person for the same reason."""
        if not self.is_done(form):
            return False
        last = self.object.history.order_by("-history_date", "-history_id").first()
        return bool(last and (last.history_user_id, last.history_change_reason) == (self.staff.pk, reason_of(form)))

    def repeat(self, form: Any) -> None:
        """Say nothing: the second click of a double click finds it done, which is no reason to complain."""

    def is_done(self, form: Any) -> bool:
        """Whether the account is already what *form* asks for."""
        raise NotImplementedError

    def refusal(self, account: Account) -> str | None:
        if account.is_closed():
            return _("%s is closed permanently.") % account
        return core_refusal(account)


def reason_of(form: Any) -> str:
    reason: str = form.cleaned_data["reason"]
    return reason


class FreezeView(StateView):
    permission_required = "accounts_ledger.can_freeze"
    title = gettext_lazy("Freeze")
    explanation = gettext_lazy(
        "Nobody can spend from this account, and no money can move in or out of it, until it is "
        "thawed. Existing holds remain valid."
    )

    def refusal(self, account: Account) -> str | None:
        if account.is_frozen():
            return _("%s is frozen already.") % account
        return super().refusal(account)

    def is_done(self, form: Any) -> bool:
        return self.object.is_frozen()

    def post_form(self, form: Any) -> Any:
        facade.freeze(self.object, self.staff, form.cleaned_data["reason"])
        return format_html(_("{} is frozen."), account_link(self.object))


class ThawView(StateView):
    permission_required = "accounts_ledger.can_freeze"
    title = gettext_lazy("Thaw")
    explanation = gettext_lazy("The account can be spent again.")

    def refusal(self, account: Account) -> str | None:
        if account.is_open():
            return _("%s is not frozen.") % account
        return super().refusal(account)

    def is_done(self, form: Any) -> bool:
        return self.object.is_open()

    def post_form(self, form: Any) -> Any:
        facade.thaw(self.object, self.staff, form.cleaned_data["reason"])
        return format_html(_("{} is open again."), account_link(self.object))


class CloseView(ReviewedView, StateView):
    permission_required = "accounts_ledger.can_close"
    title = gettext_lazy("Close")
    submit_text = gettext_lazy("Continue")
    confirm_text = gettext_lazy("Close permanently")
    confirm_variant = "danger"
    form_class = CloseForm

    def get_explanation(self) -> Any:
        account = self.object
        if account.balance <= 0:
            return _(
                "This closes the account permanently. It stays in the books, but no money can "
                "move in or out of it again."
            )
        return _(
            "This closes the account permanently, and moves its balance of %s to the account that you choose."
        ) % display(account.balance, account.currency)

    def get_form_kwargs(self) -> dict[str, Any]:
        may_move = self.object.balance > 0 and self.staff.has_perm("accounts_ledger.can_withdraw")
        return {**super().get_form_kwargs(), "sources": sources_for(self.object) if may_move else []}

    def sides(self, form: Any) -> list[BalancePreview]:
        remainder_to = form.cleaned_data.get("remainder_to")
        if remainder_to is None:
            return [BalancePreview(self.object, ZERO)]
        return preview_balances(self.object, remainder_to, self.object.balance)

    def headline(self, form: Any) -> str:
        return _("Close %(account)s permanently, with a balance of %(balance)s") % {
            "account": self.object,
            "balance": display(self.object.balance, self.object.currency),
        }

    def lines(self, form: Any) -> dict[str, str]:
        return {_("Transfer remaining balance to"): str(form.cleaned_data.get("remainder_to") or ""), **_reason(form)}

    def is_repeated(self, form: Any) -> bool:
        return StateView.is_repeated(self, form)

    def is_done(self, form: Any) -> bool:
        return self.object.is_closed()

    def post_form(self, form: Any) -> Any:
        facade.close(
            self.object,
            self.staff,
            form.cleaned_data["reason"],
            remainder_to=form.cleaned_data.get("remainder_to"),
            idempotency_key=form.idempotency_key(self.staff),
        )
        return format_html(_("{} is closed."), account_link(self.object))


class ReplaceView(ReviewedView, StateView):
    permission_required = "accounts_ledger.can_replace"
    title = gettext_lazy("Replace lost card")
    submit_text = gettext_lazy("Continue")
    confirm_text = gettext_lazy("Replace")
    confirm_variant = "danger"
    replacement: Account | None = None

    def get_explanation(self) -> Any:
        return _(
            "A new account with a new code takes over the balance of %s, the holder, the validity and"
            " the restrictions. This account is closed permanently, so its code can no longer be "
            "spent."
        ) % display(self.object.balance, self.object.currency)

    def sides(self, form: Any) -> list[BalancePreview]:
        return preview_balances(self.object, Account(currency=self.object.currency), self.object.balance)

    def headline(self, form: Any) -> str:
        return _("%(account)s is replaced by a new account with %(balance)s") % {
            "account": self.object,
            "balance": display(self.object.balance, self.object.currency),
        }

    def lines(self, form: Any) -> dict[str, str]:
        return _reason(form)

    def is_repeated(self, form: Any) -> bool:
        return StateView.is_repeated(self, form)

    def is_done(self, form: Any) -> bool:
        self.replacement = self.object.replaced_by
        return self.replacement is not None

    def post_form(self, form: Any) -> Any:
        self.replacement = facade.replace(
            self.object,
            self.staff,
            form.cleaned_data["reason"],
            idempotency_key=form.idempotency_key(self.staff),
        )
        return format_html(
            _("{old} is closed. {new} replaces it, with a balance of {balance}."),
            old=account_link(self.object),
            new=account_link(self.replacement),
            balance=display(self.replacement.balance, self.replacement.currency),
        )

    def get_success_url(self) -> str:
        return account_url(self.replacement or self.object)


def _reason(form: Any) -> dict[str, str]:
    return {_("Reason"): reason_of(form)}


class ExtendView(StateView):
    permission_required = "accounts_ledger.can_extend"
    title = gettext_lazy("Extend validity")
    submit_text = gettext_lazy("Extend")
    form_class = ExtendForm

    def refusal(self, account: Account) -> str | None:
        if account.end_date is None:
            return _("%s never expires, so there is nothing to extend.") % account
        return super().refusal(account)

    def get_explanation(self) -> Any:
        if self.object.end_date is None:
            return ""  # posted to all the same: the facade refuses
        last_day = date_format(dates.last_day_before(self.object.end_date))
        return _("The account is already valid until %s. Choose a later date.") % last_day

    def get_initial(self) -> dict[str, Any]:
        if self.object.end_date is None:
            return {}
        latest = max(dates.last_day_before(self.object.end_date), timezone.localdate())
        return {"end_date": latest + datetime.timedelta(days=365)}

    def is_done(self, form: Any) -> bool:
        return self.object.end_date == dates.end_of(form.cleaned_data["end_date"])

    def post_form(self, form: Any) -> Any:
        day = form.cleaned_data["end_date"]
        facade.extend(self.object, day, self.staff, form.cleaned_data["reason"])
        return format_html(
            _("{account} is now valid until {day}."), account=account_link(self.object), day=date_format(day)
        )
