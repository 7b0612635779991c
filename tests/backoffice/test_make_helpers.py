"""What `make` does before anything is installed: it judges a port, and writes a first .env."""

import socket
import stat
from pathlib import Path

import pytest

from accounts_ledger import code_keys
from backoffice.make_helpers import port_complaint, write_env

EXAMPLE = Path(__file__).parent.parent.parent / ".env.example"


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_named_together_with_what_helps(taken_port):
    assert f"Port {taken_port} is taken" in port_complaint("127.0.0.1", str(taken_port))
    assert f"PORT={taken_port % 65535 + 1}" in port_complaint("127.0.0.1", str(taken_port))


def test_a_free_port_gives_no_port_complaint(taken_port):
    with socket.create_server(("127.0.0.1", 0)) as server:
        free_port = server.getsockname()[1]

    assert port_complaint("127.0.0.1", str(free_port)) is None


@pytest.mark.parametrize("port", ["", "abc", "0", "65536", "-1", "80 80", "٣٤"])
def test_what_is_not_a_port_number_is_refused(port):
    assert "is not a port" in port_complaint("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused():
    assert "Nothing can listen on 192.0.2.1:8000" in port_complaint("192.0.2.1", "8000")


def line_of(name: str, path: Path) -> str:
    return next(line for line in path.read_text().splitlines() if line.startswith(f"{name}="))


@pytest.mark.parametrize("name", ["SECRET_KEY", "ACCOUNTS_CODE_KEYS"])
def test_a_first_env_has_keys_of_its_own(tmp_path, name):
    write_env(EXAMPLE, tmp_path / "first")
    write_env(EXAMPLE, tmp_path / "second")

    assert len(line_of(name, tmp_path / "first")) > 44
    assert line_of(name, tmp_path / "first") != line_of(name, tmp_path / "second")


def test_its_key_of_codes_is_one_that_codes_can_be_sealed_with(tmp_path):
    write_env(EXAMPLE, tmp_path / ".env")

    assert len(line_of("ACCOUNTS_CODE_KEYS", tmp_path / ".env").partition("=")[2]) >= code_keys.SHORTEST_KEY


def test_only_its_owner_can_read_a_first_env(tmp_path):
    write_env(EXAMPLE, tmp_path / ".env")

    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_an_env_that_is_there_is_never_overwritten(tmp_path):
    (tmp_path / ".env").write_text("SECRET_KEY=mine")

    with pytest.raises(FileExistsError):
        write_env(EXAMPLE, tmp_path / ".env")

    assert (tmp_path / ".env").read_text() == "SECRET_KEY=mine"


def test_an_example_without_a_place_for_the_key_is_refused(tmp_path):
    (tmp_path / "example").write_text("DEBUG=1\n")

    with pytest.raises(ValueError, match="exactly one line"):
        write_env(tmp_path / "example", tmp_path / ".env")

    assert not (tmp_path / ".env").exists()
