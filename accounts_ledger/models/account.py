"""Account: an allocation of money that can be credited and debited."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts_ledger import clock, code_keys, codes, conf, dates, exceptions
from accounts_ledger.models.account_queries import (
    CODE_FIELDS,
    LEDGER_OWNED,
    AccountQuerySet,
    ActiveAccountManager,
    ExpiredAccountManager,
    refuse_taken,
)
from accounts_ledger.models.code_field import CodeField
from accounts_ledger.models.history import NamedHistory, bulk_note
from accounts_ledger.money import DECIMAL_PLACES, MAX_DIGITS, ZERO, display, is_amount

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class Account(models.Model):
    """An allocation of money: a gift card, store credit, or a core account such as Bank.

    Amounts are Decimals in units of ``currency``. ``balance``, ``held`` and ``sequence`` belong to the ledger: they
    are never form fields and never written by ``save()``; a saved name cannot undo a transfer that came in meanwhile.
    """

    OPEN, FROZEN, CLOSED = "Open", "Frozen", "Closed"
    #: Characters that people and files may give a description.
    LONGEST_DESCRIPTION = 2_000
    STATUSES: ClassVar = [(OPEN, _("Open")), (FROZEN, _("Frozen")), (CLOSED, _("Closed"))]

    name = models.CharField(_("name"), max_length=128, null=True, blank=True)
    description = models.TextField(
        _("description"), blank=True, default="", help_text=_("Shown to customers at checkout.")
    )
    account_type = models.ForeignKey(
        "accounts_ledger.AccountType",
        models.PROTECT,
        related_name="accounts",
        null=True,
        blank=True,
        verbose_name=_("account type"),
    )
    code = CodeField(
        _("code"),
        hash_field="code_hash",
        tail_field="code_tail",
        max_length=128,
        null=True,
        blank=True,
        help_text=_("What a customer types to spend the account. Spaces, dashes and lower case do not matter."),
    )
    #: What the code is found by, and the characters of it that its mask shows: `CodeField` writes both.
    code_hash = models.BinaryField(_("code"), max_length=code_keys.DIGEST_SIZE, null=True, editable=False)
    code_tail = models.CharField(_("end of the code"), max_length=4, null=True, editable=False)
    #: The role of a core account, by which code finds it (`accounts_ledger.chart`). Not a code that anyone can spend.
    chart_code = models.CharField(_("chart code"), max_length=64, null=True, blank=True, editable=False)
    primary_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="accounts",
        null=True,
        blank=True,
        verbose_name=_("holder"),
        help_text=_("If set, only this customer can spend the account."),
    )
    secondary_users = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="shared_accounts",
        blank=True,
        verbose_name=_("shared with"),
        help_text=_("Without a holder, only these can spend the account; with none, whoever has the code."),
    )
    status = models.CharField(_("status"), max_length=32, choices=STATUSES, default=OPEN)
    currency = models.CharField(_("currency"), max_length=3, default=conf.default_currency)
    credit_limit = models.DecimalField(
        _("credit limit"),
        max_digits=MAX_DIGITS,
        decimal_places=DECIMAL_PLACES,
        default=ZERO,
        null=True,
        blank=True,
        help_text=_("How far below zero the balance may go. Empty means unlimited: a source of money."),
    )
    balance = models.DecimalField(
        _("balance"), max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES, default=ZERO, editable=False
    )
    held = models.DecimalField(
        _("held"),
        max_digits=MAX_DIGITS,
        decimal_places=DECIMAL_PLACES,
        default=ZERO,
        editable=False,
        help_text=_("Reserved by holds: part of the balance, but not available."),
    )
    #: How many transactions the account has, and the number of the newest.
    sequence = models.BigIntegerField(_("transactions"), default=0, editable=False)
    start_date = models.DateTimeField(_("valid from"), null=True, blank=True)
    end_date = models.DateTimeField(_("valid until"), null=True, blank=True)
    product_range = models.ForeignKey(
        "offer.Range",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("product range"),
        help_text=_("If set, the account pays for products of this range only."),
    )
    can_be_used_for_non_products = models.BooleanField(
        _("pays for shipping and charges"),
        default=True,
        help_text=_("Whether the account can pay for shipping and other charges."),
    )
    replaced_by = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="replaces",
        verbose_name=_("replaced by"),
        help_text=_("The account that took over the value of this one, which was lost."),
    )
    holder_email = models.EmailField(
        _("holder's e-mail"),
        blank=True,
        default="",
        help_text=_("Whom the account was made for, if that person is not a user of the shop (yet)."),
    )
    #: The source of value for which this account stands in one bulk issue, see `accounts_ledger.posting.issuing`. Such
    #: accounts are the ledger's own: people are shown the source instead, and can do nothing with them.
    stands_for = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("stands for"),
    )
    batch = models.ForeignKey(
        "accounts_ledger.GiftCardBatch",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="accounts",
        verbose_name=_("batch"),
        help_text=_("The bulk load that created the account."),
    )
    date_created = models.DateTimeField(_("created"), default=clock.now, editable=False)

    objects = models.Manager.from_queryset(AccountQuerySet)()
    active = ActiveAccountManager()
    expired = ExpiredAccountManager()

    # The code stays out of the history: it never changes, and a second copy of a bearer token is a second leak.
    history = HistoricalRecords(
        bases=[NamedHistory],
        history_id_field=models.BigAutoField(primary_key=True),
        excluded_fields=[*CODE_FIELDS, *sorted(LEDGER_OWNED)],
        m2m_fields=[secondary_users],
    )

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], name="account_name_unique"),
            models.UniqueConstraint(fields=["code_hash"], name="account_code_unique"),
            models.UniqueConstraint(fields=["chart_code"], name="account_chart_code_unique"),
            models.CheckConstraint(
                condition=Q(credit_limit=None) | Q(balance__gte=-F("credit_limit")),
                name="account_within_credit_limit",
                violation_error_message=_("The balance may not go below the credit limit."),
            ),
            models.CheckConstraint(
                condition=Q(held__gte=0),
                name="account_held_not_negative",
                violation_error_message=_("Held value may not be negative."),
            ),
            # Rounded, because SQLite computes with binary fractions.
            models.CheckConstraint(
                condition=Q(credit_limit=None)
                | Q(held__lte=Round(F("balance") + F("credit_limit"), precision=DECIMAL_PLACES)),
                name="account_held_is_available",
                violation_error_message=_("Held value may not exceed what is available."),
            ),
            models.CheckConstraint(
                condition=Q(credit_limit=None) | Q(credit_limit__gte=0),
                name="account_credit_limit_not_negative",
                violation_error_message=_("A credit limit may not be negative."),
            ),
            models.CheckConstraint(
                condition=is_amount("balance", "held") & (Q(credit_limit=None) | is_amount("credit_limit")),
                name="account_amounts_are_amounts",
                violation_error_message=_("An amount is not a number, or too large."),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "end_date"], name="account_status_end_date"),
            models.Index(fields=["date_created"], name="account_date_created"),
            models.Index(fields=["code_tail"], name="account_code_tail"),
        ]
        permissions: ClassVar = [
            ("view_account_code", _("Can see account codes in full")),
            ("can_issue", _("Can issue accounts with an initial load")),
            ("can_top_up", _("Can top up accounts")),
            ("can_withdraw", _("Can withdraw money from accounts")),
            ("can_transfer", _("Can transfer money between accounts")),
            ("can_freeze", _("Can freeze and thaw accounts")),
            ("can_close", _("Can close accounts and expire them")),
            ("can_extend", _("Can extend the validity of accounts")),
            ("can_replace", _("Can replace lost cards")),
            ("can_set_credit_limit", _("Can set the credit limit of accounts")),
            ("import_account", _("Can import accounts")),
            ("export_account", _("Can export accounts")),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not args:
            self._read_plain_dates()

    def _read_plain_dates(self) -> None:
        """Read plain dates as days of the site's time zone: from the start of the first, through the last."""
        if self.start_date is not None:
            self.start_date = dates.start_of(self.start_date)
        if self.end_date is not None:
            self.end_date = dates.end_of(self.end_date)

    def __str__(self) -> str:
        if self.is_internal:
            return _("Bulk issue %s") % (self.name or f"#{self.pk}")
        if self.name:
            return self.name
        if self.has_code:
            return self.masked_code
        return f"{conf.get('ACCOUNTS_UNIT_NAME')} #{self.pk}" if self.pk else str(_("New account"))

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save what people may edit; a new account starts empty, whatever the instance says."""
        self.tidy()
        if self._state.adding and not kwargs.get("force_insert") and self._is_stored():
            # Made by hand, or an earlier version from the history: its row exists, and so does its money.
            self._state.adding = False
        if self._state.adding:
            self.balance, self.held, self.sequence = ZERO, ZERO, 0
        else:
            kwargs["update_fields"] = self._editable_columns(kwargs.get("update_fields"))
        if self.__dict__.get("code") and "code" in (kwargs.get("update_fields") or ["code"]):
            refuse_taken([self.code or ""], other_than=self.pk)
        self._history_date = clock.now()
        super().save(*args, **kwargs)

    def tidy(self) -> None:
        """Bring the fields into the form in which they are stored."""
        if "code" in self.__dict__:
            self.code = codes.normalise(self.code) or None if self.code else None
        self.name = self.name or None
        self._read_plain_dates()

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Check as usual; that a code is unique shows in its hash."""
        left_out = set(exclude or ()) - {"code_hash"}
        if "code" in left_out:
            left_out.add("code_hash")
        else:
            self.tidy()
            code_field: Any = self._meta.get_field("code")
            code_field.fill(self)
        try:
            super().validate_constraints(exclude=left_out)
        except ValidationError as error:
            messages: dict[str, Any] = error.update_error_dict({})
            if "code_hash" in messages:  # a form has the code, and knows of no hash
                messages["code"] = messages.pop("code_hash")
            raise ValidationError(messages) from error

    def _is_stored(self) -> bool:
        return self.pk is not None and type(self).objects.filter(pk=self.pk).exists()

    def _editable_columns(self, asked: Iterable[str] | None) -> list[str]:
        if asked is not None:
            names = {name for name in asked if name not in LEDGER_OWNED}
        else:
            columns = [field for field in self._meta.concrete_fields if not field.primary_key]
            loaded = self.__dict__.keys()
            names = {field.name for field in columns if field.name not in LEDGER_OWNED and field.attname in loaded}
        # A code and what is derived from it are written together or not at all.
        return sorted(names | CODE_FIELDS if "code" in names else names - CODE_FIELDS)

    # --- What the account is -----------------------------------------------------------------------

    def is_open(self) -> bool:
        return self.status == self.OPEN

    def is_frozen(self) -> bool:
        return self.status == self.FROZEN

    def is_closed(self) -> bool:
        return self.status == self.CLOSED

    def is_active(self) -> bool:
        """Whether now is within the account's dates. ``end_date`` is the first moment at which it is not."""
        now = timezone.now()
        started = self.start_date is None or self.start_date <= now
        return started and (self.end_date is None or now < self.end_date)

    def days_remaining(self, from_date: datetime.datetime | datetime.date | None = None) -> int | None:
        """Return whole days left from *from_date* (default: now), 0 once expired, None if open-ended.

        Days of the calendar in the site's time zone: the one on which the clocks go forward counts in full.
        """
        if self.end_date is None:
            return None
        moment = dates.start_of(from_date) if from_date is not None else timezone.now()
        return max((dates.wall_clock(self.end_date) - dates.wall_clock(moment)).days, 0)

    @property
    def has_code(self) -> bool:
        """Whether there is a code. Unlike ``code``, it need not be loaded and opened for that."""
        return bool(self.code) if "code" in self.__dict__ else self.code_tail is not None

    @property
    def masked_code(self) -> str:
        if not self.has_code:
            return ""
        return codes.mask(self.code or "") if "code" in self.__dict__ else codes.mask_tail(self.code_tail or "")

    @property
    def is_core(self) -> bool:
        """Whether the system itself relies on this account (Bank, Redemptions…)."""
        return self.chart_code is not None

    @property
    def is_internal(self) -> bool:
        """Whether the account is the ledger's own: it stands for the source of a bulk issue."""
        return self.stands_for_id is not None

    # --- What it holds -----------------------------------------------------------------------------

    @property
    def has_credit_limit(self) -> bool:
        return self.credit_limit is not None

    @property
    def amount_available(self) -> Decimal | None:
        """What can be debited: balance + credit limit - held, or None if there is no limit."""
        if self.credit_limit is None:
            return None
        return self.balance + self.credit_limit - self.held

    def is_debit_permitted(self, amount: Decimal) -> bool:
        available = self.amount_available
        return available is None or amount <= available

    def num_transactions(self) -> int:
        """Return how many transactions the account has now, from the newest one's number: no count."""
        newest = self.transactions.order_by("-sequence").values_list("sequence", flat=True).first()
        return newest or 0

    # --- Who may spend it --------------------------------------------------------------------------

    def can_be_authorised_by(self, user: AbstractBaseUser | None = None) -> bool:
        """Return whether *user* may spend the account.

        None is the system itself. A primary user decides alone; else any secondary user; with neither, anyone.
        """
        if user is None:
            return True
        if self.primary_user_id is not None:
            return self.primary_user_id == user.pk
        shared_with = {secondary.pk for secondary in self.secondary_users.all()}
        return not shared_with or user.pk in shared_with

    def permitted_allocation(self, basket: Any, shipping_total: Decimal, order_total: Decimal) -> Decimal:
        """Return the most that the account, alone, may pay for *basket*, at prices after discounts and with tax.

        Several accounts in one order, and baskets whose tax is not known yet, are looked at by
        ``oscar_integration.coverage``.

        Args:
            basket: an Oscar basket (anything with ``all_lines()`` and ``total_incl_tax``).
            shipping_total: the cost of shipping, part of *order_total*.
            order_total: what the order costs in all.
        """
        payable = self._payable_products(basket)
        if self.can_be_used_for_non_products:
            payable += order_total - basket.total_incl_tax  # shipping and surcharges, whatever is not a product
        else:
            payable = min(payable, order_total - shipping_total)
        available = self.amount_available
        permitted = min(payable, order_total)
        return max(permitted if available is None else min(permitted, available), ZERO)

    def _payable_products(self, basket: Any) -> Decimal:
        product_range = self.product_range
        if product_range is None:
            return Decimal(basket.total_incl_tax)
        lines = (line for line in basket.all_lines() if product_range.contains_product(line.product))
        return sum((line.line_price_incl_tax_incl_discounts or ZERO for line in lines), ZERO)

    # --- Changes of state --------------------------------------------------------------------------

    def close(self, user: AbstractBaseUser | None = None, reason: str = "Closed") -> None:
        """Close the account for good, and note in its history who did, and why.

        Raises:
            AccountNotEmpty: it still holds value, owes value, or has open holds. Nothing else of the instance is saved.
        """
        closed = type(self).objects.filter(pk=self.pk, balance=ZERO, held=ZERO).update(status=self.CLOSED)
        if not closed:
            self.refresh_from_db(fields=["balance", "held", "sequence"])
            message = _("%(account)s still holds %(balance)s and cannot be closed.")
            if self.held:
                message = _("%(account)s has %(held)s on hold and cannot be closed.")
            show = {name: display(getattr(self, name), self.currency) for name in ("balance", "held")}
            raise exceptions.AccountNotEmpty(message % {"account": self, **show}, account=self.pk)
        self.status = self.CLOSED
        bulk_note(type(self), [self], reason=reason, user=user, date=clock.now())
