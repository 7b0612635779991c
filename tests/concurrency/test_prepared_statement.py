"""PostgreSQL keeps the posting statement prepared: it is not parsed and planned anew for each transfer."""

import pytest
from django.db import connection

from accounts_ledger import chart, facade
from accounts_ledger.models import Account

pytestmark = pytest.mark.django_db


def test_the_posting_statement_is_prepared_once_for_all_kinds_of_accounts(books):
    cards = [facade.issue(chart.bank(), 10) for _number in range(4)]
    for card in [*cards, *cards]:
        facade.transfer(card, chart.redemptions(), 1)
        facade.transfer(chart.bank(), Account.objects.get(pk=card.pk), 1)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT calls FROM (SELECT generic_plans + custom_plans AS calls, statement"
            " FROM pg_prepared_statements) AS prepared WHERE statement LIKE %s",
            ["%FROM ledger_post(%"],
        )
        calls = [row[0] for row in cursor.fetchall()]

    assert len(calls) == 1
    assert calls[0] >= 10
