from __future__ import annotations

import argparse
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts_ledger.exceptions import AccountException
from accounts_ledger.imports import choices, issue, run, second_person, validity
from accounts_ledger.imports.options import Options
from accounts_ledger.management.day import day
from accounts_ledger.models import GiftCardBatch
from accounts_ledger.money import display


class Command(BaseCommand):
    help = "Issues a number of gift cards of the same value, as one batch: all or none."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("count", type=int, help="how many cards")
        parser.add_argument("amount", help="the value of each card, in units of the source's currency: 25 or 12.50")
        parser.add_argument("--source", required=True, help="the account that funds the cards, such as Bank")
        parser.add_argument("--type", required=True, help="the account type of the cards, by name or code")
        parser.add_argument("--user", help="the user name of who drafts them (default: the system)")
        parser.add_argument(
            "--confirmed-by",
            metavar="USER",
            help="the user name of who had them issued, not the one of --user (default: the system)",
        )
        parser.add_argument("--name", default="", help="what to call the batch")
        parser.add_argument("--start", type=day, help="first day of validity: 2026-12-31")
        until = parser.add_mutually_exclusive_group()
        until.add_argument("--end", type=day, help="last day of validity")
        until.add_argument("--days", type=int, help="or valid for so many days from today")
        until.add_argument("--months", type=int, help="or for so many months")
        parser.add_argument("--range", help="the product range that the cards pay for (default: all products)")
        parser.add_argument("--description", default="", help="shown to customers")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            amount = Decimal(options["amount"])
        except InvalidOperation:
            raise CommandError(f"{options['amount']} is not an amount.") from None
        try:
            second_person.check_two(options["user"], options["confirmed_by"])
            batch = issue.draft(
                options["count"],
                amount,
                source=choices.source(options["source"]),
                account_type=choices.account_type(options["type"]),
                options=Options(
                    generate_codes=True,
                    start=options["start"],
                    end=validity.last_day(end=options["end"], days=options["days"], months=options["months"]),
                    product_range=choices.product_range(options["range"]),
                    description=options["description"],
                ),
                name=options["name"],
                user=choices.user(options["user"]),
            )
            run.start_load(
                batch, choices.user(options["confirmed_by"]), inline=True, remark=second_person.confirmed_by_command()
            )
        except AccountException as refusal:
            raise CommandError(str(refusal)) from refusal
        if batch.state != GiftCardBatch.State.LOADED:
            raise CommandError(batch.message)
        value = display(batch.value, batch.currency)
        self.stdout.write(f"{batch.reference}: {batch.cards:,} cards issued, {value} from {batch.source}.")
