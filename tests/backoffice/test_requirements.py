"""The locks: what is installed depends on them alone, whichever pip reads them and whatever was released since."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent.parent
LOCKS = ["requirements-uv.txt", "requirements.txt", "requirements-dev.txt"]


def pins(lock: str) -> list[Requirement]:
    """Return what *lock* pins, without the hashes."""
    lines = (ROOT / lock).read_text().splitlines()
    return [Requirement(line.removesuffix("\\")) for line in lines if re.match(r"[A-Za-z0-9]", line)]


def required_extras(lock: str) -> set[tuple[str, str]]:
    """Return the (package, extra) pairs that the packages of *lock* require of one another, as installed here."""
    needed = set()
    for pin in pins(lock):
        try:
            conditional = requires(pin.name) or []
        except PackageNotFoundError:  # a pin for another platform or Python
            continue
        for requirement in map(Requirement, conditional):
            chosen = [{"extra": extra} for extra in ["", *pin.extras]]
            if requirement.marker is None or any(map(requirement.marker.evaluate, chosen)):
                needed |= {(canonicalize_name(requirement.name), extra) for extra in requirement.extras}
    return needed


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_keeps_the_extras_that_packages_require_of_one_another(lock):
    # Without them pip before 23.3 looks for `name[extra]` apart from the pin, and finds today's newest without a hash.
    pinned = {(canonicalize_name(pin.name), extra) for pin in pins(lock) for extra in pin.extras}

    assert required_extras(lock) <= pinned


def test_packages_do_require_extras_of_one_another():
    assert {("coverage", "toml"), ("tablib", "xlsx")} <= required_extras("requirements-dev.txt")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_one_version_of_everything_with_hashes(lock):
    assert pins(lock)
    for pin in pins(lock):
        assert re.fullmatch(r"==[^*,]+", str(pin.specifier)), pin
    entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / lock).read_text())
    assert [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_tests_run_with_the_versions_that_production_runs_with():
    tested = {(pin.name, str(pin.specifier)) for pin in pins("requirements-dev.txt")}

    assert {(pin.name, str(pin.specifier)) for pin in pins("requirements.txt")} <= tested


def test_what_pip_itself_installs_needs_nothing_else():
    assert [pin.name for pin in pins("requirements-uv.txt")] == ["uv"]
