"""What `make audit` says and answers: vulnerable, sound, or not audited."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent.parent / ".ci" / "audit.py"


@pytest.fixture
def audit(monkeypatch, capsys):
    """Run it on what pip-audit would print, and return its exit status and what it says."""
    spec = importlib.util.spec_from_file_location("audit", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def run(printed: str) -> tuple[int, str]:
        done = subprocess.CompletedProcess([], 1, printed, "a long story\nno route to host")
        monkeypatch.setattr(module.subprocess, "run", lambda *args, **kwargs: done)
        return module.main(["requirements.txt"]), capsys.readouterr().out

    return run


def packages(*found: dict) -> str:
    return json.dumps({"dependencies": [{"name": "django", "version": "5.2.0", **package} for package in found]})


def test_a_known_vulnerability_fails(audit):
    status, said = audit(packages({"vulns": [{"id": "CVE-2026-1", "fix_versions": ["5.2.1"]}]}, {"vulns": []}))

    assert status == 1
    assert "django 5.2.0: CVE-2026-1, fixed in: 5.2.1" in said


def test_sound_packages_pass(audit):
    assert audit(packages({"vulns": []})) == (0, "requirements.txt: 1 packages audited, 0 vulnerable.\n")


def test_packages_without_data_are_not_audited(audit):
    status, said = audit(packages({"vulns": []}, {"skip_reason": "not found"}))

    assert status == 2
    assert "1 of 2 packages NOT AUDITED" in said


def test_a_known_vulnerability_weighs_more_than_packages_without_data(audit):
    assert audit(packages({"vulns": [{"id": "CVE-2026-1", "fix_versions": []}]}, {"skip_reason": "not found"}))[0] == 1


def test_with_its_database_out_of_reach_nothing_is_audited(audit):
    status, said = audit("")

    assert status == 2
    assert "NOT AUDITED" in said
