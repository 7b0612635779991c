"""Every report there is, in the order of the menu."""

from __future__ import annotations

from accounts_ledger.reports.activity import Activity
from accounts_ledger.reports.breakage import Breakage
from accounts_ledger.reports.card_listing import CardListing
from accounts_ledger.reports.deferred_income import DeferredIncome
from accounts_ledger.reports.exceptions_report import Exceptions
from accounts_ledger.reports.expiry_forecast import ExpiryForecast
from accounts_ledger.reports.movement_list import Movements
from accounts_ledger.reports.profit_loss import ProfitLoss
from accounts_ledger.reports.report import Report
from accounts_ledger.reports.roll_forward import RollForward
from accounts_ledger.reports.statement import Statement
from accounts_ledger.reports.trial_balance import TrialBalance

REPORTS: list[type[Report]] = [
    DeferredIncome,
    ProfitLoss,
    RollForward,
    TrialBalance,
    Statement,
    CardListing,
    ExpiryForecast,
    Breakage,
    Activity,
    Exceptions,
    Movements,
]


def report_named(slug: str) -> type[Report] | None:
    """Return the report with *slug*, None if there is none."""
    return next((report for report in REPORTS if report.slug == slug), None)
