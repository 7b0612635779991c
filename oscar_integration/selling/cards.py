"""Which card is sent: the one that can be spent. A code that is dead, or is not to be used now, is mailed to nobody."""

from __future__ import annotations

import datetime
import logging

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_ledger.models import Account
from oscar_integration.models import GiftCardSale

logger = logging.getLogger("oscar_integration")

State = GiftCardSale.State
#: How long until another look at a card that is frozen.
_FROZEN_WAIT = datetime.timedelta(minutes=15)


def can_be_sent(sale: GiftCardSale) -> bool:
    """Return whether the card of *sale* is to be mailed now; note why, if it is not.

    A card that was replaced is followed to the one that took its place: *sale* has that account then, to be mailed. A
    frozen one waits. One that is closed or expired is withheld, until staff have it sent again.
    """
    _follow(sale)
    account = sale.account
    assert account is not None
    mine = GiftCardSale.objects.filter(pk=sale.pk, state=State.ISSUED)
    if account.is_frozen():
        mine.update(next_try=timezone.now() + _FROZEN_WAIT, last_error=_("The card is frozen."))
        return False
    if account.is_closed() or _has_expired(account):
        reason = _("The card is closed.") if account.is_closed() else _("The card has expired.")
        mine.update(state=State.WITHHELD, last_error=reason)
        logger.warning("Gift card sale #%s is not sent: account #%s is closed or has expired", sale.pk, account.pk)
        return False
    return True


def _follow(sale: GiftCardSale) -> None:
    """Let the instance *sale* stand for the account that has replaced its card, however often that happened.

    What is stored stays: a refund starts from the card that was sold.
    """
    account = sale.account
    assert account is not None
    account.refresh_from_db()
    while account.replaced_by_id is not None:
        account = Account.objects.get(pk=account.replaced_by_id)
    sale.account = account


def _has_expired(account: Account) -> bool:
    return account.end_date is not None and account.end_date <= timezone.now()
