"""Value into customers' accounts and back out: issue, top up, withdraw."""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts_ledger import codes, conf, exceptions, limits, posting
from accounts_ledger.models import Account, AccountType, Transfer
from accounts_ledger.models.account_queries import CODE_FIELDS, LEDGER_OWNED
from accounts_ledger.money import amount_of
from accounts_ledger.operations import arguments
from accounts_ledger.operations.refusals import door
from accounts_ledger.operations.transfer import transfer
from accounts_ledger.posting import rules

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

#: Fields of an account that only the ledger writes: whoever gave them would find them changed, or the books wrong.
_LEDGERS_OWN = (LEDGER_OWNED | CODE_FIELDS - {"code"}) | {
    "id",
    "pk",
    "replaced_by",
    "replaced_by_id",
    "stands_for",
    "stands_for_id",
}
#: Characters of any text of an account; fields that are shorter say so themselves.
_LONGEST_FIELD = 10_000


@door
def issue(
    source: Account,
    amount: Decimal | int,
    *,
    user: AbstractBaseUser | None = None,
    code: str | None = None,
    merchant_reference: str | None = None,
    description: str | None = None,
    idempotency_key: str | None = None,
    account_description: str = "",
    **fields: Any,
) -> Account:
    """Create an account and load it from *source*, both or neither.

    Args:
        source: where the value comes from: Bank if it was paid for, else an unpaid source.
        amount: the initial value, within ``ACCOUNTS_MIN_LOAD_VALUE`` and the maxima.
        user: the member of staff (or None, the system) who issues it.
        code: the account's code (default: a new one, see `codes.make`).
        merchant_reference: of the load, as for `facade.transfer`.
        description: of the load.
        idempotency_key: of the load, as for `facade.transfer`.
        account_description: of the account, shown to customers at checkout.
        fields: further fields of `Account`, such as ``account_type``, ``primary_user``, ``end_date``.

    Raises:
        LimitExceeded: the amount is outside the site's limits.
        CodeTaken, NameTaken: another account has it.
        GuessableCode: *code* is too short or too regular.
        InvalidArgument: *fields* has a value that an account cannot have, a name that no field of an account has, or
            one that the ledger itself writes, such as ``balance``.
        AccountException: as `facade.transfer`.

    Returns:
        The new account; with an idempotency key that was used before, the account that was issued then.
    """
    arguments.check_account(arguments.SOURCE, source)
    arguments.check_user(user)
    arguments.check_remarks(merchant_reference, description, idempotency_key)
    arguments.check_text(_("code"), code, 128)
    if "currency" in fields:
        raise exceptions.InvalidArgument(_("A new account has the currency of the account that pays for it."))
    amount = amount_of(amount, source.currency)
    limits.check_load(amount, source.currency)
    limits.check_initial(amount, source.currency)

    def act() -> Account:
        if code:
            check_code(code)
        with transaction.atomic(using=posting.ledger_connection().alias):
            account = _create(code, currency=source.currency, description=account_description, **fields)
            load = transfer(
                source,
                account,
                amount,
                user=user,
                merchant_reference=merchant_reference,
                description=description,
                idempotency_key=idempotency_key,
                kind=Transfer.Kind.LOAD,
                as_staff=True,
            )
        return load.destination

    issued_before = functools.partial(_issued_before, idempotency_key, source, amount, merchant_reference, code)
    earlier = issued_before()
    if earlier:
        return earlier
    try:
        return posting.retry_on_conflict(act)
    except (exceptions.IdempotencyConflict, exceptions.CodeTaken):
        # Perhaps by the same request, which came twice at once and was faster the other time.
        earlier = issued_before()
        if earlier is None:
            raise
        return earlier


