"""Metrics that are read from the database when Prometheus asks: the last verification, open holds, running imports."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.db import Error
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts_ledger.models import GiftCardBatch, Hold, Verification
from backoffice.mail import sending

logger = logging.getLogger("backoffice")


class BooksCollector(Collector):
    """Some small queries on indexes. Without a database only `ledger_database_up` is given, which is 0 then."""

    def collect(self) -> Iterator[Metric]:
        try:
            read = [*_verification(), *_holds(), *_imports(), *_mail()]
        except Error as error:
            logger.error("The metrics lack what is in the database: %s", error)
            read = []
        yield GaugeMetricFamily("ledger_database_up", "Whether the database answers", value=bool(read))
        yield from read


def _verification() -> Iterator[Metric]:
    """Yield how the books stood when they were last recomputed. Nothing if that was never done: alert on absence."""
    last = Verification.objects.order_by("-date_finished").values_list("findings", "date_finished").first()
    balanced = GaugeMetricFamily("ledger_books_balanced", "Whether the last verification found nothing wrong")
    age = GaugeMetricFamily("ledger_verification_age_seconds", "Time since the last verification")
    if last:
        findings, finished = last
        balanced.add_metric([], findings == 0)
        age.add_metric([], (timezone.now() - finished).total_seconds())
    yield balanced
    yield age


def _holds() -> Iterator[Metric]:
    open_holds = Hold.objects.filter(status=Hold.Status.OPEN)
    yield GaugeMetricFamily("ledger_holds_open", "Holds that reserve value", value=open_holds.count())
    overdue = open_holds.filter(expires_at__lt=timezone.now()).count()
    yield GaugeMetricFamily("ledger_holds_overdue", "Open holds whose time has passed", value=overdue)


def _mail() -> Iterator[Metric]:
    overdue = sending.overdue().count()
    yield GaugeMetricFamily("ledger_mails_overdue", "E-mails that have waited more than 15 minutes", value=overdue)


def _imports() -> Iterator[Metric]:
    rows = GaugeMetricFamily("ledger_import_rows", "Rows of an import at work", labels=["batch", "state"])
    done = GaugeMetricFamily("ledger_import_rows_processed", "Of these, rows done", labels=["batch", "state"])
    silent = GaugeMetricFamily(
        "ledger_import_silent_seconds", "Time since an import's last sign of life", labels=["batch", "state"]
    )
    for batch in GiftCardBatch.objects.filter(state__in=GiftCardBatch.BUSY):
        labels = [batch.reference, batch.state]
        # The rows are counted by the check; what is loaded are its cards.
        rows.add_metric(labels, batch.cards if batch.state == GiftCardBatch.State.LOADING else batch.rows)
        done.add_metric(labels, batch.processed)
        seen = batch.heartbeat or batch.date_started or batch.date_created
        silent.add_metric(labels, (timezone.now() - seen).total_seconds())
    yield from (rows, done, silent)
