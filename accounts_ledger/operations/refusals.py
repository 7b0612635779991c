"""Turns what the database refuses into the refusals that the facade promises: nothing else leaves it."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from django.db import DataError, IntegrityError, models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_ledger import exceptions
from accounts_ledger.models import Account, Hold, Transaction, Transfer

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

#: What a unique constraint's column says about the request, by table and column.
_TAKEN: dict[str, tuple[type[exceptions.AccountException], Any]] = {
    "accounts_ledger_account.name": (
        exceptions.NameTaken,
        gettext_lazy("There is an account with this name already."),
    ),
    "accounts_ledger_account.code_hash": (
        exceptions.CodeTaken,
        gettext_lazy("There is an account with this code already."),
    ),
    "accounts_ledger_transfer.reference": (
        exceptions.ReferenceTaken,
        gettext_lazy("There is a transfer with this reference already."),
    ),
    "accounts_ledger_transfer.idempotency_key": (
        exceptions.IdempotencyConflict,
        gettext_lazy("The idempotency key was used before, for a different request."),
    ),
    "accounts_ledger_hold.idempotency_key": (
        exceptions.IdempotencyConflict,
        gettext_lazy("The idempotency key was used before, for a different request."),
    ),
    "accounts_ledger_transfer.hold_id": (exceptions.HoldNotOpen, gettext_lazy("The hold was captured before.")),
    "accounts_ledger_transfer.parent_id": (
        exceptions.AlreadyReversed,
        gettext_lazy("The transfer was reversed before."),
    ),
}
_SQLITE_COLUMNS = re.compile(r"UNIQUE constraint failed: ([\w.]+)")


def door(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Decorate a function of the facade: what the database refuses leaves it as an AccountException."""

    @functools.wraps(function)
    def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with translated():
            return function(*args, **kwargs)

    return guarded


@contextmanager
def translated() -> Iterator[None]:
    """Raise what the database refuses within the block as an AccountException."""
    try:
        yield
    except (IntegrityError, DataError) as error:
        raise from_database(error) from error


def from_database(error: IntegrityError | DataError) -> exceptions.AccountException:
    """Return the refusal that says what *error* is about."""
    if isinstance(error, DataError):
        return exceptions.RefusedByDatabase(
            _("A value is too long, or not of the kind that is stored. Nothing was written.")
        )
    constraint = _constraint(error)
    known = _TAKEN.get(constraint)
    if known:
        taken, message = known
        return taken(message)
    if "FOREIGN KEY" in str(error) or "foreign key" in str(error):
        return exceptions.RefusedByDatabase(
            _("Something that was named does not exist (any more). Nothing was written."), constraint=constraint
        )
    return exceptions.RefusedByDatabase(
        _("The database refused this by its rule %s. Nothing was written.") % constraint, constraint=constraint
    )


def _constraint(error: IntegrityError) -> str:
    """Return "table.column" of the unique constraint that *error* is about, else the constraint's name or its text."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is None:  # SQLite
        text = str(error)
        columns = _SQLITE_COLUMNS.match(text)
        named = _columns_by_constraint().get(text.partition(":")[0], text.rpartition(": ")[2])
        return columns[1] if columns else named
    name = str(diagnosis.constraint_name or diagnosis.message_primary)
    return _columns_by_constraint().get(name, name)


@functools.cache
def _columns_by_constraint() -> dict[str, str]:
    return {
        constraint.name: f"{model._meta.db_table}.{_column(model, constraint.fields[0])}"
        for model in (Account, Hold, Transaction, Transfer)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields
    }


def _column(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    return str(field.column) if isinstance(field, models.Field) else name
