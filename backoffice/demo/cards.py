"""The lives of ordinary cards in the demo's history: sold or given, spent, refunded, topped up, expired."""

from __future__ import annotations

import datetime
from decimal import Decimal as D
from typing import Any

from django.utils.translation import gettext as _

from accounts_ledger import facade
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import ZERO
from backoffice.demo import catalogue
from backoffice.demo.cast import Cast
from backoffice.demo.timeline import Timeline

_SOLD_VALUES = [D(value) for value in (10, 15, 20, 25, 25, 30, 50, 50, 75, 100)]
_FREE_VALUES = [D("5"), D("5"), D("7.50"), D("10"), D("15")]
_DELIVERY = D("3.95")
#: Days for which a card is valid. The long ones are the rule; the short ones have expired meanwhile.
_SOLD_VALIDITY = [60, 90, 120, 365, 365, 365, 365, 730, None]
_FREE_VALIDITY = [30, 45, 60, 90]
#: The nightly job found what ended before this many days; what ended since waits for it.
_NIGHTS_MISSED = datetime.timedelta(days=3)


class CardLife:
    """One card from its issue on. Each event decides, when it happens, what comes next."""

    def __init__(self, cast: Cast, timeline: Timeline, sold: bool) -> None:
        self.cast, self.timeline, self.sold = cast, timeline, sold
        self.card: Account
        self.owner = cast.customer() if cast.die.random() < (0.35 if sold else 0.6) else None

    def begin(self, moment: datetime.datetime) -> None:
        self.timeline.add(moment, lambda: self._issue(moment))

    def _issue(self, moment: datetime.datetime) -> None:
        die = self.cast.die
        days = die.choice(_SOLD_VALIDITY if self.sold else _FREE_VALIDITY)
        end = None if days is None else (moment + datetime.timedelta(days=days)).date()
        self.card = facade.issue(
            self.cast.bank if self.sold else self._giver(),
            die.choice(_SOLD_VALUES if self.sold else _FREE_VALUES),
            code=self.cast.code(),
            merchant_reference=self.cast.order_number() if self.sold else None,
            description=_("Sold in the shop") if self.sold else die.choice([_("Welcome offer"), _("Summer campaign")]),
            user=None if self.sold else self.cast.staff(),
            account_type=self.cast.account_type(0 if self.sold else die.choice([0, 0, 1])),
            primary_user=self.owner,
            end_date=end,
            date_created=moment,
        )
        if die.random() < 0.82:
            self._plan(moment, 4, 70, self._spend)
        if self.sold and die.random() < 0.08:
            self._plan(moment, 10, 60, self._top_up)
        if self.card.end_date and self.card.end_date < self.timeline.end - _NIGHTS_MISSED:
            night = self.card.end_date + datetime.timedelta(hours=2)
            self.timeline.add(night, lambda: facade.close_expired_accounts([self.card]))

    def _giver(self) -> Account:
        return self.cast.merchant_funded if self.cast.die.random() < 0.75 else self.cast.goodwill

    def _plan(self, after: datetime.datetime, least: float, most: float, act: Any) -> None:
        moment = self.cast.later(after, least, most)
        if self.card.end_date is None or moment < self.card.end_date:
            self.timeline.add(moment, lambda: act(moment))

    def _spend(self, moment: datetime.datetime) -> None:
        self.card.refresh_from_db()
        if not self.card.balance:
            return
        basket = sum(self.cast.die.choices(list(catalogue.prices()), k=self.cast.die.randint(1, 3)), _DELIVERY)
        number = self.cast.order_number()
        spent = facade.transfer(
            self.card,
            self.cast.redemptions,
            min(basket, self.card.balance),
            user=self.owner,
            merchant_reference=number,
            description=_("Order %s") % number,
            kind=Transfer.Kind.REDEMPTION,
        )
        fate = self.cast.die.random()
        if fate < 0.12:
            self._plan(moment, 3, 14, lambda _moment: self._refund(spent))
        if self.card.balance and fate < 0.75:
            self._plan(moment, 7, 60, self._spend)

    def _refund(self, spent: Transfer) -> None:
        part = min(self.cast.die.choice(list(catalogue.prices())), spent.max_refund())
        if part > ZERO:
            facade.refund(spent, part, user=self.cast.staff(), description=_("Part of the order was returned"))

    def _top_up(self, moment: datetime.datetime) -> None:
        amount = self.cast.die.choice([D(10), D(20), D(25)])
        facade.top_up(
            self.card, self.cast.bank, amount, user=self.cast.staff(), description=_("Topped up at the counter")
        )


def live(cast: Cast, timeline: Timeline, count: int, days: int) -> None:
    """Let *count* cards begin on the *days* before the timeline's end, more of them the nearer it is."""
    for number in range(count):
        share = cast.die.random() ** 0.75
        start = timeline.end - datetime.timedelta(days=days * (1 - share) + 0.2)
        CardLife(cast, timeline, sold=number % 5 != 0).begin(cast.later(start, 0, 0.3))
