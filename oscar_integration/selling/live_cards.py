"""Gift cards that an order has sold, as far as their money is not back: what is on them, and whether they were used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts_ledger import chart
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import ZERO, display
from oscar_integration.models import GiftCardSale, OrderRefund, OrderRefundCard
from oscar_integration.naming import label


@dataclass(frozen=True)
class LiveCard:
    """A card that the order has sold, and whose money is not all back.

    Attributes:
        account: where its value is now, None as long as it was not issued.
        worth: what was paid for it and did not come back to the Bank.
        left: what can still be taken off it.
        entries: how many entries its account has if nobody but staff, who took it back in part, has moved anything.
    """

    sale: GiftCardSale
    account: Account | None
    worth: Decimal
    left: Decimal
    entries: int = 0

    @property
    def is_unused(self) -> bool:
        """Whether nobody has spent of it, topped it up, reserved any of it, or added it to their account."""
        if self.account is None:
            return True
        untouched = self.account.balance == self.worth and self.account.sequence == self.entries
        free = not self.account.held and self.account.primary_user_id is None
        return untouched and free and not self.account.is_closed()


def live_cards(order: Any) -> list[LiveCard]:
    """Return the cards of *order* that were paid for and have not come back to the Bank, the oldest first."""
    sales = (
        GiftCardSale.objects.filter(order=order)
        .exclude(line=None)
        .exclude(state=GiftCardSale.State.CANCELLED, account=None)
    )
    on_their_way = OrderRefundCard.objects.filter(refund__order=order, refund__state=OrderRefund.State.OPEN)
    reserved = dict(on_their_way.order_by().values_list("sale").annotate(total=Sum("amount")))
    cards = [_live(sale, reserved) for sale in sales.select_related("account", "order").order_by("pk")]
    return [card for card in cards if card.worth > ZERO]


def describe(cards: Iterable[LiveCard]) -> str:
    """Return the cards in words, with what is left on each."""
    return "; ".join(
        _("%(card)s: %(left)s left of %(value)s")
        % {
            "card": label(card.account) if card.account is not None else _("not issued yet"),
            "left": display(card.left, card.sale.currency),
            "value": display(card.sale.value, card.sale.currency),
        }
        for card in cards
    )


def account_of(sale: GiftCardSale) -> Account | None:
    """Return the account that has the value of *sale* now: of a card that was replaced, the last replacement."""
    account = sale.account
    while account is not None and account.replaced_by is not None:
        account = account.replaced_by
    if account is not None:
        account.refresh_from_db()
    return account


def _live(sale: GiftCardSale, reserved: Mapping[int, Decimal]) -> LiveCard:
    account = account_of(sale)
    if account is None:
        return LiveCard(sale, None, sale.value, sale.value)
    back = Transfer.objects.filter(
        source__in=_line_of_succession(sale), destination=chart.bank(account.currency), kind=Transfer.Kind.WITHDRAWAL
    ).exclude(related_transfers__kind=Transfer.Kind.REVERSAL)
    returned = sum((transfer.amount for transfer in back), ZERO)
    worth = sale.value - returned - reserved.get(sale.pk, ZERO)
    left = max(min(account.balance - account.held, worth), ZERO)
    entries = 1 + sum(transfer.source_id == account.pk for transfer in back)
    return LiveCard(sale, account, worth, left, entries)


def _line_of_succession(sale: GiftCardSale) -> list[Account]:
    accounts, account = [], sale.account
    while account is not None:
        accounts.append(account)
        account = account.replaced_by
    return accounts
