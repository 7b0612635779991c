"""Orders placed at once, each paid with its own card, beside the same orders without any payment."""

from __future__ import annotations

from benchmarks import load, shoppers
from benchmarks.compare import Contender, in_turns, table
from benchmarks.options import Options
from benchmarks.server import LEDGER, Server

TITLE = "Orders a second"


def run(server: Server, options: Options) -> str:
    load.use_database(LEDGER)
    shoppers.stock_shelves()
    contenders = [contender for processes in (1, 8) for contender in _contenders(processes)]
    rates = in_turns(contenders, options.rounds, options.seconds)
    _reconcile()
    return f"{_EXPLAINED}\n{table(contenders, rates)}\n"


def _contenders(processes: int) -> list[Contender]:
    several = "process" if processes == 1 else "processes"
    without, paid = f"no payment, {processes} {several}", f"paid by card, {processes} {several}"
    return [
        Contender(without, lambda seconds: _orders(processes, False, seconds), without),
        Contender(paid, lambda seconds: _orders(processes, True, seconds), without),
    ]


def _orders(processes: int, with_cards: bool, seconds: float) -> float:
    # Enough shoppers for the warm-up and the measurement are made ready before the clock starts.
    portion = 40 + round(seconds * 100 / processes)
    return load.transfers_per_second(LEDGER, processes, seconds, lambda: shoppers.place_orders(with_cards, portion))


def _reconcile() -> None:
    """Raise unless every paid order has one redemption of its total, and there is no other one."""
    from django.db.models import Sum
    from oscar.core.loading import get_model

    from accounts_ledger.models import Transfer

    paid = get_model("order", "Order").objects.filter(sources__source_type__code="account")
    redemptions = Transfer.objects.filter(kind=Transfer.Kind.REDEMPTION)
    ordered = paid.aggregate(total=Sum("total_incl_tax"))["total"]
    redeemed = redemptions.aggregate(total=Sum("amount"))["total"]
    if paid.count() != redemptions.count() or ordered != redeemed:
        raise RuntimeError(f"{paid.count()} orders of {ordered}, but {redemptions.count()} redemptions of {redeemed}")


_EXPLAINED = """\
An order is the whole request that the "place order" button sends to the example shop: session, basket, offers, the
order's rows, the confirmation. *No payment* is Oscar's own view, which takes none. *Paid by card* is the same order
paid with a gift card of its own: the card is looked at again, payment source and event are written, and the ledger is
posted, all in the order's transaction. Every redemption credits the one Redemptions account, which is locked only for
the last statement. Afterwards the orders and the redemptions are reconciled.
"""
