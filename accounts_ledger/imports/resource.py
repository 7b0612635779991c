"""GiftCardResource: reads one row of a list of gift cards into a `Card`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export import fields, resources

from accounts_ledger import chart, dates, limits
from accounts_ledger.exceptions import AccountException
from accounts_ledger.imports import columns, widgets
from accounts_ledger.imports.card import Card
from accounts_ledger.imports.options import CANCELLED, CONDITIONS, DISABLED, EMPTY, EXPIRED, FREEZE, SKIP, TEST, Options
from accounts_ledger.imports.reading import Reading
from accounts_ledger.models import Account, GiftCardBatch
from accounts_ledger.money import ZERO, amount_of


class GiftCardResource(resources.Resource):
    """One per batch: rows are mappings of column keys to text.

    Rows are always new cards: an import never touches an account that exists. Nothing is looked up in the database row
    by row; `check` does that for many rows at once.
    """

    class Meta:
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
        declared = dict(self._declare())
        self.attributes = {field.attribute: key for key, field in declared.items()}
        self.fields = {key: field for key, field in declared.items() if key in reading.columns}
        self._cleaners: list[tuple[str, str, Callable[[str], Any]]] = [
            (key, field.attribute, field.widget.clean) for key, field in self.fields.items()
        ]
        # The same few values come again and again in a list of many cards.
        self._loadable = lru_cache(maxsize=5_000)(self._checked_value)

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
            (columns.TYPE, "account_type", type_),
            (columns.START, "start_date", widgets.StartWidget(self.reading)),
            (columns.END, "end_date", widgets.EndWidget(self.reading)),
            (columns.EMAIL, "email", widgets.EmailWidget()),
            (columns.DESCRIPTION, "description", widgets.DescriptionWidget()),
            (columns.RANGE, "product_range", range_),
        ):
            yield key, fields.Field(attribute=attribute, column_name=key, widget=widget)

    def column_of(self, attribute: str) -> str:
        """Return the key of the column whose cell an error about *attribute* of the instance is about."""
        if attribute == "value":
            return next((key for key in (columns.BALANCE, columns.INITIAL) if key in self.reading.columns), "")
        return self.attributes.get(attribute, "")

    # --- Hooks of django-import-export -----------------------------------------------------------------

    def init_instance(self, row: Any = None) -> Card:
        return Card(account_type=self.batch.account_type_id, product_range=self.options.product_range)

    def import_instance(self, instance: Card, row: Any, **kwargs: Any) -> None:
        errors: dict[str, Any] = {}
        for key, attribute, clean in self._cleaners:
            try:
                setattr(instance, attribute, clean(row[key]))
            except ValueError as error:
                errors[attribute] = ValidationError(str(error))
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

    def skip_row(self, instance: Card, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        return bool(instance.condition) and self.options.treatment[instance.condition] == SKIP

    def validate_instance(
        self, instance: Card, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        errors = dict(import_validation_errors or {})
        if instance.start_date and instance.end_date and instance.start_date >= instance.end_date:
            errors.setdefault("end_date", [ValidationError(_("The card would end before it starts."))])
        if errors:
            raise ValidationError(errors)

    def save_instance(self, instance: Card, is_create: bool, row: Any, **kwargs: Any) -> None:
        """Save nothing: `load` writes all accounts of a batch together."""

    def save_m2m(self, instance: Card, row: Any, **kwargs: Any) -> None:
        """There are none."""

    # --- What a row means -------------------------------------------------------------------------------

    def _complete(self, card: Card) -> None:
        """Fill what the row leaves open from the batch's options."""
        card.account_type = card.account_type or self.batch.account_type_id
        card.product_range = card.product_range or self.options.product_range
        card.start_date = card.start_date or self.start
        card.end_date = card.end_date or self.end
        card.description = card.description or self.options.description
        if self.options.generate_codes:
            card.code = None

    def _value(self, card: Card) -> Decimal:
        """Return what is left on the card: never its first value if the file tells the difference."""
        value = card.value_left
        if columns.BALANCE in self.reading.columns:
            if value is None and self.reading.empty_balance_is_unused:
                value = card.value_first
        elif card.value_first is not None:
            value = card.value_first - (card.value_used or 0)
        if value is None:
            raise ValueError(_("The value is missing."))
        return self._loadable(value)

    def _checked_value(self, value: Decimal) -> Decimal:
        """Return *value* as an amount that a new card can start with; zero is left to the conditions."""
        if value == 0:
            return ZERO
        try:
            amount = amount_of(value, self.batch.currency)
            limits.check_load(amount, self.batch.currency)
            limits.check_initial(amount, self.batch.currency)
        except AccountException as error:
            raise ValueError(str(error)) from None
        return amount

    def _condition(self, card: Card, errors: dict[str, Any]) -> str:
        if card.is_test:
            return TEST
        if card.condition in (CANCELLED, EXPIRED):
            return card.condition
        if card.end_date and card.end_date <= self.now:
            return EXPIRED
        if "value" not in errors and not errors.keys() & {"value_left", "value_first"} and not card.value:
            return EMPTY
        if card.condition == EMPTY:
            # Said to be used up, but there is value left: one of the two is wrong.
            errors["condition"] = ValidationError(_("The status says that the card is used up, but value is left."))
            return ""
        if card.is_redeemable is False or card.condition == DISABLED:
            return DISABLED
        return ""

    def _treat(self, card: Card, errors: dict[str, Any]) -> None:
        if not card.condition:
            return
        treatment = self.options.treatment[card.condition]
        if treatment == FREEZE:
            card.status = Account.FROZEN
        elif treatment != SKIP:
            attribute = {EXPIRED: "end_date", EMPTY: "value", TEST: "is_test"}.get(card.condition, "condition")
            errors[attribute] = ValidationError(
                _("%s are refused, as chosen for this import.") % CONDITIONS[card.condition]
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
