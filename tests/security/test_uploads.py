"""Nothing that was uploaded runs: not in development, and not as the example configuration of nginx serves it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.http import Http404

from backoffice.security import uploads

# The end of an answer closes connections that are no longer good.
pytestmark = pytest.mark.django_db

NGINX = (Path(__file__).parent.parent.parent / "deploy" / "nginx.conf").read_text()
MEDIA = NGINX.partition("location /media/ {")[2].partition("\n    }")[0]


@pytest.fixture
def served(rf, tmp_path):
    answers = []

    def serve(name: str):
        (tmp_path / name).write_text("<script>alert(666)</script>")
        answers.append(uploads.serve(rf.get(f"/media/{name}"), name, document_root=tmp_path))
        return answers[-1]

    yield serve
    for answer in answers:
        answer.close()


@pytest.mark.parametrize(
    "name", ["a.svg", "a.html", "a.HTML", "a.xhtml", "a.xml", "a.js", "a.pdf", "a", "a.png.svg", "a.svgz"]
)
def test_what_is_no_picture_is_a_file_to_be_kept(served, name):
    headers = served(name).headers

    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == "attachment"


@pytest.mark.parametrize("name", ["a.png", "a.JPG", "a.jpeg", "a.gif", "a.webp"])
def test_pictures_are_shown(served, name):
    headers = served(name).headers

    assert headers["Content-Type"].startswith("image/")
    assert headers["Content-Disposition"] == "inline"


@pytest.mark.parametrize("name", ["a.svg", "a.png"])
def test_nothing_in_it_runs_or_is_taken_for_something_else(served, name):
    headers = served(name).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def test_what_is_not_there_is_not_found(rf, tmp_path):
    with pytest.raises(Http404):
        uploads.serve(rf.get("/media/x.png"), "x.png", document_root=tmp_path)


def test_nginx_sends_the_same_headers():
    sent = dict(re.findall(r'add_header ([\w-]+) "?([^";]+(?:; [^;"]+)*)"? always;', MEDIA))

    assert sent.items() >= uploads.HEADERS.items()
    assert sent["Content-Disposition"] == "$upload_disposition"


def test_nginx_shows_the_same_pictures():
    ends = {f".{end}" for line in re.findall(r"image/\w+ ([\w ]+);", MEDIA) for end in line.split()}
    inline = re.search(r"~\*\\\.\(([\w|]+)\)\$ inline;", NGINX)[1]

    assert ends == set(uploads.SHOWN)
    assert {f".{end}" for end in inline.split("|")} == ends
    assert "default attachment;" in NGINX
    assert "default_type application/octet-stream;" in MEDIA
