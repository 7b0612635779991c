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
from accounts_ledger.imports.card_words import PARTLY
from accounts_ledger.imports.errors import UndecidedError
from accounts_ledger.imports.options import (
    CANCELLED,
    CONDITIONS,
    DISABLED,
    EMPTY,
    EXPIRED,
    FREEZE,
    SKIP,
    SPENT,
    TEST,
    Options,
)
from accounts_ledger.imports.reading import Reading
from accounts_ledger.models import Account, GiftCardBatch
from accounts_ledger.money import ZERO, amount_of

#: How errors name the cell that they are about: by the position of its column.
_COLUMN = "column_"
#: What says that a card is not simply good, the worst first: of several, that one counts.
_WORST_FIRST = (CANCELLED, EXPIRED, EMPTY, DISABLED, PARTLY, "")


class GiftCardResource(resources.Resource):
    """One per batch: rows are the cells of the file, by the position of their column.

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
        self.attributes = {field.attribute: key for key, field in reversed(declared.items())}
        self.fields = {key: field for key, field in declared.items() if key in reading.columns}
        self._cleaners: list[tuple[int, str, Callable[[str], Any]]] = [
            (index, declared[key].attribute, declared[key].widget.clean)
            for index, key in enumerate(reading.columns)
            if key
        ]
        self.has_balance = columns.BALANCE in reading.columns
        #: The card of the row that was read last, whether or not it is good.
        self.card = self.init_instance()
        #: Questions that cells turned out to depend on, with the cell.
        self.undecided: dict[str, str] = {}
        # The same few values come again and again in a list of many cards.
        self._loadable = lru_cache(maxsize=5_000)(self._checked_value)

    def _declare(self) -> Any:
        amount = widgets.AmountWidget(self.reading, self.batch.currency)
        type_ = widgets.NamedWidget(_account_types(), _("There is no such account type below Deferred income."))
        range_ = widgets.NamedWidget(_ranges(), _("There is no such product range."))
        for key, attribute, widget in (
            (columns.CODE, "code", widgets.CodeWidget()),
            (columns.BALANCE, "value_left", amount),
            (columns.INITIAL, "value_first", amount),
            (columns.USED, "value_used", widgets.UsedWidget(self.reading, self.batch.currency)),
            (columns.CURRENCY, "currency", widgets.CurrencyWidget(self.batch.currency)),
            (columns.STATUS, "condition", widgets.ConditionWidget()),
            (columns.ACTIVE, "condition", widgets.ActiveWidget()),
            (columns.CANCELLED, "condition", widgets.SignWidget(CANCELLED)),
            (columns.DISABLED, "condition", widgets.SignWidget(DISABLED)),
            (columns.EXPIRED, "condition", widgets.SignWidget(EXPIRED)),
            (columns.SPENT, "condition", widgets.SignWidget(PARTLY)),
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

    def position_of(self, attribute: str) -> int | None:
        """Return the position of the column whose cell an error about *attribute* of the card is about."""
        if attribute.startswith(_COLUMN):
            return int(attribute.removeprefix(_COLUMN))
        wanted: tuple[str, ...]
        if attribute == "value":
            wanted = columns.AMOUNTS
        elif attribute == "condition":
            wanted = tuple(columns.SIGNS)
        else:
            wanted = (self.attributes.get(attribute, ""),)
        return next((self.reading.columns.index(key) for key in wanted if key and key in self.reading.columns), None)

    # --- Hooks of django-import-export -----------------------------------------------------------------

    def init_instance(self, row: Any = None) -> Card:
        self.card = Card(account_type=self.batch.account_type_id, product_range=self.options.product_range)
        return self.card

    def import_instance(self, instance: Card, row: Any, **kwargs: Any) -> None:
        errors: dict[str, Any] = {}
        said = [""]
        values_known = True
        for index, attribute, clean in self._cleaners:
            try:
                value = clean(row[index])
            except UndecidedError as undecided:
                self.undecided.setdefault(undecided.key, undecided.text)
                errors[f"{_COLUMN}{index}"] = ValidationError(str(undecided))
            except ValueError as error:
                errors[f"{_COLUMN}{index}"] = ValidationError(str(error))
                values_known = values_known and not attribute.startswith("value_")
            else:
                if attribute != "condition":
                    setattr(instance, attribute, value)
                    if attribute == "is_test" and value:
                        said.append(TEST)
                elif value:
                    said.append(value)
        self._complete(instance)
        if values_known:
            try:
                instance.value = self._value(instance)
            except ValueError as error:
                values_known = False
                errors["value"] = ValidationError(str(error))
        instance.condition = self._condition(instance, said, errors, values_known)
        self._treat(instance, errors)
        if errors:
            raise ValidationError(errors)

    def skip_row(self, instance: Card, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        return bool(instance.condition) and self.options.treatment_of(instance.condition) == SKIP

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
        if self.has_balance:
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

    def _condition(self, card: Card, said: list[str], errors: dict[str, Any], values_known: bool) -> str:
        """Return what the card is, other than good: by what the row *said*, by its end, and by what is left on it."""
        if TEST in said:
            return TEST
        worst = "" if len(said) == 1 else next(condition for condition in _WORST_FIRST if condition in said)
        if worst in (CANCELLED, EXPIRED):
            return worst
        if card.end_date and card.end_date <= self.now:
            return EXPIRED
        if values_known and not card.value:
            return EMPTY
        rest_is_known = card.value_left is not None or card.value_used is not None
        if worst == EMPTY:
            if not rest_is_known:
                return EMPTY
            # Said to be used up, but there is value left: one of the two is wrong.
            errors["condition"] = ValidationError(_("The status says that the card is used up, but value is left."))
            return ""
        if PARTLY in said and not rest_is_known:
            return SPENT
        if card.is_redeemable is False or worst == DISABLED:
            return DISABLED
        return ""

    def _treat(self, card: Card, errors: dict[str, Any]) -> None:
        if not card.condition:
            return
        treatment = self.options.treatment_of(card.condition)
        if treatment == FREEZE:
            card.status = Account.FROZEN
        elif treatment != SKIP:
            attribute = {EXPIRED: "end_date", EMPTY: "value", TEST: "is_test"}.get(card.condition, "condition")
            message = (
                _("The card was used, and nothing says how much is left on it.")
                if card.condition == SPENT
                else _("%s are refused, as chosen for this import.") % CONDITIONS[card.condition]
            )
            errors[attribute] = ValidationError(message)


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
