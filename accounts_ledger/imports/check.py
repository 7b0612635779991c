"""The dry run: every row of a file is read and checked, and nothing is written but the batch's own figures."""

from __future__ import annotations

import itertools
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.results import RowResult

from accounts_ledger import codes
from accounts_ledger.imports import columns, content, limits, table
from accounts_ledger.imports.card import Card
from accounts_ledger.imports.codes_in_use import already_in_use, codes_in_use
from accounts_ledger.imports.errors import UnreadableFile
from accounts_ledger.imports.first_rows import FirstRows
from accounts_ledger.imports.job import Job
from accounts_ledger.imports.options import Options
from accounts_ledger.imports.reading import Reading
from accounts_ledger.imports.resource import GiftCardResource
from accounts_ledger.imports.totals import Totals
from accounts_ledger.models import BatchProblem, GiftCardBatch

logger = logging.getLogger("accounts_ledger")

#: A row without errors: its number, the card that it was read as, its cells.
Good = tuple[int, Card, list[str]]


def check(job: Job) -> None:
    """Check every row of the job's batch, keep the good ones ready to load and the errors ready to be shown.

    Raises:
        UnreadableFile: the file as a whole cannot be read as its `Reading` says.
        Cancelled, RunLost: see `Job.progress`.
    """
    batch = job.batch
    content.forget_rows(batch)
    BatchProblem.objects.filter(batch=batch).delete()
    checker = _Checker(batch)
    if not {columns.BALANCE, columns.INITIAL} & set(checker.reading.columns):
        raise UnreadableFile(_("No column was recognised as the value of the cards. Change how the file is read."))
    with content.open_file(batch) as file, closing(FirstRows()) as first_rows:
        rows = table.rows(file, checker.reading)
        for number, chunk in enumerate(_chunks(rows, limits.CHUNK)):
            content.store_rows(batch, number, checker.check(chunk, first_rows))
            job.progress(checker.rows)
    job.finish(
        GiftCardBatch.State.CHECKED,
        rows=checker.rows,
        processed=checker.rows,
        cards=checker.totals.count,
        frozen=checker.frozen,
        skipped=sum(checker.skipped.values()),
        problems_found=checker.problems,
        totals={
            **checker.totals.as_json(),
            "skipped": checker.skipped,
            "frozen": checker.frozen_as,
            "shorter_codes": checker.shorter_codes(),
            "guessable_codes": checker.guessable,
        },
        date_checked=timezone.now(),
    )


class _Checker:
    def __init__(self, batch: GiftCardBatch) -> None:
        self.batch = batch
        self.reading = Reading.from_json(batch.options["reading"])
        self.options = Options.from_json(batch.options["choices"])
        self.resource = GiftCardResource(batch, self.reading, self.options)
        self.positions = [(index, key) for index, key in enumerate(self.reading.columns) if key]
        self.headings = dict(_headings(self.reading))
        self.totals = Totals()
        self.rows = self.frozen = self.problems = self.guessable = 0
        self.skipped: dict[str, int] = {}
        self.frozen_as: dict[str, int] = {}
        self.lengths: Counter[int] = Counter()

    def check(self, chunk: Sequence[table.Row], first_rows: FirstRows) -> list[Any]:
        """Return the rows of *chunk* that are to be loaded, as `content.store_rows` keeps them."""
        problems: list[BatchProblem] = []
        good: list[Good] = []
        self.rows += len(chunk)
        for (number, cells), result in zip(chunk, self._results(chunk), strict=True):
            if result.import_type == RowResult.IMPORT_TYPE_SKIP:
                condition = result.instance.condition
                self.skipped[condition] = self.skipped.get(condition, 0) + 1
            elif result.is_valid() and not result.errors:
                good.append((number, result.instance, cells))
            else:
                problems += self._problems(number, cells, result)
        taken, owners = codes_in_use(card.code for _number, card, _cells in good), _owners(good)
        repeated = first_rows.add([(number, card.code) for number, card, _cells in good if card.code])
        cards = []
        for number, card, cells in good:
            message = _duplicate(card.code, repeated.get(number), taken)
            if message:
                problems.append(self._problem(number, columns.CODE, cells, message))
                continue
            cards.append(card.as_row(number, owners.get(card.email.lower())))
            self._count(card)
        self._keep(problems)
        return cards

    def _results(self, chunk: Sequence[table.Row]) -> Iterator[RowResult]:
        for number, cells in chunk:
            row = {key: cells[index] if index < len(cells) else "" for index, key in self.positions}
            # Row by row, not `import_data`: that would collect what is not needed and set a savepoint for every row.
            yield self.resource.import_row(row, None, row_number=number)

    def _problems(self, number: int, cells: list[str], result: RowResult) -> Iterator[BatchProblem]:
        for error in result.errors:
            logger.error("Row %d of batch %s could not be read", number, self.batch.reference, exc_info=error.error)
            yield self._problem(number, "", cells, _("This row could not be read."))
        if result.validation_error:
            for attribute, messages in result.validation_error.message_dict.items():
                key = self.resource.column_of(attribute)
                yield self._problem(number, key, cells, " ".join(messages))

    def _problem(self, number: int, key: str, cells: list[str], message: str) -> BatchProblem:
        index = next((index for index, column in self.positions if column == key), None)
        value = cells[index] if index is not None and index < len(cells) else ""
        if key == columns.CODE:
            value = codes.mask(value)
        return BatchProblem(
            batch=self.batch, row=number, column=self.headings.get(key, "")[:128], value=value[:128], message=message
        )

    def shorter_codes(self) -> int:
        """How many codes of figures are shorter than nearly all others: spreadsheets take leading zeros away."""
        if len(self.lengths) < 2:
            return 0
        usual, count = self.lengths.most_common(1)[0]
        shorter = sum(number for length, number in self.lengths.items() if length < usual)
        return shorter if count > 5 * shorter else 0

    def _count(self, card: Card) -> None:
        if card.code and codes.can_be_guessed(card.code):
            self.guessable += 1
        if card.code and card.code.isdecimal():
            self.lengths[len(card.code)] += 1
        self.totals.add(card.value, card.account_type)
        if card.is_frozen:
            self.frozen += 1
            self.frozen_as[card.condition] = self.frozen_as.get(card.condition, 0) + 1

    def _keep(self, problems: list[BatchProblem]) -> None:
        room = max(limits.MAX_PROBLEMS - self.problems, 0)
        self.problems += len(problems)
        BatchProblem.objects.bulk_create(sorted(problems, key=lambda problem: problem.row)[:room], batch_size=500)


def _headings(reading: Reading) -> Iterator[tuple[str, str]]:
    for index, key in enumerate(reading.columns):
        if key:
            heading = reading.headings[index] if index < len(reading.headings) else ""
            yield key, heading or str(columns.BY_KEY[key].label)


def _duplicate(code: str | None, first: int | None, taken: dict[str, str]) -> str | None:
    if first:
        return _("The same code is in row %s.") % f"{first:,}"
    if code in taken:
        return already_in_use(taken[code])
    return None


def _owners(good: Sequence[Good]) -> dict[str, int]:
    emails = {card.email.lower() for _number, card, _cells in good if card.email}
    if not emails:
        return {}
    users = get_user_model()._default_manager.annotate(lower=Lower("email")).filter(lower__in=emails, is_active=True)
    return dict(users.order_by("-pk").values_list("lower", "pk"))


def _chunks(rows: Iterable[table.Row], size: int) -> Iterator[list[table.Row]]:
    iterator = iter(rows)
    while chunk := list(itertools.islice(iterator, size)):
        yield chunk
