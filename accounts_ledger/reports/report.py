"""The base of all reports."""

from __future__ import annotations

from typing import Any, ClassVar

from accounts_ledger.reports.filters import ReportFilter
from accounts_ledger.reports.table import Result


class Report:
    """One report: a name, a form of parameters, and rows.

    ``run`` is given a valid filter and touches nothing but the ledger; who asks, and how the rows are shown, is none of
    its business.
    """

    slug: ClassVar[str]
    title: ClassVar[Any]
    description: ClassVar[Any]
    filter_class: ClassVar[type[ReportFilter]]

    def run(self, parameters: Any) -> Result:
        """Return the report for *parameters*, a valid instance of ``filter_class``."""
        raise NotImplementedError(f"{type(self).__name__} must say what it reports")
