"""Whether the rules that the database itself enforces are in force: triggers, constraints, unique indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from accounts_ledger import guards
from accounts_ledger.models import Account, Hold, Transaction, Transfer
from accounts_ledger.verification.finding import Finding

_CREATED_TRIGGER = re.compile(r"CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER (?:IF NOT EXISTS )?(\w+)")

# A trigger that is disabled, or fires on replicas only, guards nothing.
_INSTALLED = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
}


def missing(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    """Yield a finding for every trigger and every constraint of the ledger's tables that is not in force."""
    yield from _missing_triggers(connection)
    for model in (Account, Hold, Transfer, Transaction):
        yield from _missing_constraints(connection, model)


def _missing_triggers(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    script = (guards.SQL / connection.vendor / "guards.sql").read_text()
    with connection.cursor() as cursor:
        cursor.execute(_INSTALLED[connection.vendor])
        installed = {name for (name,) in cursor.fetchall()}
    for name in _CREATED_TRIGGER.findall(script):
        if name not in installed:
            yield Finding(
                "guard_missing", _("A trigger that guards the ledger is not in force."), {"trigger": name}, "1", "0"
            )


def _missing_constraints(connection: BaseDatabaseWrapper, model: type[models.Model]) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        present = connection.introspection.get_constraints(cursor, model._meta.db_table)
    for constraint in model._meta.constraints:
        if constraint.name not in present:
            yield Finding(
                "constraint_missing",
                _("A constraint of the ledger's tables is not there."),
                {"table": model._meta.db_table, "constraint": constraint.name},
                "1",
                "0",
            )
