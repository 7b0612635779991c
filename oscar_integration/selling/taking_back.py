"""Gift cards of an order whose money goes back: their value goes back to the Bank, so that nobody has both.

What is taken is decided when a refund starts and taken when it ends. As long as another payment method is asked in
between, a hold keeps the value from being spent.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_ledger import chart, exceptions, facade
from accounts_ledger.models import Account
from accounts_ledger.money import ZERO, display
from oscar_integration.models import GiftCardSale, OrderRefund, OrderRefundCard
from oscar_integration.naming import label
from oscar_integration.selling.live_cards import LiveCard, account_of, describe, live_cards

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

State = GiftCardSale.State
#: Ended by the refund, not by the clock.
_HOLD_FOR = datetime.timedelta(days=3650)


class CardWasUsed(exceptions.AccountException):
    """A card of the order was used, so it cannot be taken back."""


class CardsUndecided(exceptions.AccountException):
    """The refund would give back what was paid for gift cards that are alive, and nobody said what becomes of them."""


class SoldCards(models.TextChoices):
    """What becomes of the gift cards of an order when an amount is refunded that was paid for them."""

    ASK = "", gettext_lazy("Choose…")
    UNUSED = "unused", gettext_lazy("Take it off cards that nobody has used")
    REMAINDER = "remainder", gettext_lazy("Take it off unused cards first, then what is left on used ones")
    KEEP = "keep", gettext_lazy("Leave the cards as they are, and refund all the same")


@dataclass(frozen=True)
class Taking:
    """What is to be taken off one card; all of it closes the card."""

    card: LiveCard
    amount: Decimal

    @property
    def is_whole(self) -> bool:
        return self.amount == self.card.left


# --- Deciding ------------------------------------------------------------------------------------------------------


def lock(order: Any) -> None:
    """Lock the accounts of the cards that *order* has sold: what is decided about them stays true until it is done."""
    accounts = [card.account for card in live_cards(order) if card.account is not None]
    if accounts:
        facade.lock(accounts)


def all_unused(order: Any) -> list[Taking]:
    """Return what takes back every card of *order*.

    Raises:
        CardWasUsed: one of them was used.
    """
    cards = live_cards(order)
    for card in cards:
        if not card.is_unused:
            raise _was_used(card)
    return [Taking(card, card.left) for card in cards]


def of_line(order: Any, line: Any, quantity: int) -> list[Taking]:
    """Return what takes back *quantity* cards of *line*, those that nobody has used.

    Raises:
        CardWasUsed: there are fewer of these.
    """
    of_this_line = [card for card in live_cards(order) if card.sale.line_id == line.pk]
    if not of_this_line:
        return []
    unused = [card for card in of_this_line if card.is_unused][:quantity]
    if len(unused) < quantity:
        used = next((card for card in of_this_line if not card.is_unused), None)
        raise _was_used(used) if used else CardWasUsed(_("The gift cards of this line have already been taken back."))
    return [Taking(card, card.left) for card in unused]


def of_amount(cards: Iterable[LiveCard], needed: Decimal, currency: str, choice: str) -> list[Taking]:
    """Return what takes *needed* off *cards*: unused ones first, then, if *choice* is so, what is left on used ones.

    Raises:
        CardsUndecided: nobody has chosen.
        CardWasUsed: there is less on the cards that may be taken.
    """
    if needed <= ZERO or choice == SoldCards.KEEP:
        return []
    cards = list(cards)
    takings = _spread(needed, _candidates(cards, needed, choice))
    missing = needed - sum((taking.amount for taking in takings), ZERO)
    if missing > ZERO and choice not in (SoldCards.UNUSED, SoldCards.REMAINDER):
        raise CardsUndecided(
            _(
                "%(amount)s of this refund was paid for gift cards that can still be spent "
                "(%(cards)s). Choose what happens to them."
            )
            % {"amount": display(missing, currency), "cards": describe(cards)}
        )
    if missing > ZERO:
        raise CardWasUsed(
            _("Only %(left)s can be taken off the gift cards of this order, which is less than %(needed)s (%(cards)s).")
            % {
                "left": display(needed - missing, currency),
                "needed": display(needed, currency),
                "cards": describe(cards),
            }
        )
    return takings


def _candidates(cards: Sequence[LiveCard], needed: Decimal, choice: str) -> list[LiveCard]:
    """Return the cards that may be taken from; without a choice, whole ones that nobody was given yet."""
    if choice not in (SoldCards.UNUSED, SoldCards.REMAINDER):
        waiting = [card for card in cards if card.account is None]
        return waiting if sum((card.left for card in waiting), ZERO) <= needed else []
    unused = [card for card in cards if card.is_unused]
    return unused + ([card for card in cards if not card.is_unused] if choice == SoldCards.REMAINDER else [])


def _spread(needed: Decimal, cards: Iterable[LiveCard]) -> list[Taking]:
    takings, missing = [], needed
    for card in cards:
        amount = min(card.left, missing)
        if amount > ZERO:
            takings.append(Taking(card, amount))
            missing -= amount
    return takings


# --- Reserving, taking, letting go -----------------------------------------------------------------------------------


def reserve(refund: OrderRefund, takings: Sequence[Taking], *, held: bool) -> None:
    """Note what *refund* takes off cards.

    Args:
        held: whether another payment method is asked first; until then nobody else can spend it.

    Raises:
        AccountException: as `facade.hold`; a card is frozen, say.
    """
    for taking in takings:
        sale, account = taking.card.sale, taking.card.account
        hold = None
        if held and account is not None:
            hold = facade.hold(account, taking.amount, expires_at=timezone.now() + _HOLD_FOR)
        refund.cards.create(
            sale=sale, amount=taking.amount, is_whole=taking.is_whole, hold=hold, previous_state=sale.state
        )
        if taking.is_whole:
            sale.state = State.CANCELLED  # neither issued nor mailed any more
        elif account is None:
            sale.value -= taking.amount
        sale.save(update_fields=["state", "value"])


def accounts_of(refund: OrderRefund) -> list[Account]:
    """Return the accounts that `take` takes from, which are to be locked before."""
    found = [account_of(card.sale) for card in refund.cards.select_related("sale__account")]
    return [account for account in found if account is not None]


def take(refund: OrderRefund, user: AbstractBaseUser | None) -> None:
    """Move what was reserved to the Bank, and close the cards of which nothing is left.

    Of a card whose hold staff have voided, and that was spent, what is left is taken: the money for it is given back
    already. The order has a note of what is missing.

    Raises:
        AccountException: as `facade.close` and `facade.withdraw`.
    """
    for taken in refund.cards.select_related("sale__account", "sale__order", "hold__account").order_by("pk"):
        _void(taken)
        account = account_of(taken.sale)
        if account is None:
            continue
        number = taken.sale.order.number
        available = account.balance - account.held
        if available < taken.amount:
            _note_missing(taken, account, taken.amount - available, user)
            taken.amount = available
            taken.save(update_fields=["amount"])
            if available <= ZERO:
                continue
        reason = _("Order %s was cancelled") if refund.is_cancellation else _("Order %s was refunded")
        bank, key = chart.bank(account.currency), f"order-refund:{refund.pk}:card:{taken.pk}"
        if taken.is_whole and account.balance == taken.amount and not account.held:
            facade.close(account, user=user, reason=reason % number, remainder_to=bank, idempotency_key=key)
        else:
            facade.withdraw(
                account,
                bank,
                taken.amount,
                user=user,
                merchant_reference=number,
                description=reason % number,
                idempotency_key=key,
            )


def _note_missing(taken: OrderRefundCard, account: Account, missing: Decimal, user: AbstractBaseUser | None) -> None:
    message = _("%(card)s was spent while its money was given back: %(missing)s of it could not be taken back.") % {
        "card": label(account),
        "missing": display(missing, account.currency),
    }
    taken.sale.order.notes.create(message=message, note_type="System", user=user)


def release(refund: OrderRefund, *, keep: Decimal = ZERO) -> None:
    """Let go of what was reserved: the refund was stopped.

    Args:
        keep: so much of it was given back already, and stays reserved for `take`.
    """
    for taken in refund.cards.select_related("sale", "hold__account").order_by("pk"):
        kept = min(taken.amount, keep)
        keep -= kept
        if kept == taken.amount:
            continue
        _void(taken)
        sale = taken.sale
        if taken.is_whole:
            sale.state = taken.previous_state
        elif sale.account_id is None:
            sale.value += taken.amount
        if kept and sale.account_id is None:
            sale.value -= kept
        sale.save(update_fields=["state", "value"])
        taken.amount, taken.is_whole, taken.hold = kept, False, None
        if kept:
            taken.save(update_fields=["amount", "is_whole", "hold"])
        else:
            taken.delete()


def _void(taken: OrderRefundCard) -> None:
    if taken.hold is not None and taken.hold.is_open:
        facade.void(taken.hold)


def _was_used(card: LiveCard) -> CardWasUsed:
    assert card.account is not None
    return CardWasUsed(
        _(
            "%(card)s of this order was used, so it cannot be taken back as a whole: %(left)s of %(value)s is left on "
            "it, which can be refunded by amount."
        )
        % {
            "card": label(card.account),
            "left": display(card.left, card.sale.currency),
            "value": display(card.sale.value, card.sale.currency),
        }
    )
