"""What `make demo` and `make serve` say about a port before it does anything else."""

import socket

import pytest

from backoffice.port import complaint


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_named_together_with_what_helps(taken_port):
    assert f"Port {taken_port} is taken" in complaint("127.0.0.1", str(taken_port))
    assert f"PORT={taken_port % 65535 + 1}" in complaint("127.0.0.1", str(taken_port))


def test_a_free_port_gives_no_complaint(taken_port):
    with socket.create_server(("127.0.0.1", 0)) as server:
        free_port = server.getsockname()[1]

    assert complaint("127.0.0.1", str(free_port)) is None


@pytest.mark.parametrize("port", ["", "abc", "0", "65536", "-1", "80 80", "٣٤"])
def test_what_is_not_a_port_number_is_refused(port):
    assert "is not a port" in complaint("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused():
    assert "Nothing can listen on 192.0.2.1:8000" in complaint("192.0.2.1", "8000")
