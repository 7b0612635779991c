"""Settings come from the environment, and production does not start with what only development may have."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from backoffice import database, settings
from tests.backoffice.production import PRODUCTION

ROOT = Path(__file__).parent.parent.parent


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py with *environment* and nothing else but the path of programs."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_every_variable_that_the_settings_read_is_listed_in_the_example():
    read = set(re.findall(r'env(?:\.\w+)?\("([A-Z_]+)"', (ROOT / "backoffice" / "settings.py").read_text()))
    listed = set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert read == listed


def test_every_variable_that_the_settings_read_is_in_the_operators_handbook():
    read = set(re.findall(r'env(?:\.\w+)?\("([A-Z_]+)"', (ROOT / "backoffice" / "settings.py").read_text()))
    handbook = (ROOT / "docs" / "operators.md").read_text()
    table = handbook.partition("## Environment")[2].partition("\n## ")[0]
    named = {name for row in re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}

    assert named == read


def test_production_passes_the_deployment_checks_without_a_warning():
    result = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("more", [{"DEMO": "1"}, {"DEBUG": "1"}])
def test_a_demo_does_not_pass_the_deployment_checks(more):
    result = manage("check", "--deploy", **(PRODUCTION | more))

    assert result.returncode != 0
    assert "backoffice.E001" in result.stderr


@pytest.mark.parametrize(
    ("said", "is_demo"),
    [({}, False), ({"DEMO": "1"}, True), ({"DEBUG": "1"}, True), ({"DEBUG": "1", "DEMO": "0"}, False)],
)
def test_what_is_no_development_is_a_demo_only_if_it_says_so(said, is_demo):
    asked = "from django.conf import settings as s; print(s.DEMO, bool(s.ACCOUNTS_REFUND_REMAINDER))"
    result = manage("shell", "--no-imports", "-c", asked, **(PRODUCTION | said))

    assert result.stdout.split() == [str(is_demo)] * 2, result.stderr


def test_production_refuses_the_development_secret_key():
    result = manage("check", **(PRODUCTION | {"SECRET_KEY": settings.DEVELOPMENT_SECRET_KEY}))

    assert result.returncode != 0
    assert "SECRET_KEY is not set" in result.stderr


def test_production_refuses_an_empty_secret_key():
    result = manage("check", **(PRODUCTION | {"SECRET_KEY": ""}))

    assert result.returncode != 0
    assert "SECRET_KEY" in result.stderr


def test_a_database_that_cannot_work_stops_the_start_with_one_line():
    result = manage("check", **(PRODUCTION | {"DATABASE_URL": "junk"}))

    assert result.returncode == os.EX_CONFIG
    assert result.stderr.startswith("Settings: DATABASE_URL is for neither PostgreSQL nor SQLite")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("junk", "neither PostgreSQL nor SQLite"),
        ("mysql://penny:secret@db/shop", "neither PostgreSQL nor SQLite"),
        ("postgres://penny:secret@db", "names no database"),
        ("postgres://penny:secret@db:secret/shop", "cannot be read"),
        ("sqlite:///db.sqlite3", "without its whole path"),
    ],
)
def test_a_database_url_that_cannot_work_is_refused_without_repeating_the_password(url, message, tmp_path):
    with pytest.raises(ImproperlyConfigured, match=message) as refusal:
        database.configuration(url, embedded=tmp_path / "db.sqlite3")

    assert "secret" not in str(refusal.value)


def test_a_replicas_url_is_refused_by_its_own_name():
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_REPLICA_URL is for neither"):
        database.replica("junk")


def test_without_a_database_url_the_database_is_embedded_and_its_folder_is_made(tmp_path):
    configuration = database.configuration("", embedded=tmp_path / "var" / "db.sqlite3")

    assert configuration["NAME"] == str(tmp_path / "var" / "db.sqlite3")
    assert (tmp_path / "var").is_dir()


def test_sqlite_takes_its_write_lock_when_a_transaction_begins(tmp_path):
    configuration = database.configuration("sqlite:////srv/db.sqlite3", embedded=tmp_path / "db.sqlite3")

    assert configuration["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_postgresql_connections_are_kept_and_checked(tmp_path):
    url = "postgres://penny:secret@db/shop"
    configuration = database.configuration(url, embedded=tmp_path / "db.sqlite3", conn_max_age=30)

    assert (configuration["CONN_MAX_AGE"], configuration["CONN_HEALTH_CHECKS"]) == (30, True)
