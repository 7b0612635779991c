"""The dry run: every row of a file is read and checked, and nothing is written but the batch's own figures."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace

from django.contrib.auth import get_user_model
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.results import RowResult

from accounts_ledger.imports import columns, content, limits, masking, questions, table
from accounts_ledger.imports.card import Card, CardRow
from accounts_ledger.imports.codes_in_use import already_in_use, codes_in_use
from accounts_ledger.imports.errors import UndecidedError, UnreadableFile
from accounts_ledger.imports.first_rows import FirstRows
from accounts_ledger.imports.job import Job
from accounts_ledger.imports.left_out import LeftOut, bare_at_the_end
from accounts_ledger.imports.options import Options
from accounts_ledger.imports.reading import Reading
from accounts_ledger.imports.remarks import Remarks
from accounts_ledger.imports.resource import GiftCardResource
from accounts_ledger.imports.signs import UnusedColumns
from accounts_ledger.imports.totals import Totals
from accounts_ledger.models import BatchProblem, GiftCardBatch

logger = logging.getLogger("accounts_ledger")

#: A row without errors: its number, the card that it was read as, its cells.
Good = tuple[int, Card, list[str]]


def check(job: Job) -> None:
    """Check every row of the job's batch, keep the good ones ready to load and the errors ready to be shown.

    Raises:
        UnreadableFile: the file as a whole cannot be read as its `Reading` says, or questions about it are open.
        Cancelled, RunLost: see `Job.progress`.
    """
    batch = job.batch
    content.forget_rows(batch)
    BatchProblem.objects.filter(batch=batch).delete()
    checker = _Checker(batch)
    if checker.reading.asked:
        raise UnreadableFile(questions.in_words(checker.reading))
    if not {columns.BALANCE, columns.INITIAL} & set(checker.reading.columns):
        raise UnreadableFile(_("No column was recognised as the value of the cards. Change how the file is read."))
    with content.open_file(batch) as file, closing(FirstRows()) as first_rows:
        try:
            rows = table.rows(file, checker.reading, checker.left_out.counts)
            number = 0
            for number, chunk in enumerate(_chunks(rows, limits.CHUNK), 1):
                content.store_rows(batch, number - 1, checker.check(chunk, first_rows))
                job.progress(checker.rows)
        except UndecidedError as undecided:
            checker.ask({undecided.key: undecided.text})
        content.store_rows(batch, number, checker.finish())
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
            **checker.remarks.as_json(),
            "skipped": checker.skipped,
            "frozen": checker.frozen_as,
            "left_out": dict(checker.left_out.counts),
        },
        date_checked=timezone.now(),
    )


class _Checker:
    def __init__(self, batch: GiftCardBatch) -> None:
        self.batch = batch
        self.reading = Reading.from_json(batch.options["reading"])
        self.options = Options.from_json(batch.options["choices"])
        self.resource = GiftCardResource(batch, self.reading, self.options)
        self.width = len(self.reading.columns)
        self.code_at = self.reading.columns.index(columns.CODE) if columns.CODE in self.reading.columns else None
        self.hidden = masking.code_columns(batch.options)
        self.totals = Totals()
        self.remarks = Remarks(self.resource.end)
        self.left_out = LeftOut(self.reading)
        self.unused = UnusedColumns(self.reading)
        self.rows = self.frozen = self.problems = 0
        self.skipped: dict[str, int] = {}
        self.frozen_as: dict[str, int] = {}
        #: A row with a value and no code, which is an error if it turns out to be the only one, and the last.
        self.held: Good | None = None
        self.codeless = 0

    def check(self, chunk: Sequence[table.Row], first_rows: FirstRows) -> list[CardRow]:
        """Return the rows of *chunk* that are to be loaded, as `content.store_rows` keeps them."""
        problems: list[BatchProblem] = []
        good: list[Good] = []
        if self.held:
            good, self.held = [self.held], None
        self.rows += len(chunk)
        for number, cells in chunk:
            result = self._read(number, cells)
            if self.left_out.is_none(cells, self.resource.card):
                continue
            if len(cells) > self.width:
                problems.append(self._problem(number, None, cells, _too_wide(cells[self.width])))
            elif result.import_type == RowResult.IMPORT_TYPE_SKIP:
                condition = result.instance.condition
                self.skipped[condition] = self.skipped.get(condition, 0) + 1
            elif result.is_valid() and not result.errors:
                good.append((number, result.instance, cells))
            else:
                problems += self._problems(number, cells, result)
        for index in self.unused.bad_news(cells for _number, _card, cells in good):
            self.resource.undecided.setdefault(f"column:{index}", "status")
        if self.resource.undecided:
            self.ask(self.resource.undecided)
        if good and self.left_out.is_bare(good[-1][2], good[-1][1]):
            self.held = good.pop()
        taken, owners = codes_in_use(card.code for _number, card, _cells in good), _owners(good)
        repeated = first_rows.add([(number, card.code) for number, card, _cells in good if card.code])
        cards = []
        for number, card, cells in good:
            message = _duplicate(card.code, repeated.get(number), taken)
            if message:
                problems.append(self._problem(number, self.code_at, cells, message))
                continue
            cards.append(card.as_row(number, owners.get(card.email.lower())))
            self._count(card)
        self._keep(problems)
        return cards

    def finish(self) -> list[CardRow]:
        """Return the row that was held back to the end, if it is a card.

        Raises:
            UnreadableFile: the codes as a whole cannot be right.
        """
        self.remarks.refuse_rounded_codes()
        if not self.held:
            return []
        number, card, cells = self.held
        if self.left_out.coded > 1 and not self.codeless and not self.options.generate_codes:
            self._keep([self._problem(number, self.code_at, cells, bare_at_the_end())])
            return []
        self._count(card)
        return [card.as_row(number, _owners([self.held]).get(card.email.lower()))]

    def ask(self, undecided: Mapping[str, str]) -> None:
        """Note what cells turned out to depend on, so that it can be answered, and stop.

        Raises:
            UnreadableFile: always; it has the questions.
        """
        self.reading = replace(self.reading, asked=tuple(f"{key}:{text}" for key, text in undecided.items()))
        self.batch.options["reading"] = self.reading.as_json()
        self.batch.save(update_fields=["options"])
        raise UnreadableFile(questions.in_words(self.reading))

    def _read(self, number: int, cells: list[str]) -> RowResult:
        row = cells if len(cells) >= self.width else [*cells, *[""] * (self.width - len(cells))]
        # Row by row, not `import_data`: that would collect what is not needed and set a savepoint for every row.
        return self.resource.import_row(row, None, row_number=number)

    def _problems(self, number: int, cells: list[str], result: RowResult) -> Iterator[BatchProblem]:
        for error in result.errors:
            logger.error("Row %d of batch %s could not be read", number, self.batch.reference, exc_info=error.error)
            yield self._problem(number, None, cells, _("This row could not be read."))
        if result.validation_error:
            for attribute, messages in result.validation_error.message_dict.items():
                yield self._problem(number, self.resource.position_of(attribute), cells, " ".join(messages))

    def _problem(self, number: int, index: int | None, cells: list[str], message: str) -> BatchProblem:
        shown = masking.masked_cells(cells, self.hidden)
        value = shown[index] if index is not None and index < len(shown) else ""
        column = masking.masked(self._heading(index)) if index is not None else ""
        message = masking.masked_in(message, cells, self.hidden)
        return BatchProblem(batch=self.batch, row=number, column=column[:128], value=value[:128], message=message)

    def _heading(self, index: int) -> str:
        heading = self.reading.headings[index] if index < len(self.reading.headings) else ""
        return heading or str(columns.BY_KEY[self.reading.columns[index]].label)

    def _count(self, card: Card) -> None:
        self.codeless += not card.code
        self.remarks.add(card)
        self.totals.add(card.value, card.account_type)
        if card.is_frozen:
            self.frozen += 1
            self.frozen_as[card.condition] = self.frozen_as.get(card.condition, 0) + 1

    def _keep(self, problems: list[BatchProblem]) -> None:
        room = max(limits.MAX_PROBLEMS - self.problems, 0)
        self.problems += len(problems)
        BatchProblem.objects.bulk_create(sorted(problems, key=lambda problem: problem.row)[:room], batch_size=500)


def _too_wide(cell: str) -> str:
    return (
        _("The row has more cells than the header, “%s” the first. Is an amount with a comma not in quotation marks?")
        % (cell[:20])
    )


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
