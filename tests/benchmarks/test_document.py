"""Results go into a document, a section each."""

import pytest

from benchmarks import document


@pytest.fixture
def path(tmp_path, monkeypatch):
    path = tmp_path / "benchmarks.md"
    path.write_text("# Benchmarks\n")
    monkeypatch.setattr(document, "DOCUMENT", path)
    return path


def test_a_new_section_is_added_with_its_circumstances(path):
    document.write("speed", "Speed", "fast", "18.4")

    assert "## Speed\n\nfast\n" in path.read_text()
    assert "PostgreSQL 18.4" in path.read_text()


def test_a_section_that_is_measured_anew_is_replaced_and_the_others_stay(path):
    document.write("speed", "Speed", "fast", "18.4")
    document.write("size", "Size", "small", "18.4")

    document.write("speed", "Speed", r"faster \1", "18.4")

    text = path.read_text()
    assert text.count("## Speed") == text.count("## Size") == 1
    assert "fast\n" not in text
    assert r"faster \1" in text
