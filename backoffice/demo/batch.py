"""A batch of gift cards, imported from a file: uploaded by the clerk, confirmed by the manager, spent in part."""

from __future__ import annotations

import datetime
from decimal import Decimal as D
from functools import partial

from django.utils.translation import gettext as _

from accounts_ledger import facade
from accounts_ledger.imports import run
from accounts_ledger.imports.options import Options
from accounts_ledger.imports.upload import upload
from accounts_ledger.models import GiftCardBatch, Transfer
from backoffice.demo.cast import Cast
from backoffice.demo.timeline import Timeline

_FILE_NAME = "thank-you-cards.csv"
_CARDS = 20
_VALUE = D("10.00")
_DAYS_AGO = 12
_VALID_DAYS = 180
#: What was spent of the first cards since, a day after another.
_SPENT = (D("10.00"), D("8.75"), D("4.95"))


def plan(cast: Cast, timeline: Timeline) -> None:
    """Let the batch be loaded on a day of the *timeline*, and some of its cards be spent on the days after it."""
    moment = cast.later(timeline.end - datetime.timedelta(days=_DAYS_AGO), 0, 0.3)
    timeline.add(moment, partial(_load, cast, moment))
    for number, amount in enumerate(_SPENT):
        timeline.add(cast.later(moment, number + 1, number + 2), partial(_spend, cast, number, amount))


def _load(cast: Cast, moment: datetime.datetime) -> None:
    last_day = cast.now.date() + datetime.timedelta(days=_VALID_DAYS)
    batch = upload(
        [_file()],
        file_name=_FILE_NAME,
        source=cast.merchant_funded,
        account_type=cast.account_type(0),
        options=Options(end=last_day, description=_("Thank you for your help at the fair")),
        name=_("Thank-you cards"),
        user=cast.users["clerk"],
    )
    run.start_check(batch, inline=True)
    run.start_load(batch, cast.users["manager"], inline=True)
    # A batch and what was done to it are dated with today, and cannot be told otherwise.
    dates = dict.fromkeys(("date_created", "date_started", "date_checked", "date_loaded", "heartbeat"), moment)
    GiftCardBatch.objects.filter(pk=batch.pk).update(**dates)
    batch.events.update(date_created=moment)


def _file() -> bytes:
    rows = [f"DEMO-FAIR-{number:04},{_VALUE}" for number in range(1, _CARDS + 1)]
    return "\n".join(["code,amount", *rows, ""]).encode()


def _spend(cast: Cast, number: int, amount: D) -> None:
    card = GiftCardBatch.objects.get(file_name=_FILE_NAME).accounts.order_by("pk")[number]
    order = cast.order_number()
    facade.transfer(
        card,
        cast.redemptions,
        amount,
        merchant_reference=order,
        description=_("Order %s") % order,
        kind=Transfer.Kind.REDEMPTION,
    )
