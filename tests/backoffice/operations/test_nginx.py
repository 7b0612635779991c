"""A real nginx, set up by the file that is delivered: what it lets through to the site, and what it does not."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socketserver
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.urls import reverse

from tests.backoffice.operations.certificate import write_certificate
from tests.backoffice.test_make import free_port
from tests.concurrency.waiting import until
from tests.docs.pages import ROOT

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
DOORS = [
    "admin:login",
    "dashboard:login",
    "customer:login",
    "customer:register",
    "customer:change-password",
    "customer:profile-delete",
    "customer:profile-update",
    "managed_accounts:list",
    "managed_accounts:balance",
    "password-reset",
    "checkout:payment-details",
]

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)")


class _Site(BaseHTTPRequestHandler):
    """Stands for the application: it answers everything, and says how it was asked."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = "\n".join(f"{name}: {value}" for name, value in self.headers.items()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def address_string(self) -> str:
        return "unix"

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output free of requests."""


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """An nginx before such a site: ``proxy.ask("GET", "/admin/")``."""
    folder = tmp_path_factory.mktemp("nginx")
    port = free_port()
    write_certificate(folder)
    (folder / "media").mkdir()
    (folder / "media" / "page.html").write_text("<script>alert(1)</script>")
    (folder / "nginx.conf").write_text(_settings(folder, port))
    site = _Server(str(folder / "web.sock"), _Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    with (folder / "error.log").open("wb") as log:
        process = subprocess.Popen([NGINX, "-e", "stderr", "-c", str(folder / "nginx.conf")], stderr=log)
    asker = SimpleNamespace(folder=folder, ask=lambda *request, **more: _ask(port, *request, **more))
    try:
        until(lambda: process.poll() is not None or _answers(port))
        assert process.poll() is None, (folder / "error.log").read_text()
        yield asker
    finally:
        process.terminate()
        process.wait(timeout=10)
        site.shutdown()
        site.server_close()


def _settings(folder: Path, port: int) -> str:
    """Return deploy/nginx.conf for a port, files and a socket of this test's; nothing else of it is changed."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for given, ours in {
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "/etc/ssl/shop.example.com": f"{folder}/certificate",
        "unix:/run/backoffice/web.sock": f"unix:{folder}/web.sock",
        "/var/log/nginx/backoffice.log": f"{folder}/access.log",
        "/srv/backoffice/var/media/": f"{folder}/media/",
    }.items():
        assert given in text
        text = text.replace(given, ours)
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.getuid() == 0 else ""  # who may read the files of the test
    return f"{user}daemon off;\npid {folder}/pid;\nevents {{}}\nhttp {{\n{temporary}\n{text}\n}}\n"


def _ask(port: int, method: str, path: str, body: bytes = b"") -> http.client.HTTPResponse:
    context = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=20)
    connection.request(method, path, body, {"Host": "shop.example.com", "X-Forwarded-For": "203.0.113.9"})
    response = connection.getresponse()
    response.text = response.read().decode()
    connection.close()
    return response


def _answers(port: int) -> bool:
    try:
        return _ask(port, "GET", "/").status == 200
    except OSError:
        return False


def test_the_site_is_told_who_asks_how_and_by_which_id(proxy):
    told = proxy.ask("GET", "/").text

    assert "X-Forwarded-Proto: https" in told
    assert "X-Forwarded-For: 203.0.113.9, 127.0.0.1" in told
    assert re.search(r"X-Request-ID: \w{32}", told)
    assert "Host: shop.example.com" in told


@pytest.mark.parametrize("door", DOORS)
def test_every_door_is_in_the_settings(door):
    pattern = re.search(r"location ~ (\^/\(admin/login\S+) \{", (ROOT / "deploy" / "nginx.conf").read_text())[1]

    assert re.match(pattern, reverse(door))


def test_a_flood_of_forms_at_a_door_is_cut_off(proxy):
    answers = [proxy.ask("POST", "/gift-cards/balance/", b"code=X").status for _time in range(40)]

    assert answers[:20] == [200] * 20
    assert answers[-5:] == [429] * 5


def test_looking_at_a_door_is_not(proxy):
    assert {proxy.ask("GET", "/accounts/login/").status for _time in range(40)} == {200}


def test_forms_elsewhere_are_not(proxy):
    assert {proxy.ask("POST", "/basket/").status for _time in range(40)} == {200}


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/basket/", 900_000, 200),
        ("/basket/", 1_200_000, 413),
        ("/gift-cards/balance/", 1_200_000, 413),
        ("/admin/login/", 1_200_000, 413),
        ("/admin/accounts_ledger/giftcardbatch/upload/", 30_000_000, 200),
        ("/dashboard/catalogue/", 5_000_000, 200),
    ],
)
def test_files_go_to_the_back_office_only(proxy, path, size, status):
    assert proxy.ask("POST", path, b"x" * size).status == status


@pytest.mark.parametrize("path", ["/metrics", "/health/", "/health/ready"])
def test_what_is_for_machines_within_is_not_to_be_had(proxy, path):
    assert proxy.ask("GET", path).status == 404


def test_what_was_uploaded_runs_nowhere(proxy):
    answer = proxy.ask("GET", "/media/page.html")

    assert answer.status == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_log_has_no_codes_that_were_searched_for(proxy):
    proxy.ask("GET", "/admin/accounts_ledger/account/?q=LILACFERRY41")

    until(lambda: "/admin/accounts_ledger/account/" in (proxy.folder / "access.log").read_text())
    assert "LILACFERRY41" not in (proxy.folder / "access.log").read_text()
