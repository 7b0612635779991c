"""Nothing that was uploaded runs: not in development, and not as the example configuration of nginx serves it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.http import Http404
from django.urls import reverse
from oscar.apps.catalogue.models import Category
from oscar.test.factories import create_product

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


# --- What is not even taken ------------------------------------------------------------------------

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(666)</script></svg>'
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64

RUN = [
    ("a.svg", SVG),
    ("a.SVG", SVG),
    ("a.svg.txt", b"anything"),
    ("a.html", b"hello"),
    ("a.htm ", b"hello"),
    ("a.xhtml", b"hello"),
    ("a.svgz", b"\x1f\x8b"),
    ("a.js", b"alert(666)"),
    ("a", SVG),
    ("a.pdf", b"<html><script>alert(666)</script>"),
    ("a.txt", b"\xef\xbb\xbf \n<!doctype html>"),
    ("a.txt", "<html>".encode("utf-16")),
]


@pytest.mark.parametrize(("name", "content"), RUN)
def test_what_a_browser_would_run_is_not_taken(name, content):
    with pytest.raises(ValidationError, match="a browser could run it"):
        uploads.check_upload(SimpleUploadedFile(name, content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", PNG),
        ("manual.pdf", b"%PDF-1.7"),
        ("prices.v2.csv", b"a,b\n1,2\n"),
        ("letter.docx", b"PK\x03\x04"),
        ("a", b""),
    ],
)
def test_other_files_are_taken(name, content):
    uploads.check_upload(SimpleUploadedFile(name, content))


def test_the_file_is_read_from_its_beginning_afterwards():
    file = SimpleUploadedFile("manual.pdf", b"%PDF-1.7")

    uploads.check_upload(file)

    assert file.read() == b"%PDF-1.7"


def test_every_model_that_keeps_files_refuses_them():
    fields = [
        field
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.FileField)
    ]

    assert fields
    for field in fields:
        with pytest.raises(ValidationError, match="a browser could run it"):
            field.run_validators(SimpleUploadedFile("a.svg", SVG))


@pytest.fixture
def manual():
    """A product with a file of its own, which the dashboard asks for."""
    product = create_product(title="Kettle")
    product.product_class.attributes.create(name="Manual", code="manual", type="file")
    return product


def edits(client, product, **files):
    address = reverse("dashboard:catalogue-product", args=[product.pk])
    fields = client.get(address).context
    data = {"title": product.title, "slug": product.slug, "structure": "standalone", "is_discountable": "on"}
    for formset in ("category_formset", "stockrecord_formset", "image_formset", "recommended_formset"):
        data |= {
            f"{fields[formset].prefix}-{name}": value
            for name, value in {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 9}.items()
        }
    categories = fields["category_formset"].prefix
    data |= {f"{categories}-TOTAL_FORMS": 1, f"{categories}-0-category": Category.add_root(name="Kitchen").pk}
    prefix = fields["image_formset"].prefix
    if any(name.startswith(prefix) for name in files):
        data[f"{prefix}-TOTAL_FORMS"] = 1
        data[f"{prefix}-0-display_order"] = 0
    return client.post(address, {**data, **files})


def test_the_dashboard_refuses_a_page_as_a_products_file(admin_client, manual):
    page = edits(admin_client, manual, attr_manual=SimpleUploadedFile("manual.html", b"<script>alert(666)</script>"))

    assert page.status_code == 200
    assert "a browser could run it" in page.content.decode()
    assert not manual.attribute_values.exists()


def test_the_dashboard_takes_a_document_as_a_products_file(admin_client, manual, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    edits(admin_client, manual, attr_manual=SimpleUploadedFile("manual.pdf", b"%PDF-1.7"))

    assert (tmp_path / manual.attribute_values.get().value_file.name).read_bytes() == b"%PDF-1.7"


def test_the_dashboard_refuses_a_drawing_as_a_products_picture(admin_client, manual):
    page = edits(admin_client, manual, **{"images-0-original": SimpleUploadedFile("a.svg", SVG, "image/svg+xml")})

    assert page.status_code == 200
    assert not manual.images.exists()


def test_the_admin_refuses_a_drawing_as_a_category_s_picture(admin_client):
    data = {"name": "Mugs", "slug": "mugs", "_position": "first-child", "image": SimpleUploadedFile("a.svg", SVG)}

    page = admin_client.post(reverse("admin:catalogue_category_add"), data)

    assert page.status_code == 200
    assert not Category.objects.filter(slug="mugs").exists()
