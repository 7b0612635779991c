"""Cards with codes that one can remember, for trying out checkout and the back office."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal as D
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from accounts_ledger import codes, facade
from accounts_ledger.models import Account, Transfer
from backoffice.demo import catalogue
from backoffice.demo.cast import Cast
from backoffice.demo.timeline import Timeline


@dataclass(frozen=True)
class KnownCard:
    code: str
    value: D
    about: str
    owner: str | None = None
    #: Days before today on which it was issued, and days from today on which its validity starts and ends.
    issued: int = 40
    starts: int | None = None
    ends: int | None = 320
    restricted: bool = False


OPEN = KnownCard("DEMO-OPEN-0050", D("50.00"), "open, anybody who has the code can spend it")
SMALL = KnownCard("DEMO-OPEN-0020", D("20.00"), "open, for a second card in the same order", ends=None)
ALICE = KnownCard("DEMO-OWNR-0075", D("75.00"), "belongs to alice, who sees it at checkout", owner="alice", ends=25)
ALICE_CREDIT = KnownCard("DEMO-CRED-0030", D("30.00"), "alice's second card, partly spent", owner="alice", issued=90)
BEN = KnownCard("DEMO-OWNR-0100", D("100.00"), "belongs to ben", owner="ben", issued=120)
HOME = KnownCard("DEMO-HOME-0040", D("40.00"), "pays for things for the home only, not for delivery", restricted=True)
EXPIRED = KnownCard("DEMO-PAST-0025", D("25.00"), "expired two days ago, not closed yet", issued=180, ends=-2)
FROZEN = KnownCard("DEMO-FROZ-0040", D("40.00"), "frozen: reported lost", issued=75)
SPENT = KnownCard("DEMO-USED-0015", D("15.00"), "spent to the last penny", issued=60)
FUTURE = KnownCard("DEMO-SOON-0030", D("30.00"), "valid from next week", issued=1, starts=7)
HELD = KnownCard("DEMO-HELD-0060", D("60.00"), "22.50 of it is on hold for an order in progress", issued=20)

ALL = (OPEN, SMALL, ALICE, ALICE_CREDIT, BEN, HOME, EXPIRED, FROZEN, SPENT, FUTURE, HELD)


def exist() -> bool:
    """Return whether the demo's history was written before."""
    return Account.objects.filter(code=codes.normalise(OPEN.code)).exists()


class Stories:
    """Gives each known card the history that its line above tells."""

    def __init__(self, cast: Cast, timeline: Timeline) -> None:
        self.cast, self.timeline = cast, timeline
        self.cards: dict[KnownCard, Account] = {}

    def plan(self) -> None:
        for card in ALL:
            self._at(card.issued, partial(self._issue, card))
        self._at(15, lambda: self._spend(ALICE_CREDIT, D("12.50")))
        self._at(45, lambda: self._spend(SPENT, D("15.00")))
        self._at(50, self._freeze)
        self._at(62, self._load_twice_and_reverse)
        self._at(2, self._cash_out)
        self._at(0.02, self._hold)

    def _at(self, days_ago: float, happening: Callable[[], object]) -> None:
        moment = self.timeline.end - datetime.timedelta(days=days_ago, minutes=1)
        self.timeline.add(moment, happening)

    def _issue(self, known: KnownCard) -> None:
        today = self.cast.now.date()
        restrictions: dict[str, Any] = {}
        if known.restricted:
            restrictions = {"product_range": catalogue.home_range(), "can_be_used_for_non_products": False}
        self.cards[known] = facade.issue(
            self.cast.bank,
            known.value,
            code=known.code,
            merchant_reference=self.cast.order_number(),
            description=_("Sold in the shop"),
            account_type=self.cast.account_type(0),
            primary_user=self.cast.users[known.owner] if known.owner else None,
            start_date=None if known.starts is None else today + datetime.timedelta(days=known.starts),
            end_date=None if known.ends is None else today + datetime.timedelta(days=known.ends),
            date_created=self.timeline.end - datetime.timedelta(days=known.issued, minutes=1),
            **restrictions,
        )

    def _spend(self, known: KnownCard, amount: D) -> Transfer:
        card, number = self.cards[known], self.cast.order_number()
        return facade.transfer(
            card,
            self.cast.redemptions,
            amount,
            user=card.primary_user,
            merchant_reference=number,
            description=_("Order %s") % number,
            kind=Transfer.Kind.REDEMPTION,
        )

    def _freeze(self) -> None:
        facade.freeze(self.cards[FROZEN], user=self.cast.users["manager"], reason=_("Reported lost by its owner"))

    def _load_twice_and_reverse(self) -> None:
        card, clerk = self.cards[BEN], self.cast.users["clerk"]
        for _time in range(2):
            mistaken = facade.top_up(card, self.cast.bank, D("20.00"), user=clerk, description=_("Topped up by phone"))
        facade.reverse(mistaken, user=self.cast.users["manager"], description=_("Topped up twice by mistake"))

    def _cash_out(self) -> None:
        card = self.cards[BEN]
        facade.withdraw(card, self.cast.bank, D("20.00"), user=self.cast.users["manager"], description=_("Paid out"))

    def _hold(self) -> None:
        facade.hold(
            self.cards[HELD],
            D("22.50"),
            merchant_reference=self.cast.order_number(),
            expires_at=self.cast.now + datetime.timedelta(days=7),
        )
