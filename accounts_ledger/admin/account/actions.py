"""The buttons of one account: each leads to a form page that says what will happen, and acts on POST only."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant

from accounts_ledger.admin.account.action_view import AccountActionView
from accounts_ledger.admin.account.close_expired import CloseExpiredView
from accounts_ledger.admin.account.money import TopUpView, WithdrawView
from accounts_ledger.admin.account.state import CloseView, ExtendView, FreezeView, ReplaceView, ThawView
from accounts_ledger.admin.transfer.views import NewTransferView, open_page
from accounts_ledger.models import Account


def _page(view: type[AccountActionView], icon: str, path: str, variant: ActionVariant = ActionVariant.DEFAULT) -> Any:
    def show(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        return open_page(view, model_admin, request, object_id=object_id)

    show.__name__ = path.replace("-", "_")  # Unfold's name of the action
    return action(
        description=view.title,
        url_path=path,
        icon=icon,
        permissions=[view.permission_required],
        variant=variant,
    )(show)


class AccountActions:
    """Mixin of the admin: what can be done to one account, from its row and from its page, and to all expired ones."""

    top_up = _page(TopUpView, "add_card", "top-up", ActionVariant.PRIMARY)
    withdraw = _page(WithdrawView, "payments", "withdraw")
    freeze = _page(FreezeView, "ac_unit", "freeze")
    thaw = _page(ThawView, "sunny", "thaw")
    extend = _page(ExtendView, "event_upcoming", "extend")
    replace = _page(ReplaceView, "credit_card_off", "replace")
    close = _page(CloseView, "block", "close", ActionVariant.DANGER)

    @action(
        description=_("Transfer"),
        url_path="transfer-out",
        icon="sync_alt",
        permissions=NewTransferView.permission_required,
    )
    def transfer_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to the form for a new transfer, from this account. Moves nothing."""
        account = self.get_object(request, object_id)  # type: ignore[attr-defined]  # of Django's ModelAdmin
        if account is None:
            raise Http404
        return HttpResponseRedirect(reverse("admin:accounts_ledger_transfer_new_transfer") + f"?source={account.pk}")

    @action(
        description=CloseExpiredView.title,
        url_path="close-expired",
        icon="event_busy",
        permissions=[CloseExpiredView.permission_required],
    )
    def close_expired(self, request: HttpRequest) -> HttpResponse:
        return open_page(CloseExpiredView, self, request)

    actions_list: ClassVar = ["close_expired"]
    actions_row: ClassVar = ["top_up", "withdraw", "transfer_out", "freeze", "thaw", "extend", "replace", "close"]
    actions_detail: ClassVar = [
        "top_up",
        "withdraw",
        "transfer_out",
        {
            "title": _("More"),
            "icon": "more_horiz",
            "items": ["freeze", "thaw", "extend", "replace", "close"],
        },
    ]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Leave out what makes no sense for this account as it is now."""
        actions = super().get_actions_detail(request, object_id)  # type: ignore[misc]  # of Unfold's ModelAdmin
        account = self.get_object(request, str(object_id))  # type: ignore[attr-defined]  # of Django's ModelAdmin
        if account is None:
            return []
        possible = possible_actions(account)
        return [found for found in actions if found.method.original_function_name in possible]


def possible_actions(account: Account) -> set[str]:
    """Return the names of the actions that make sense for *account*, whoever asks."""
    if account.is_closed():
        return set()
    if account.is_core:
        return {"transfer_out"}
    if account.is_frozen():
        possible = {"thaw", "replace", "extend"} | (set() if account.balance else {"close"})
    else:
        possible = {"top_up", "withdraw", "transfer_out", "freeze", "replace", "extend", "close"}
    return possible - (set() if account.end_date else {"extend"})
