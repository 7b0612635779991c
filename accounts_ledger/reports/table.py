"""What a report returns: tables of rows, with what proves them and what draws them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

#: How a column's values are written. Money is a Decimal in the report's currency, share a fraction of one.
Kind = Literal["text", "money", "number", "date", "moment", "share"]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    title: Any
    kind: Kind = "text"

    @property
    def is_figure(self) -> bool:
        return self.kind in ("money", "number", "share")


@dataclass(slots=True)
class Row:
    """One line: values by column name, and for some of them where a click leads (a report's slug and parameters)."""

    values: dict[str, Any]
    drill: dict[str, Drill] = field(default_factory=dict)
    level: Literal["row", "subtotal", "total"] = "row"


@dataclass(frozen=True, slots=True)
class Drill:
    """Where a figure comes from: another report, or the page of an account or transfer."""

    to: Literal["report", "account", "transfer"]
    target: str | int
    parameters: dict[str, Any] = field(default_factory=dict)


class Rows(Protocol):
    """Rows that can be counted, paged and streamed; a list is one."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Row]: ...
    def __getitem__(self, key: slice, /) -> Sequence[Row]: ...


@dataclass(slots=True)
class Table:
    title: Any
    columns: Sequence[Column]
    rows: Rows
    total: Row | None = None
    note: Any = ""
    #: What stands before the first row, on the first page: a statement's opening balance.
    opening: Row | None = None

    def all_rows(self) -> Iterator[Row]:
        """Yield every row in order, from the opening to the total, as files have them."""
        if self.opening:
            yield self.opening
        yield from self.rows
        if self.total:
            yield self.total


@dataclass(frozen=True, slots=True)
class Proof:
    """Figures that must be equal, reached in different ways."""

    claim: Any
    figures: Sequence[tuple[Any, Any]]

    @property
    def holds(self) -> bool:
        return len({figure for _label, figure in self.figures}) == 1


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines (or bars) over common labels."""

    title: Any
    labels: Sequence[str]
    series: Sequence[tuple[Any, Sequence[Any]]]
    kind: Literal["line", "bar"] = "line"


@dataclass(slots=True)
class Result:
    tables: list[Table]
    proofs: list[Proof] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)


def total_row(rows: Sequence[Row], columns: Sequence[Column], label: Any, level: Any = "total") -> Row:
    """Return the sums of *rows* over the money and number columns, labelled in the first column."""
    values: dict[str, Any] = {columns[0].name: label}
    for column in columns[1:]:
        if column.kind in ("money", "number"):
            values[column.name] = sum((row.values.get(column.name) or 0 for row in rows), 0 * _one(column))
    return Row(values, level=level)


def _one(column: Column) -> Any:
    from accounts_ledger.money import ZERO

    return ZERO if column.kind == "money" else 0
