"""Expiring many cards at once: what a nightly job does after a season's cards have run out."""

from __future__ import annotations

import datetime
import time

from benchmarks import cast, load
from benchmarks.options import Options
from benchmarks.server import LEDGER, Server

TITLE = "Expiring cards"
_EXPIRY = "expiry"
_LOADED_AT_ONCE = 10_000


def run(server: Server, options: Options) -> str:
    load.use_database(LEDGER)
    server.create_database(_EXPIRY, LEDGER)
    load.use_database(_EXPIRY)
    from accounts_ledger import facade

    _create_cards(options.cards)
    server.execute("VACUUM ANALYZE", _EXPIRY)
    begin = time.perf_counter()
    report = facade.close_expired_accounts()
    seconds = time.perf_counter() - begin
    assert report.closed == options.cards, report
    return (
        f"`close_expired_accounts` closed {report.closed:,} loaded cards and moved {report.lapsed['GBP']:,} GBP to"
        f" Lapsed in {seconds:.1f} s ({report.closed / seconds:,.0f} cards a second), with a row of history for each.\n"
    )


def _create_cards(count: int) -> None:
    from django.utils import timezone

    from accounts_ledger import chart, codes, facade
    from accounts_ledger.models import Account

    yesterday = timezone.now() - datetime.timedelta(days=1)
    cards = Account.objects.bulk_create(
        (Account(code=codes.generate(), end_date=yesterday) for _ in range(count)), batch_size=1000
    )
    bank = chart.bank()
    for begin in range(0, count, _LOADED_AT_ONCE):
        facade.transfer_many(
            [
                facade.TransferRequest(source=bank, destination=card, amount=cast.ONE)
                for card in cards[begin : begin + _LOADED_AT_ONCE]
            ]
        )
