"""A short run of the hammer; `make hammer` runs the long one."""

import pytest
from django.db import connection

from benchmarks.hammer import hammer

pytestmark = pytest.mark.django_db(transaction=True)

_SECONDS = 8


def test_many_processes_on_a_few_cards_lose_double_and_overdraw_nothing(books):
    database = connection.settings_dict["NAME"]

    outcome = hammer(database, processes=6, operations=60_000, cards=4, seconds=_SECONDS)

    assert outcome.failures == []
    assert outcome.reconciliation.is_clean, outcome.reconciliation
    assert outcome.reconciliation.transfers > 50
    assert outcome.refused["InsufficientFunds"] > 0
