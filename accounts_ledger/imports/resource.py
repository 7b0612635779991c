"""GiftCardResource: reads one row of a list of gift cards into an account that is not saved."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export import fields, resources

from accounts_ledger import chart, dates, limits
from accounts_ledger.exceptions import AccountException
from accounts_ledger.imports import columns, widgets
from accounts_ledger.imports.options import CANCELLED, CONDITIONS, DISABLED, EMPTY, EXPIRED, FREEZE, SKIP, TEST, Options
from accounts_ledger.imports.reading import Reading
from accounts_ledger.models import Account, GiftCardBatch
from accounts_ledger.money import amount_of


class GiftCardResource(resources.ModelResource):
    """One per batch: rows are mappings of column keys to text.

    An instance that it yields carries ``value`` (Decimal, what is to be loaded) beside the account's own fields. Rows
    are always new accounts: an import never touches one that exists. Nothing is looked up in the database row by row;
    `check` does that for many rows at once.
    """

    #: Fields that the model's own validation is asked about; the others come from us, not from the file.
    _VALIDATED = frozenset({"code", "description", "holder_email", "status", "currency"})

    class Meta:
        model = Account
        fields: ClassVar = ()
        clean_model_instances = True
        force_init_instance = True
        store_instance = True
        skip_diff = True
        use_transactions = False

    def __init__(self, batch: GiftCardBatch, reading: Reading, options: Options) -> None:
        super().__init__()
        self.batch, self.options, self.reading = batch, options, reading
        self.now = timezone.now()
        self.start = dates.start_of(options.start) if options.start else None
        self.end = dates.end_of(options.end) if options.end else None
        self._excluded = {field.name for field in Account._meta.fields} - self._VALIDATED
        declared = dict(self._declare())
        self.attributes = {field.attribute: key for key, field in declared.items()}
        self.fields = {key: field for key, field in declared.items() if key in reading.columns}

    def _declare(self) -> Any:
        amount = widgets.AmountWidget(self.reading)
        type_ = widgets.NamedWidget(_account_types(), _("There is no such account type below Deferred income."))
        range_ = widgets.NamedWidget(_ranges(), _("There is no such product range."))
        for key, attribute, widget in (
            (columns.CODE, "code", widgets.CodeWidget()),
            (columns.BALANCE, "value_left", amount),
            (columns.INITIAL, "value_first", amount),
            (columns.USED, "value_used", amount),
            (columns.CURRENCY, "currency", widgets.CurrencyWidget(self.batch.currency)),
            (columns.STATUS, "condition", widgets.ConditionWidget()),
            (columns.REDEEMABLE, "is_redeemable", widgets.FlagWidget()),
            (columns.TEST, "is_test", widgets.FlagWidget()),
            (columns.TYPE, "account_type_id", type_),
            (columns.START, "start_date", widgets.StartWidget(self.reading)),
            (columns.END, "end_date", widgets.EndWidget(self.reading)),
            (columns.EMAIL, "holder_email", widgets.EmailWidget()),
            (columns.DESCRIPTION, "description", widgets.TextWidget()),
            (columns.RANGE, "product_range_id", range_),
        ):
            yield key, fields.Field(attribute=attribute, column_name=key, widget=widget)

    def column_of(self, attribute: str) -> str:
        """Return the key of the column whose cell an error about *attribute* of the instance is about."""
        if attribute == "value":
            return next((key for key in (columns.BALANCE, columns.INITIAL) if key in self.reading.columns), "")
        return self.attributes.get(attribute, "")

    # --- Hooks of django-import-export -----------------------------------------------------------------

    def init_instance(self, row: Any = None) -> Account:
        account: Any = Account(
            batch=self.batch,
            account_type_id=self.batch.account_type_id,
            currency=self.batch.currency,
            product_range_id=self.options.product_range,
        )
        account.value_left = account.value_first = account.value_used = None
        account.condition, account.is_redeemable, account.is_test = "", None, None
        account.value = Decimal(0)
        return account

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        errors: dict[str, Any] = {}
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors.update(error.error_dict)
        self._complete(instance)
        if not errors.keys() & {"value_left", "value_first", "value_used"}:
            try:
                instance.value = self._value(instance)
            except ValueError as error:
                errors["value"] = ValidationError(str(error))
        instance.condition = self._condition(instance, errors)
        self._treat(instance, errors)
        if errors:
            raise ValidationError(errors)

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        return bool(instance.condition) and self.options.treatment[instance.condition] == SKIP

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        errors = dict(import_validation_errors or {})
        try:
            instance.clean_fields(exclude=self._excluded | errors.keys())
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if instance.start_date and instance.end_date and instance.start_date >= instance.end_date:
            errors.setdefault("end_date", [ValidationError(_("The card would end before it starts."))])
        if errors:
            raise ValidationError(errors)

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:
        """Save nothing: `load` writes all accounts of a batch together."""

    def save_m2m(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """There are none."""

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """Nothing was saved, so no sequence of ids has to be set."""

    # --- What a row means -------------------------------------------------------------------------------

    def _complete(self, account: Any) -> None:
        """Fill what the row leaves open from the batch's options."""
        if account.account_type_id is None:
            account.account_type_id = self.batch.account_type_id
        if account.product_range_id is None:
            account.product_range_id = self.options.product_range
        account.start_date = account.start_date or self.start
        account.end_date = account.end_date or self.end
        account.description = account.description or self.options.description
        if self.options.generate_codes:
            account.code = None

    def _value(self, account: Any) -> Decimal:
        """Return what is left on the card: never its first value if the file tells the difference."""
        value = account.value_left
        if columns.BALANCE in self.reading.columns:
            if value is None and self.reading.empty_balance_is_unused:
                value = account.value_first
        elif account.value_first is not None:
            value = account.value_first - (account.value_used or 0)
        if value is None:
            raise ValueError(_("The value is missing."))
        if value == 0:
            return Decimal(0)
        try:
            value = amount_of(value, self.batch.currency)
            limits.check_load(value, self.batch.currency)
            limits.check_initial(value, self.batch.currency)
        except AccountException as error:
            raise ValueError(str(error)) from None
        return value

    def _condition(self, account: Any, errors: dict[str, Any]) -> str:
        if account.is_test:
            return TEST
        if account.condition in (CANCELLED, EXPIRED):
            return account.condition
        if account.end_date and account.end_date <= self.now:
            return EXPIRED
        if "value" not in errors and not errors.keys() & {"value_left", "value_first"} and not account.value:
            return EMPTY
        if account.condition == EMPTY:
            # Said to be used up, but there is value left: one of the two is wrong.
            errors["condition"] = ValidationError(_("The status says that the card is used up, but value is left."))
            return ""
        if account.is_redeemable is False or account.condition == DISABLED:
            return DISABLED
        return ""

    def _treat(self, account: Any, errors: dict[str, Any]) -> None:
        if not account.condition:
            return
        treatment = self.options.treatment[account.condition]
        if treatment == FREEZE:
            account.status = Account.FROZEN
        elif treatment != SKIP:
            attribute = {EXPIRED: "end_date", EMPTY: "value", TEST: "is_test"}.get(account.condition, "condition")
            errors[attribute] = ValidationError(
                _("%s are refused, as chosen for this import.") % CONDITIONS[account.condition]
            )


def _account_types() -> dict[str, int]:
    known: dict[str, int] = {}
    for type_ in chart.deferred_income_types():
        known[type_.name.lower()] = type_.pk
        if type_.code:
            known[type_.code.lower()] = type_.pk
    return known


def _ranges() -> dict[str, int]:
    model = apps.get_model("offer", "Range")
    return {name.lower(): pk for pk, name in model.objects.values_list("pk", "name")}


def moment(text: str | None) -> datetime.datetime | None:
    """Return the moment that a checked row has as text."""
    return datetime.datetime.fromisoformat(text) if text else None