@door
def top_up(
    account: Account,
    source: Account,
    amount: Decimal | int,
    user: AbstractBaseUser | None = None,
    merchant_reference: str | None = None,
    description: str | None = None,
    idempotency_key: str | None = None,
) -> Transfer:
    """Load more value from *source* on *account*, within the site's limits.

    Raises:
        LimitExceeded: the amount, or the balance it would lead to, is outside the site's limits.
        AccountException: as `facade.transfer`.
    """
    arguments.check_account(arguments.ACCOUNT, account)
    arguments.check_remarks(merchant_reference, description, idempotency_key)
    amount = amount_of(amount, account.currency)
    limits.check_load(amount, account.currency)
    # What was loaded with this key counts in the balance already: a repeated request is within the limit it kept.
    if not (idempotency_key and Transfer.objects.filter(idempotency_key=idempotency_key).exists()):
        limits.check_balance(account, amount)
    return transfer(
        source,
        account,
        amount,
        user=user,
        merchant_reference=merchant_reference,
        description=description,
        idempotency_key=idempotency_key,
        kind=Transfer.Kind.TOP_UP,
        as_staff=True,
    )


@door
def withdraw(
    account: Account,
    destination: Account,
    amount: Decimal | int,
    user: AbstractBaseUser | None = None,
    merchant_reference: str | None = None,
    description: str | None = None,
    idempotency_key: str | None = None,
) -> Transfer:
    """Take value off *account*, back to a source such as Bank.

    Raises:
        AccountException: as `facade.transfer`.
    """
    return transfer(
        account,
        destination,
        amount,
        user=user,
        merchant_reference=merchant_reference,
        description=description,
        idempotency_key=idempotency_key,
        kind=Transfer.Kind.WITHDRAWAL,
        as_staff=True,
    )


@door
def new_code(account_type: AccountType | None) -> str:
    """Return a new code for an account of this type."""
    arguments.check_account_type(account_type)
    return codes.make(account_type.code_prefix if account_type else conf.code_prefix())


def check_code(code: str) -> None:
    """Refuse a code that can be guessed.

    Raises:
        GuessableCode: it is too short or too regular.
    """
    if codes.can_be_guessed(codes.normalise(code)):
        raise exceptions.GuessableCode(
            _("This code is so short or so regular that it could be guessed. Leave it out, and a new one is made.")
        )


def _issued_before(
    idempotency_key: str | None, source: Account, amount: Decimal, merchant_reference: str | None, code: str | None
) -> Account | None:
    """Return the account that was issued with *idempotency_key*, or None.

    Raises:
        IdempotencyConflict: the key was used for something else.
    """
    if not idempotency_key:
        return None
    load = Transfer.objects.filter(idempotency_key=idempotency_key).select_related("destination").first()
    if load is None:
        return None
    asked = (Transfer.Kind.LOAD, source.pk, amount, merchant_reference)
    if (load.kind, load.source_id, load.amount, load.merchant_reference) != asked or (
        code and codes.normalise(code) != load.destination.code
    ):
        raise rules.idempotency_conflict(idempotency_key)
    return load.destination


def _create(code: str | None, **fields: Any) -> Account:
    _check_fields(fields)
    try:
        account = Account(**fields)
        account.clean_fields(
            exclude={field.name for field in Account._meta.fields if not {field.name, field.attname} & fields.keys()}
        )
        account.code = code or new_code(account.account_type)
        with transaction.atomic(using=posting.ledger_connection().alias):
            account.save(force_insert=True)
    except exceptions.AccountException:
        raise
    # Django says in many ways that a value is none: of a number, of a choice, of a row that was never saved.
    except (ValidationError, ValueError, TypeError, OverflowError) as error:
        raise exceptions.InvalidArgument(_explained(error)) from error
    return account


def _check_fields(fields: dict[str, Any]) -> None:
    """Raise what says why *fields* cannot be those of a new account, as far as that shows before it is made."""
    owned = sorted(_LEDGERS_OWN & fields.keys())
    if owned:
        raise exceptions.InvalidArgument(_("The ledger itself writes %s.") % ", ".join(owned))
    arguments.check_account_type(fields.get("account_type"))
    for name, value in fields.items():
        if name in ("start_date", "end_date"):
            arguments.check_moment(_("date"), value)
        elif isinstance(value, str):
            arguments.check_text(name, value, _LONGEST_FIELD)


def _explained(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
