"""``python -m tests.backoffice.operations.pooled_work``: imports, reports, exports and verifies the books.

On the ledger that DATABASE_URL points at, while others spend there. Prints what came of it.
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal

import django


def work() -> dict[str, object]:
    from django.db import connection, transaction

    from accounts_ledger import chart, facade, verification
    from accounts_ledger.models import Account
    from accounts_ledger.reports.catalogue import report_named

    accounts = [facade.NewAccount(f"POOLEDCODE{number:04}", Decimal("5.00")) for number in range(300)]
    with facade.issuing(chart.bank(), merchant_reference="POOLED") as issue:
        issue.add(accounts)
    cards = Account.objects.filter(code__in=[account.code for account in accounts])
    facade.transfer_many(
        [
            facade.TransferRequest(source=card, destination=chart.redemptions(), amount=Decimal("1.00"))
            for card in cards.order_by("pk")[:50]
        ]
    )
    report_class = report_named("trial-balance")
    parameters = report_class.filter_class({})
    assert parameters.is_valid(), parameters.errors
    tables = report_class().run(parameters).tables
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SHOW TimeZone")
        time_zone = cursor.fetchone()[0]
    return {
        "streamed": sum(1 for _card in cards.iterator(chunk_size=10)),
        "reported": len(tables),
        "findings": [str(finding) for finding in verification.verify_ledger(step=100).findings],
        "time_zone": time_zone,
    }


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(work()))
