"""The files for the operating system name what is there."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from django.core.management import get_commands

from backoffice.operations import metrics
from tests.docs.pages import DOCS, ROOT

DEPLOY = ROOT / "deploy"


def commands_of(crontab: Path) -> list[str]:
    return re.findall(r"\$MANAGE (\w+)", crontab.read_text())


def test_every_command_of_the_crontab_exists():
    assert set(commands_of(DEPLOY / "crontab")) <= get_commands().keys()


def test_the_handbook_has_the_commands_of_the_crontab():
    section = (DOCS / "operators.md").read_text().partition("## Cron")[2].partition("```")[0]
    listed = [
        name for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    ]

    assert listed == commands_of(DEPLOY / "crontab")


def test_alerts_and_handbook_name_metrics_that_there_are(db):
    text = metrics.exposition()[0].decode()
    # Each counter and histogram is described once it has counted something.
    known = set(re.findall(r"^# HELP (\w+)", text, re.MULTILINE))
    known |= {"ledger_transfers_total", "ledger_transfers_refused_total", "ledger_posting_seconds"}
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"][0]["rules"]
    watched = {name for rule in rules for name in re.findall(r"ledger_\w+", rule["expr"])}
    table = (DOCS / "operators.md").read_text().partition("## Metrics")[2].partition("```")[0]

    assert {name.removesuffix("_bucket") for name in watched} <= known
    assert set(re.findall(r"`(ledger_\w+)`", table)) == known


def test_programs_that_the_units_start_are_there():
    for unit in DEPLOY.glob("*.service"):
        for command in re.findall(
            r"^Exec\w+=/srv/backoffice/\.venv/bin/python manage\.py (\w+)", unit.read_text(), re.M
        ):
            assert command in get_commands(), unit.name
