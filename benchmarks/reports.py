"""How long the reports take on 100,000 cards and 1,000,000 transfers, and how many queries."""

from __future__ import annotations

import datetime
import random
import statistics
import time
from decimal import Decimal as D
from typing import Any

from benchmarks import load
from benchmarks.options import Options
from benchmarks.server import LEDGER, Server

TITLE = "Reports on 100,000 cards and 1,000,000 transfers"

_REPORTS = "reports"
CARDS = 100_000
REDEMPTIONS_A_CARD = 9
MONTHS = 18
SUMMARIES = ("deferred-income", "profit-loss", "roll-forward", "trial-balance", "expiry-forecast", "breakage")


def run(server: Server, options: Options) -> str:
    load.use_database(LEDGER)
    server.create_database(_REPORTS, LEDGER)
    load.use_database(_REPORTS)
    seed()
    lines = ["| report | median | queries |", "|---|---|---|"]
    for slug in (*SUMMARIES, "statement", "card-listing"):
        seconds, queries = _measured(slug, options.rounds)
        lines.append(f"| {slug} | {seconds:.2f} s | {queries} |")
    lines.append(f"| card-listing as CSV, all rows | {_exported():.1f} s | streamed |")
    return "\n".join(lines)


def _measured(slug: str, rounds: int) -> tuple[float, int]:
    """Return the median time of the first page of a report, in seconds, and its number of queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts_ledger.reports import reading
    from accounts_ledger.reports.catalogue import report_named

    report_class = report_named(slug)
    assert report_class is not None
    times = []
    for _round in range(rounds):
        parameters = report_class.filter_class(_parameters(report_class))
        started = time.perf_counter()
        if not parameters.is_valid():
            raise ValueError(parameters.errors)
        with CaptureQueriesContext(connection) as captured, reading.consistent_snapshot():
            for table in report_class().run(parameters).tables:
                list(table.rows[:50])
        times.append(time.perf_counter() - started)
    return statistics.median(times), len(captured)


def _parameters(report_class: Any) -> dict[str, Any]:
    defined = report_class.filter_class.base_filters
    day = datetime.date.today() - datetime.timedelta(days=60)
    parameters: dict[str, Any] = {"as_of": day, "start": day - datetime.timedelta(days=60), "end": day}
    if "whose" in defined:
        parameters["whose"] = "Redemptions"
    return {name: value for name, value in parameters.items() if name in defined}


def _exported() -> float:
    from accounts_ledger.reports import reading
    from accounts_ledger.reports.card_listing import CardListing
    from accounts_ledger.reports.rendering import report_files

    parameters = CardListing.filter_class(_parameters(CardListing))
    parameters.form.full_clean()
    started = time.perf_counter()
    for _line in reading.streamed(lambda: report_files.csv_lines(CardListing().run(parameters), [])):
        pass
    return time.perf_counter() - started


def seed() -> None:
    """Issue cards and spend them over eighteen months, in batches through the facade."""
    from django.db import connection
    from django.utils import timezone

    from accounts_ledger import chart, clock, codes, facade
    from accounts_ledger.models import Account

    chance = random.Random(1)
    sources = [chart.bank(), chart.unpaid_sources()[0]]
    redemptions, types = chart.redemptions(), list(chart.deferred_income_types())
    start = timezone.now() - datetime.timedelta(days=30 * MONTHS)
    cards: list[Account] = []
    for month in range(MONTHS):
        begin = start + datetime.timedelta(days=30 * month)
        fresh = [
            Account(
                code=codes.generate(),
                account_type=chance.choice(types),
                date_created=begin,
                end_date=chance.choice([None, begin + datetime.timedelta(days=chance.randint(200, 900))]),
            )
            for _card in range(CARDS // MONTHS)
        ]
        Account.objects.bulk_create(fresh, batch_size=2000)
        with clock.at(begin):
            facade.transfer_many(
                [
                    facade.TransferRequest(
                        source=chance.choice(sources),
                        destination=card,
                        amount=D(chance.randint(40, 200)),
                        kind="load",
                        check_authority=False,
                    )
                    for card in fresh
                ]
            )
        cards += fresh
        _spend(chance, cards, redemptions, begin, CARDS * REDEMPTIONS_A_CARD // MONTHS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _spend(chance: random.Random, cards: list[Any], redemptions: Any, begin: datetime.datetime, count: int) -> None:
    from accounts_ledger import clock, facade

    for start in range(0, count, 5000):
        with clock.at(begin + datetime.timedelta(days=1 + 27 * start / count)):
            facade.transfer_many(
                [
                    facade.TransferRequest(
                        source=card, destination=redemptions, amount=D(1), kind="redemption", check_authority=False
                    )
                    for card in chance.sample(cards, min(5000, len(cards)))
                    if card.balance >= 1
                ]
            )
