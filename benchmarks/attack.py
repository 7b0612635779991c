"""Somebody guesses codes, by every way there is to look like many people; then it is counted what came of it.

``python -m benchmarks.attack`` makes 100,000 attempts; ``--attempts``, ``--cards`` and ``--addresses`` choose. All of
them go through the door that the shop's pages use, on a PostgreSQL of its own. Exit status 1 if a limit did not hold.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tqdm import tqdm

from benchmarks import server


@dataclass
class Outcome:
    """What came of the attempts of one strategy. ``most`` is how many the limits may let through."""

    strategy: str
    most: int
    attempts: int = 0
    evaluated: int = 0
    hits: int = 0

    @property
    def holds(self) -> bool:
        return self.evaluated <= self.most and self.hits == 0


@dataclass
class Report:
    """What came of all strategies, and what they left behind."""

    outcomes: list[Outcome] = field(default_factory=list)
    alarms: int = 0
    counters: int = 0
    counters_a_day_later: int = 0
    seconds: float = 0

    @property
    def holds(self) -> bool:
        return all(outcome.holds for outcome in self.outcomes)

    def __str__(self) -> str:
        rows = ["| strategy | attempts | looked up | at most | hits |", "|---|---:|---:|---:|---:|"]
        rows += [f"| {o.strategy} | {o.attempts:,} | {o.evaluated:,} | {o.most:,} | {o.hits} |" for o in self.outcomes]
        attempts, evaluated = (sum(getattr(o, name) for o in self.outcomes) for name in ("attempts", "evaluated"))
        return "\n".join(
            [
                *rows,
                "",
                f"{attempts:,} attempts in {self.seconds:.0f} s, {evaluated:,} looked up, "
                f"{sum(o.hits for o in self.outcomes)} hits. Alarms: {self.alarms}. "
                f"Counters kept: {self.counters:,}, a day later {self.counters_a_day_later:,}.",
            ]
        )


class _Session(dict[str, Any]):
    def __init__(self, key: str | None) -> None:
        super().__init__()
        self.session_key = key


class _Alarms(logging.Handler):
    """Counts the alarms, which are the only errors that guessing logs."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


def attack(attempts: int, addresses: int, users: list[Any]) -> Report:
    """Make *attempts*, an equal share of them by each strategy, the last one from so many *addresses*."""
    from oscar_integration.models import CodeAttempts

    report, alarms = Report(), _Alarms()
    logger = logging.getLogger("oscar_integration")
    logger.addHandler(alarms)
    begin = time.perf_counter()
    strategies = _strategies(addresses, users)
    try:
        for strategy, most, requests in strategies:
            report.outcomes.append(_run(Outcome(strategy, most), requests, attempts // len(strategies)))
    finally:
        logger.removeHandler(alarms)
    report.seconds = time.perf_counter() - begin
    report.alarms = alarms.count
    report.counters = CodeAttempts.objects.count()
    report.counters_a_day_later = _a_day_later()
    return report


def _strategies(addresses: int, users: list[Any]) -> list[tuple[str, int, Iterator[Any]]]:
    """Return what each way is called, how many look-ups it may come to within an hour, and its requests."""
    from oscar_integration import conf

    address, session, user = (conf.get(f"ACCOUNTS_GUESSES_PER_{by}") for by in ("ADDRESS", "SESSION", "USER"))
    networks = conf.get("ACCOUNTS_GUESSES_PER_NETWORK")
    number = itertools.count(1)
    return [
        ("one browser", min(address, session), (_request("192.0.2.1", "one") for _n in number)),
        ("a new session each time", address, (_request("192.0.2.2", f"s{n}") for n in number)),
        ("no session at all", address, (_request("192.0.2.3") for _n in number)),
        ("made-up X-Forwarded-For", address, (_request("192.0.2.4", forwarded=_ipv4(n)) for n in number)),
        ("all addresses of an IPv6 network", address, (_request(f"2001:db8::{n % 65_536:x}") for n in number)),
        ("all networks of an IPv6 /56", networks[56], (_request(f"2001:db8:1:{n % 256:x}::1") for n in number)),
        ("all networks of an IPv6 /48", networks[48], (_request(f"2001:db8:2:{n % 65_536:x}::1") for n in number)),
        ("one user, many addresses", user, (_request(_ipv4(n), user=users[0]) for n in number)),
        ("many users, one address", address, (_request("192.0.2.5", user=users[n % len(users)]) for n in number)),
        (f"{addresses:,} addresses", addresses * address, (_request(f"11.{_ipv4(n % addresses)[3:]}") for n in number)),
    ]


def _run(outcome: Outcome, requests: Iterator[Any], attempts: int) -> Outcome:
    from accounts_ledger import codes
    from oscar_integration import guessing

    for _attempt in tqdm(range(attempts), desc=outcome.strategy, leave=False, disable=None):
        outcome.attempts += 1
        try:
            guessing.account_for_code(next(requests), codes.make(), "GBP")
        except guessing.UnusableCode:
            outcome.evaluated += 1
        except guessing.TooManyAttempts:
            pass
        else:
            outcome.evaluated += 1
            outcome.hits += 1
    return outcome


def _request(address: str, session: str | None = None, user: Any = None, forwarded: str | None = None) -> Any:
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest

    request: Any = HttpRequest()
    request.META["REMOTE_ADDR"] = address
    if forwarded:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    request.session, request.user = _Session(session), user or AnonymousUser()
    return request


def _ipv4(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _a_day_later() -> int:
    """Return how many counters are left when the shop tidies up the day after."""
    import datetime

    from django.utils import timezone

    from oscar_integration.guessing import keeping
    from oscar_integration.models import CodeAttempts

    tomorrow = timezone.now() + datetime.timedelta(days=2)
    while keeping.prune(tomorrow):
        pass
    return CodeAttempts.objects.count()


def _prepare(cards: int) -> list[Any]:
    """Issue *cards* to be found, and make a few users; return these."""
    from decimal import Decimal

    from django.contrib.auth import get_user_model

    from accounts_ledger import chart, codes, facade

    with facade.issuing(chart.bank(), merchant_reference="Cards to be found") as issue:
        issue.add([facade.NewAccount(code=codes.make(), amount=Decimal("50.00")) for _card in range(cards)])
    return [get_user_model().objects.create_user(f"shopper{n}") for n in range(50)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attack", description=__doc__)
    parser.add_argument("--attempts", type=int, default=100_000)
    parser.add_argument("--cards", type=int, default=10_000, help="cards with money on them that could be found")
    parser.add_argument("--addresses", type=int, default=100, help="of the strategy that has many")
    arguments = parser.parse_args()
    with server.running() as running:
        running.execute("ALTER SYSTEM SET fsync = off")  # what is counted need not survive a power cut here
        running.execute("ALTER SYSTEM SET synchronous_commit = off")
        running.execute("SELECT pg_reload_conf()")
        server.set_up_django(running)
        users = _prepare(arguments.cards)
        logging.getLogger("oscar_integration").propagate = False  # every refusal is logged
        report = attack(arguments.attempts, arguments.addresses, users)
    print(report)
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
