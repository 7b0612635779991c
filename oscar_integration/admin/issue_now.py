"""Issuing a sold gift card by hand, when nobody but staff can tell that its money is there."""

from __future__ import annotations

import functools
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts_ledger.admin.merchant_links import links
from accounts_ledger.admin.shared.confirmation import Facts
from accounts_ledger.admin.shared.one_time_key import OneTimeKeyMixin
from accounts_ledger.admin.shared.posting_view import PostingView
from accounts_ledger.money import display
from oscar_integration.models import GiftCardSale
from oscar_integration.selling import payment, sales, tasks


class IssueNowForm(OneTimeKeyMixin):
    """Nothing to enter. A sale is issued once, which its own state sees to."""


class IssueNowView(PostingView):
    permission_required = ("oscar_integration.view_giftcardsale", "oscar_integration.can_issue_unpaid")
    title = _("Issue a gift card now")
    form_class = IssueNowForm
    submit_text = _("Issue it now")
    intro_template = "admin/oscar_integration/giftcardsale/issue_now_intro.html"
    object: GiftCardSale

    def facts(self, form: Any) -> Facts:
        sale = self.object
        return {
            _t("State"): sale.get_state_display(),
            _t("Value"): display(sale.value, sale.currency),
            _t("Recipient"): sale.recipient_email,
            _t("Note"): payment.waiting_for(sale),
        }

    def act(self, form: Any) -> Any:
        """Compare and issue under the lock of the sale."""
        with transaction.atomic():
            self.object = GiftCardSale.objects.select_for_update().get(pk=self.object.pk)
            return super().act(form)

    def post_form(self, form: Any) -> Any:
        issued = sales.issue_now(self.object, self.staff)
        transaction.on_commit(functools.partial(tasks.deliver_order.enqueue, issued.order_id))
        return _t("%(card)s, worth %(value)s, was issued. It will be sent when it is due.") % {
            "card": issued.account,
            "value": display(issued.value, issued.currency),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sale = self.object
        return super().get_context_data(
            **kwargs,
            sale=sale,
            order_url=links([sale.order.number], self.request.user).get(sale.order.number),
            reason=payment.waiting_for(sale),
        )

    def get_success_url(self) -> str:
        return reverse("admin:oscar_integration_giftcardsale_change", args=(self.object.pk,))


def can_be_issued(sale: GiftCardSale) -> bool:
    """Whether there is anything to be issued by hand."""
    return sale.state == GiftCardSale.State.WAITING
