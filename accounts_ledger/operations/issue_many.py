"""Issuing very many accounts at once: created and loaded from one source, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts_ledger import codes, exceptions, limits, posting
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import amount_of
from accounts_ledger.operations import arguments, events, refusals
from accounts_ledger.operations.issue import check_code
from accounts_ledger.posting import NewAccount, TransferRequest

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


#: An account may be issued frozen: its value is there, and nobody can spend it until it is thawed.
_ISSUABLE = (Account.OPEN, Account.FROZEN)
_LONGEST_NAME = 128
#: Characters of an account's description, which has no limit of its own.
_LONGEST_TEXT = 10_000


@contextmanager
def issuing(
    source: Account,
    *,
    user: AbstractBaseUser | None = None,
    merchant_reference: str | None = None,
    description: str | None = None,
    allow_guessable_codes: bool = False,
) -> Iterator[BulkIssue]:
    """Create and load accounts within the block, in one database transaction that ends with it.

    ::

        with facade.issuing(bank, user=clerk, merchant_reference="BATCH-1") as issue:
            issue.add([facade.NewAccount(code=code, amount=Decimal("10.00")) for code in codes])

    The value goes through an account of the issue's own, of the source's type, which stands for the source: the
    source is debited once, with the total, at the end of the block. It is locked for that one transfer only, however
    many accounts there are. What else belongs to the same act can be written within the block; an exception undoes
    everything.

    Args:
        allow_guessable_codes: cards of another system come with the codes that they have. Somebody has to have decided
            that those among them which can be guessed are loaded.

    Raises:
        AccountException: as `facade.issue`, from ``add`` and from the end of the block.
    """
    arguments.check_account(arguments.SOURCE, source)
    arguments.check_user(user)
    arguments.check_remarks(merchant_reference, description)
    callers: BaseException | None = None
    try:
        with transaction.atomic(using=posting.ledger_connection().alias):
            request = TransferRequest(
                source=source,
                destination=_pool(source, merchant_reference, description),
                amount=Decimal(0),
                kind=Transfer.Kind.LOAD,
                user=user,
                merchant_reference=merchant_reference,
                description=description,
                check_authority=False,
            )
            with posting.issuing(request) as writer:
                bulk_issue = BulkIssue(source, writer, allow_guessable_codes=allow_guessable_codes)
                try:
                    yield bulk_issue
                except BaseException as error:
                    callers = error
                    raise
                bulk_issue.check_whole()
            if writer.count:
                events.publish_written({Transfer.Kind.LOAD: writer.count, Transfer.Kind.TRANSFER: 1})
    except (IntegrityError, DataError) as error:
        if error is callers:  # of something else that was written within the block
            raise
        raise refusals.from_database(error) from error


def _pool(source: Account, merchant_reference: str | None, description: str | None) -> Account:
    """Create the account through which the value of one bulk issue goes: see `accounts_ledger.posting.issuing`."""
    pool = Account(
        description=description or "",
        account_type=source.account_type,
        currency=source.currency,
        credit_limit=None,
        stands_for=source,
    )
    own = codes.reference()
    plain = merchant_reference or _("Issue %s") % own
    # A merchant reference may come again, also at this very moment, and staff may have used it as a name.
    if not Account.objects.filter(name=plain).exists():
        pool.name = plain
        with suppress(IntegrityError), transaction.atomic(using=posting.ledger_connection().alias):
            pool.save(force_insert=True)
            return pool
    pool.name = f"{plain[: _LONGEST_NAME - len(own) - 1]} {own}"
    pool.save(force_insert=True)
    return pool


class BulkIssue:
    """What `issuing` yields."""

    def __init__(self, source: Account, writer: posting.Issuing, *, allow_guessable_codes: bool = False) -> None:
        self._source, self._writer = source, writer
        self._allow_guessable_codes = allow_guessable_codes
        self._refusal: exceptions.AccountException | None = None

    @property
    def count(self) -> int:
        """How many accounts were added."""
        return self._writer.count

    @property
    def total(self) -> Decimal:
        """Their value in all, in units of the source's currency."""
        return self._writer.total

    def add(self, accounts: Iterable[NewAccount]) -> None:
        """Write *accounts*, each loaded with its amount.

        An account may be issued frozen: its value is there, and nobody can spend it until it is thawed.

        Raises:
            LimitExceeded, InvalidAmount: an amount is not one that a new account can start with.
            ClosedAccount: an account would be closed from its beginning.
            GuessableCode: a code is too short or too regular, and that was not allowed.
            InvalidArgument: not a NewAccount, or one with a status that no account has.
            CodeTaken: another account has one of the codes. The block can then only end: nothing of it is written.
        """
        self.check_whole()
        checked = [self._checked(account) for account in arguments.listed(_("accounts"), accounts)]
        try:
            with refusals.translated():
                self._writer.add(checked)
        except exceptions.AccountException as refusal:
            self._refusal = refusal
            raise

    def check_whole(self) -> None:
        """Raise again what was refused before: part of a bulk issue is none."""
        if self._refusal:
            raise self._refusal

    def _checked(self, account: NewAccount) -> NewAccount:
        if not isinstance(account, NewAccount):
            raise exceptions.InvalidArgument(_("Only NewAccounts can be added, not %s.") % type(account).__name__)
        if account.status == Account.CLOSED:
            raise exceptions.ClosedAccount(_("An account cannot be issued closed."))
        if account.status not in _ISSUABLE:
            raise exceptions.InvalidArgument(_("%s is not a status of an account.") % (account.status,))
        _check_texts(account)
        arguments.check_ids(
            account_type_id=account.account_type_id,
            product_range_id=account.product_range_id,
            batch_id=account.batch_id,
        )
        arguments.check_user_id(account.primary_user_id)
        arguments.check_moment(_("date"), account.start_date)
        arguments.check_moment(_("date"), account.end_date)
        code = codes.normalise(account.code)
        if not code:
            raise exceptions.InvalidText(_("An account that is issued with others needs a code."))
        if not self._allow_guessable_codes:
            check_code(code)
        exact = amount_of(account.amount, self._source.currency)
        limits.check_load(exact, self._source.currency)
        limits.check_initial(exact, self._source.currency)
        # Replacing takes time, and hardly any account needs it.
        same = exact is account.amount and code == account.code
        return account if same else account._replace(amount=exact, code=code)


def _check_texts(account: NewAccount) -> None:
    """Raise InvalidText if a text of *account* cannot be stored."""
    arguments.check_text(_("code"), account.code or b"", 128)
    arguments.check_text(_("holder's e-mail"), account.holder_email, 254)
    arguments.check_text(arguments.DESCRIPTION, account.description, _LONGEST_TEXT)
