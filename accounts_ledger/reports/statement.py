"""Statement: one account, or all of one customer's, between two dates, with running balances."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from accounts_ledger import code_lookups, codes
from accounts_ledger.exceptions import AccountException
from accounts_ledger.models import Account, Transaction
from accounts_ledger.money import ZERO
from accounts_ledger.reports.filters import EARLIEST, PeriodFilter, PeriodForm
from accounts_ledger.reports.query_rows import QueryRows
from accounts_ledger.reports.report import Report
from accounts_ledger.reports.table import Column, Drill, Result, Row, Table

COLUMNS = [
    Column("date", _("Date"), "moment"),
    Column("reference", _("Reference")),
    Column("kind", _("Kind")),
    Column("description", _("Description")),
    Column("counter_account", _("Other account")),
    Column("debit", _("Debit"), "money"),
    Column("credit", _("Credit"), "money"),
    Column("balance", _("Balance"), "money"),
]


class StatementForm(PeriodForm):
    """Finds whom the statement is for: an account by code, name or number, or a customer by e-mail address."""

    #: Whose look-up it is; set by the filter.
    request: HttpRequest | None

    def clean_whose(self) -> list[Account]:
        text = self.cleaned_data["whose"].strip()
        if not text:
            return []
        try:
            with code_lookups.counted(self.request, text) as lookup:
                accounts = list(_accounts_of(text)[:101])
                lookup.found = bool(accounts)
        except AccountException as refusal:
            raise ValidationError(str(refusal)) from refusal
        if not accounts:
            raise ValidationError(
                _("No account or customer matches. Enter a code, a name, #number or an e-mail address.")
            )
        if len(accounts) > 100:
            raise ValidationError(_("This customer has more than 100 accounts: choose one of them."))
        return accounts


def _accounts_of(text: str) -> QuerySet[Account]:
    if "@" in text:
        customer = Q(primary_user__email__iexact=text) | Q(secondary_users__email__iexact=text)
        return Account.objects.for_people().filter(customer).distinct().order_by("pk")
    number = text.removeprefix("#")
    if text.startswith("#") and number.isdecimal() and len(number) <= 18:
        return Account.objects.for_people().filter(pk=int(number))
    with_code = Account.objects.none()
    if code_lookups.could_be_code(text):
        with_code = Account.objects.filter(code=codes.normalise(text))
    return with_code if with_code.exists() else Account.objects.for_people().filter(name=text)


class StatementFilter(PeriodFilter):
    whose = django_filters.CharFilter(
        method="unchanged",
        label=_("Account or customer"),
        help_text=_("A code, a name, #number, or a customer's e-mail address."),
    )

    class Meta(PeriodFilter.Meta):
        form = StatementForm

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.form.request = self.request

    def without_codes(self, asked: QueryDict) -> QueryDict:
        """Let the address name the account by its number where a code was typed."""
        query = super().without_codes(asked)
        for account in self.values["whose"]:
            if account.code == codes.normalise(self.data["whose"]):
                query["whose"] = f"#{account.pk}"
        return query


class Statement(Report):
    slug = "statement"
    title = _("Statement")
    description = _("Opening balance, movements with running balance, and closing balance of an account or a customer.")
    filter_class = StatementFilter

    def run(self, parameters: StatementFilter) -> Result:
        accounts = [account for account in parameters.values["whose"] if account.currency == parameters.chosen_currency]
        return Result(tables=[_statement(account, parameters) for account in accounts])


def _statement(account: Account, parameters: PeriodFilter) -> Table:
    opening, closing = (_balance(account, moment) for moment in (parameters.since, parameters.until))
    inside = account.transactions.filter(date_created__gte=parameters.since, date_created__lt=parameters.until)
    rows = QueryRows(
        inside.select_related("transfer__source__stands_for", "transfer__destination__stands_for").order_by(
            "date_created", "sequence"
        ),
        _row,
    )
    ever = {"currency": account.currency, "account": account.pk, "start": EARLIEST, "end": parameters.values["end"]}
    before = {**ever, "end": parameters.day_before}
    return Table(
        str(account),
        COLUMNS,
        rows,
        total=_position(_("Closing"), closing, ever, "total"),
        opening=_position(_("Opening"), opening, before, "subtotal"),
    )


def _position(label: Any, balance: Decimal, movements: dict[str, Any], level: Literal["subtotal", "total"]) -> Row:
    drill = {"balance": Drill("report", "movements", movements)}
    return Row({"date": None, "reference": label, "balance": balance}, drill, level)


def _balance(account: Account, moment: Any) -> Decimal:
    before = account.transactions.filter(date_created__lt=moment).order_by("-date_created", "-sequence")
    return before.values_list("balance", flat=True).first() or ZERO


def _row(transaction: Transaction) -> Row:
    transfer = transaction.transfer
    counter = transfer.shown_source if transaction.amount > 0 else transfer.shown_destination
    values: dict[str, Any] = {
        "date": transaction.date_created,
        "reference": transfer.reference,
        "kind": transfer.get_kind_display(),
        "description": transfer.merchant_reference or transfer.description or "",
        "counter_account": str(counter),
        "debit": -transaction.amount if transaction.amount < 0 else None,
        "credit": transaction.amount if transaction.amount > 0 else None,
        "balance": transaction.balance,
    }
    drill = {name: Drill("transfer", transfer.pk) for name in ("reference", "debit", "credit", "balance")}
    return Row(values, drill if counter.is_internal else {**drill, "counter_account": Drill("account", counter.pk)})
