from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts_ledger.exceptions import AccountException
from accounts_ledger.imports import choices, content, limits, notes, questions, run, second_person, validity
from accounts_ledger.imports.options import CHOICES, CONDITIONS, Options
from accounts_ledger.imports.reading import Answers, Reading
from accounts_ledger.imports.sniff import sniff
from accounts_ledger.imports.upload import upload
from accounts_ledger.management import reading_options
from accounts_ledger.management.day import day
from accounts_ledger.models import Account, GiftCardBatch
from accounts_ledger.money import display

_SHOWN_PROBLEMS = 50


class Command(BaseCommand):
    help = "Imports gift cards from a CSV, TSV or XLSX file: every row is checked, then all are loaded, or none."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a list of cards: CSV, TSV or XLSX")
        parser.add_argument("--source", required=True, help="the account that funds the cards, such as Bank")
        parser.add_argument("--type", required=True, help="the account type of the cards, by name or code")
        parser.add_argument("--dry-run", action="store_true", help="check only; the batch can be loaded in the admin")
        parser.add_argument(
            "--again", action="store_true", help="load even if the same file was loaded before, or waits to be"
        )
        parser.add_argument(
            "--guessable-codes", action="store_true", help="load codes that can be guessed too, such as eight figures"
        )
        parser.add_argument(
            "--short-codes",
            action="store_true",
            help="load codes of figures that are shorter than most others as they are",
        )
        parser.add_argument("--user", help="the user name of who uploads it (default: the system)")
        parser.add_argument(
            "--confirmed-by",
            metavar="USER",
            help="the user name of who had it loaded, not the one of --user (default: the system)",
        )
        parser.add_argument("--name", default="", help="what to call the batch")
        parser.add_argument("--generate-codes", action="store_true", help="make new codes for all cards")
        parser.add_argument("--start", type=day, help="first day of validity of rows without one: 2026-12-31")
        until = parser.add_mutually_exclusive_group()
        until.add_argument("--end", type=day, help="last day of validity of rows without one")
        until.add_argument("--days", type=int, help="or valid for so many days from today")
        until.add_argument("--months", type=int, help="or for so many months")
        parser.add_argument("--range", help="the product range that the cards pay for (default: all products)")
        parser.add_argument("--description", default="", help="of rows without one; shown to customers")
        reading_options.add_to(parser)
        for condition in CONDITIONS:
            treatments = [key for key, _label in CHOICES]
            parser.add_argument(f"--{condition}", choices=treatments, help=f"what to do with {condition} cards")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            second_person.check_two(options["user"], options["confirmed_by"])
            batch = self._upload(options)
            run.start_check(batch, inline=True)
            self._report(batch)
            if not options["dry_run"]:
                self._load(batch, options)
        except AccountException as refusal:
            raise CommandError(str(refusal)) from refusal

    def _upload(self, options: dict[str, Any]) -> GiftCardBatch:
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        if not os.access(file, os.R_OK):
            raise CommandError(f"The user that this runs as may not read {file}.")
        treatment = {key: options[key] for key in CONDITIONS if options[key]}
        source = choices.source(options["source"])
        return upload(
            _pieces(file),
            file_name=file.name,
            source=source,
            account_type=choices.account_type(options["type"]),
            options=Options(
                generate_codes=options["generate_codes"],
                treatment={**Options().treatment, **treatment},
                start=options["start"],
                end=validity.last_day(end=options["end"], days=options["days"], months=options["months"]),
                product_range=choices.product_range(options["range"]),
                description=options["description"],
            ),
            answers=self._answers(file, source, options),
            name=options["name"],
            user=choices.user(options["user"]),
        )

    def _answers(self, path: Path, source: Account, options: dict[str, Any]) -> Answers:
        """Return how the file is to be read: by the options, and by what whoever sits at a terminal says.

        Before anything is kept: a question that nobody answers leaves nothing behind.
        """
        if path.stat().st_size > limits.MAX_BYTES:
            raise CommandError(content.too_large())
        with path.open("rb") as file:
            first = reading_options.answers(options)
            reading = sniff(file, source.currency, first)
            answers = reading_options.with_columns(first, options, reading)
            reading = sniff(file, source.currency, answers)
            while reading.asked and sys.stdin.isatty() and self.stdout.isatty():
                answers = reading_options.ask(questions.of(reading)[0], answers)
                reading = sniff(file, source.currency, answers)
        if reading.asked:
            raise CommandError(reading_options.unanswered(reading))
        return answers

    def _report(self, batch: GiftCardBatch) -> None:
        self.stdout.write(
            f"{batch.reference}: {batch.rows:,} rows, {batch.cards:,} cards, {display(batch.value, batch.currency)},"
            f" {batch.skipped:,} skipped, {batch.problems_found:,} errors."
        )
        if batch.state != GiftCardBatch.State.CHECKED:
            reading = Reading.from_json(batch.options["reading"])
            raise CommandError(reading_options.unanswered(reading) if reading.asked else batch.message)
        for note in notes.about(batch):
            self.stdout.write(f"- {note}")
        for problem in batch.problems.all()[:_SHOWN_PROBLEMS]:
            where = f", {problem.column} {problem.value!r}" if problem.column else ""
            self.stderr.write(f"Row {problem.row}{where}: {problem.message}")
        if batch.guessable_codes:
            self.stderr.write(
                f"{batch.guessable_codes:,} of the codes can be guessed: they are too short or too regular."
            )
        if batch.problems_found:
            raise CommandError(f"Nothing was loaded: the file has {batch.problems_found:,} errors.")

    def _load(self, batch: GiftCardBatch, options: dict[str, Any]) -> None:
        same = GiftCardBatch.objects.filter(checksum=batch.checksum).exclude(pk=batch.pk).order_by("pk")
        earlier = next((other for other in same if other.date_loaded or other.is_loadable), None)
        if earlier and not options["again"]:
            raise CommandError(
                f"The same file was loaded, or waits to be, as {earlier.reference}. If that is meant: --again."
            )
        if batch.guessable_codes and not options["guessable_codes"]:
            raise CommandError(
                f"Nothing was loaded: {batch.guessable_codes:,} of the codes can be guessed. If they are to be loaded"
                " all the same: --guessable-codes. For new codes instead: --generate-codes."
            )
        shorter = int(batch.totals.get("shorter_codes", 0))
        if shorter and not (options["short_codes"] or options["generate_codes"]):
            raise CommandError(
                f"Nothing was loaded: {shorter:,} of the codes of figures are shorter than most others. Has a"
                " spreadsheet taken their leading zeros away? If they are right: --short-codes."
            )
        run.start_load(
            batch,
            choices.user(options["confirmed_by"]),
            inline=True,
            remark=second_person.confirmed_by_command(),
            guessable_codes=options["guessable_codes"],
        )
        if batch.state != GiftCardBatch.State.LOADED:
            raise CommandError(batch.message)
        self.stdout.write(f"{batch.cards:,} cards loaded from {batch.source}.")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            yield piece
