from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts_ledger import chart, conf
from accounts_ledger.money import display
from backoffice.demo import catalogue, fresh_database, history, known_cards, people
from backoffice.demo.people import DEMO_PASSWORD


class Command(BaseCommand):
    help = (
        "Creates users for each role, a small shop and several months of ledger history to try everything out with. "
        "Safe to repeat: what is there already is left alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="The port of the URLs that are printed.")
        parser.add_argument(
            "--force",
            action="store_true",
            help="Create the demo although DEBUG is off. The users then get a random password, which is printed.",
        )
        parser.add_argument("--no-index", action="store_true", help="Leave the product search as it is.")
        parser.add_argument(
            "--migrate",
            action="store_true",
            help="Migrate the database first; an empty one is given the tables of today at once.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "This is no demo: its people, goods and cards would let anybody in and pay for anything. "
                "Set DEMO=1, and never for a database that a real shop uses."
            )
        if not settings.DEBUG and not options["force"]:
            raise CommandError(
                "This is a production installation (DEBUG is off): demo users would let anybody in. "
                "Use --force if you are sure."
            )
        if options["migrate"]:
            fresh_database.create_tables(connection)
            call_command("migrate", verbosity=0)
        password = DEMO_PASSWORD if settings.DEBUG else secrets.token_urlsafe(12)
        people_are_new = not people.are_complete()
        chart.init()
        catalogue.name_site(options["port"])
        users = people.create(password)
        self._report("products", catalogue.create())
        self._write_history(users)
        if not options["no_index"]:
            call_command("rebuild_index", interactive=False, verbosity=0)
        self._print_cards()
        self._print_logins(password if settings.DEBUG or people_are_new else None)
        self._print_urls(options["port"])

    def _write_history(self, users: Any) -> None:
        try:
            self._report("transfers", history.create(users))
        except history.LedgerInUse as refusal:
            self.stderr.write(self.style.WARNING(str(refusal)))

    def _report(self, what: str, count: int) -> None:
        self.stdout.write(f"Created {count} {what}." if count else f"No new {what}: they are there already.")

    def _print_cards(self) -> None:
        if not known_cards.exist():
            return
        currency = conf.default_currency()
        self._heading("Gift cards to try at checkout")
        for card in known_cards.ALL:
            self.stdout.write(f"  {card.code}   {display(card.value, currency):>8}   {card.about}")

    def _print_logins(self, password: str | None) -> None:
        self._heading("Logins (admin: the name; shop: the e-mail address)")
        for person in (*people.STAFF, *people.CUSTOMERS[:2]):
            role = "Superuser" if person.is_superuser else person.role or "Customer"
            self.stdout.write(f"  {person.username:<10} {person.email:<24} {role}")
        self.stdout.write(f"  Password of all of them: {password or 'as printed when they were created'}")

    def _print_urls(self, port: int) -> None:
        self._heading("Where to go")
        self.stdout.write(f"  Back office  http://localhost:{port}/admin/")
        self.stdout.write(f"  Shop         http://localhost:{port}/")

    def _heading(self, text: str) -> None:
        self.stdout.write("\n" + self.style.MIGRATE_HEADING(text))
