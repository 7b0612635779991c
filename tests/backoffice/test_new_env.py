"""The first .env of an installation."""

import stat
from pathlib import Path

import pytest

from accounts_ledger import code_keys
from backoffice import new_env

EXAMPLE = Path(__file__).parent.parent.parent / ".env.example"


def line_of(name: str, path: Path) -> str:
    return next(line for line in path.read_text().splitlines() if line.startswith(f"{name}="))


@pytest.mark.parametrize("name", ["SECRET_KEY", "ACCOUNTS_CODE_KEYS"])
def test_it_has_keys_of_its_own(tmp_path, name):
    new_env.write(EXAMPLE, tmp_path / "first")
    new_env.write(EXAMPLE, tmp_path / "second")

    assert len(line_of(name, tmp_path / "first")) > 44
    assert line_of(name, tmp_path / "first") != line_of(name, tmp_path / "second")


def test_its_key_of_codes_is_one_that_codes_can_be_sealed_with(tmp_path):
    new_env.write(EXAMPLE, tmp_path / ".env")

    assert len(line_of("ACCOUNTS_CODE_KEYS", tmp_path / ".env").partition("=")[2]) >= code_keys.SHORTEST_KEY


def test_only_its_owner_can_read_it(tmp_path):
    new_env.write(EXAMPLE, tmp_path / ".env")

    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_one_that_is_there_is_never_overwritten(tmp_path):
    (tmp_path / ".env").write_text("SECRET_KEY=mine")

    with pytest.raises(FileExistsError):
        new_env.write(EXAMPLE, tmp_path / ".env")

    assert (tmp_path / ".env").read_text() == "SECRET_KEY=mine"


def test_an_example_without_a_place_for_the_key_is_refused(tmp_path):
    (tmp_path / "example").write_text("DEBUG=1\n")

    with pytest.raises(ValueError, match="exactly one line"):
        new_env.write(tmp_path / "example", tmp_path / ".env")

    assert not (tmp_path / ".env").exists()
