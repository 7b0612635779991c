"""What the rows of history rely on in django-simple-history beyond its documented interface, one touch a test."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.http import HttpResponse
from simple_history.middleware import HistoryRequestMiddleware
from simple_history.signals import pre_create_historical_record

from accounts_ledger import chart, facade
from accounts_ledger.models.history import NamedHistory, current_request


def test_its_middleware_keeps_the_request_that_is_being_answered(rf):
    request, seen = rf.get("/"), []

    def view(_request):
        seen.append(current_request())
        return HttpResponse()

    HistoryRequestMiddleware(view)(request)

    assert seen == [request]
    assert current_request() is None


@pytest.mark.django_db
def test_its_signal_hands_on_the_row_that_is_about_to_be_written(books, admin_user):
    rows = []

    def listen(history_instance, **kwargs):
        rows.append(history_instance)

    pre_create_historical_record.connect(listen)  # kept by a weak reference: for as long as this test runs

    facade.issue(chart.bank(), Decimal("10.00"), user=admin_user)

    assert rows
    assert all(isinstance(row, NamedHistory) for row in rows)
