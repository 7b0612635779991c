"""The record of who changed what on many accounts at once; Django's bulk updates leave none by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connections, router
from django.db.models import QuerySet

from accounts_ledger import clock
from accounts_ledger.models import Account
from accounts_ledger.models.history import bulk_note, username


def note(account: Any, *, reason: str, user: Any = None) -> None:
    """Let the row of history that the next ``save()`` of *account* writes say *reason* and *user*."""
    account._history_user = user
    account._change_reason = reason


def record(accounts: Iterable[Account], *, reason: str, user: Any = None) -> None:
    """Write one row of history for each account, as it is now in memory, with *reason* and *user*."""
    records = bulk_note(Account, list(accounts), reason=reason, user=user, date=clock.now())
    if records:
        _record_shared_with({record.id: record for record in records})


def shared_with_model() -> Any:
    """Return the model of the users with whom an account was shared at a row of its history."""
    return Account.history.model.historicalaccount_secondary_users_set.rel.related_model


def _record_shared_with(records: dict[int, Any]) -> None:
    """Write with whom the accounts are shared: bulk history leaves that out, as if they had ceased to be."""
    through = Account.secondary_users.through
    historical = shared_with_model()
    shared = through.objects.filter(account__in=list(records))
    historical.objects.bulk_create(
        [
            historical(history=records[row.account_id], account_id=row.account_id, user_id=row.user_id, id=row.pk)
            for row in shared
        ],
        batch_size=500,
    )


def record_created(accounts: QuerySet[Account], *, reason: str, user: Any = None) -> None:
    """Write the first row of history of *accounts*, new ones without shared users, in one statement."""
    connection = connections[router.db_for_write(Account)]
    historical = Account.history.model
    tracked = [field.column for field in historical.tracked_fields]
    own = ["history_date", "history_type", "history_change_reason", "history_user_id", "history_username"]
    names = ", ".join(connection.ops.quote_name(column) for column in [*tracked, *own])
    copied = ", ".join(f"account.{connection.ops.quote_name(column)}" for column in tracked)
    chosen, parameters = accounts.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {connection.ops.quote_name(historical._meta.db_table)} ({names})"  # noqa: S608  (our names)
            f" SELECT {copied}, %s, '+', %s, %s, %s FROM {connection.ops.quote_name(Account._meta.db_table)} AS account"
            f" WHERE account.id IN ({chosen})",
            [
                connection.ops.adapt_datetimefield_value(clock.now()),
                reason[:100],
                user.pk if user else None,
                username(user),
                *parameters,
            ],
        )
