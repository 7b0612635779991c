"""Cards of an order that is cancelled or refunded: what nobody has used is closed, its value goes back to the Bank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts_ledger import chart, exceptions, facade
from accounts_ledger.models import Account
from oscar_integration.models import GiftCardSale
from oscar_integration.naming import label

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

State = GiftCardSale.State


class CardWasUsed(exceptions.AccountException):
    """A card of the order was used, so it cannot be taken back."""


def take_back(order: Any, user: AbstractBaseUser | None, line: Any = None, quantity: int | None = None) -> int:
    """Take back the cards that *order* has sold, and return how many.

    To be called in the transaction that gives the money back, before that: then a card is never both refunded and
    spent.

    Args:
        line, quantity: only so many cards of this line.

    Raises:
        CardWasUsed: one of them was spent, topped up, added to a customer's account, or is on hold.
        AccountException: as `facade.close`.
    """
    sold = GiftCardSale.objects.select_for_update().filter(order=order).exclude(line=None)
    pending: QuerySet[GiftCardSale] = sold.exclude(state=State.CANCELLED).order_by("pk")
    if line is not None:
        pending = pending.filter(line=line)
    chosen = list(pending if quantity is None else pending[:quantity])
    # From here on nobody can spend them, or make one theirs, before they are closed.
    facade.lock([sale.account for sale in chosen if sale.account is not None])
    for sale in chosen:
        if sale.account is not None:
            _close(sale, user)
        sale.state = State.CANCELLED
        sale.save(update_fields=["state"])
    return len(chosen)


def check(order: Any) -> None:
    """Raise CardWasUsed if `take_back` would; asked before another method of payment gives money back."""
    for sale in GiftCardSale.objects.filter(order=order).exclude(line=None).exclude(state=State.CANCELLED):
        if sale.account is not None:
            _check_unused(sale)


def _close(sale: GiftCardSale, user: AbstractBaseUser | None) -> None:
    account = _check_unused(sale)
    facade.close(
        account,
        user=user,
        reason=_("Order %s was cancelled") % sale.order.number,
        remainder_to=chart.bank(account.currency),
        idempotency_key=f"gift-card-sale-cancelled:{sale.pk}",
    )


def _check_unused(sale: GiftCardSale) -> Account:
    account = sale.account
    assert account is not None
    account.refresh_from_db()
    if account.sequence != 1 or account.held or account.balance != sale.value or account.primary_user_id is not None:
        raise CardWasUsed(_("%s of this order was used, so it cannot be taken back.") % label(account))
    return account
