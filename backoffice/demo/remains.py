"""Deployment checks that find a demo in production: its payment, people and cards (also run by `make serve`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from django.contrib.sites.models import Site
from django.core.checks import CheckMessage, Info
from django.core.checks import Error as CheckError
from django.db import Error as DatabaseError
from django.db import connection

from backoffice.demo import catalogue, known_cards, people

#: Of system checks: `manage.py check --deploy --tag demo`.
TAG = "demo"

_PLACEHOLDER = "backoffice.shop.demo_card."


def check_demo(**kwargs: Any) -> list[CheckMessage]:
    """Refuse to deploy what pays without money, or lets in whoever knows the demo."""
    return [*_placeholders(), *_remains()]


def _placeholders() -> Iterator[CheckMessage]:
    if settings.DEMO:
        yield CheckError(
            "This is a demo (DEMO, or DEBUG): orders and gift cards are paid by a card that does not exist.",
            hint="Set DEBUG=0 and DEMO=0, and give the shop a payment method of its own.",
            id="backoffice.E001",
        )
        return
    for name in ("ACCOUNTS_CANCEL_REMAINDER", "ACCOUNTS_REFUND_REMAINDER"):
        if str(getattr(settings, name, None)).startswith(_PLACEHOLDER):
            yield CheckError(
                f"{name} is the demo card's: it gives nothing back to anybody.",
                hint="Name a function of your own payment method, or None to have staff refund by hand.",
                id="backoffice.E002",
            )


def _remains() -> Iterator[CheckMessage]:
    """Look for a demo in the database, as far as there is one."""
    try:
        if not _has_tables():
            return
        with_password, cards = _people_with_the_password(), known_cards.exist()
        unnamed = Site.objects.filter(pk=settings.SITE_ID, domain=catalogue.UNNAMED_SITE).exists()
    except DatabaseError as error:
        yield Info(
            f"The database cannot be asked whether a demo was made in it: {error}",
            hint="Run this again when it answers.",
            id="backoffice.I005",
        )
        return
    if with_password:
        yield CheckError(
            f"The demo's password, which everybody knows, opens the accounts of {', '.join(with_password)}.",
            hint="Use a database in which no demo was made, or delete these users.",
            id="backoffice.E003",
        )
    if cards:
        yield CheckError(
            "The demo's gift cards are in the database: everybody knows their codes, and nobody paid for them.",
            hint="Use a database in which no demo was made.",
            id="backoffice.E004",
        )
    if unnamed:
        yield Info(
            f"The Site is called {catalogue.UNNAMED_SITE}: links in mails lead there, unless SHOP_URL is set.",
            hint="Give it the name and the domain of the shop, in the back office under Sites.",
            id="backoffice.I004",
        )


def _has_tables() -> bool:
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        # Asking SQLite would make the file.
        if not (Path(name).exists() or connection.connection):
            return False
    return {get_user_model()._meta.db_table, "accounts_ledger_account", "django_site"} <= set(
        connection.introspection.table_names()
    )


def _people_with_the_password() -> list[str]:
    names = [person.username for person in (*people.STAFF, *people.CUSTOMERS)]
    users = get_user_model()._default_manager.filter(username__in=names, is_active=True).order_by("username")
    found = list(users.values_list("username", "password"))
    # Checking is slow by intention, and the demo's people share one hash.
    known = {encoded for encoded in {encoded for _name, encoded in found} if _is_published(encoded)}
    return [name for name, encoded in found if encoded in known]


def _is_published(encoded: str) -> bool:
    return check_password(people.DEMO_PASSWORD, encoded)
