"""Bad input: always a clear message, never a traceback, never a partial load."""

import io
import random
import struct
import zipfile

import pytest
from openpyxl import Workbook

from accounts_ledger.exceptions import AccountException
from accounts_ledger.files import csv_writer
from accounts_ledger.imports import export, limits, run
from accounts_ledger.imports.upload import upload
from accounts_ledger.models import Account, GiftCardBatch, Transfer

pytestmark = pytest.mark.usefixtures("books")
GOOD = "code,amount,email,expires on\nALPHA-BRAVO-77,10.00,ann@example.com,2027-12-31\nCHARLIE-DELTA-99,20.50,,\n"


def zip_bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (40 * 1024 * 1024))
    return file.getvalue()


def xlsx_of_nothing():
    file = io.BytesIO()
    Workbook().save(file)
    return file.getvalue()


def xlsx_with(part, contents):
    """A small spreadsheet of which one *part* was replaced."""
    book = Workbook()
    book.active.append(["code", "amount"])
    book.active.append(["ALPHA-BRAVO-77", 5])
    good, file = io.BytesIO(), io.BytesIO()
    book.save(good)
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, contents if name == part else source.read(name))
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LAUGHS = "<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(9))
BILLION_LAUGHS = f"""<?xml version='1.0'?><!DOCTYPE x [{LAUGHS}]><worksheet xmlns='{NAMESPACE}'><sheetData>
<row r='1'><c r='A1' t='inlineStr'><is><t>&a9;</t></is></c></row></sheetData></worksheet>"""
FAR_ROW = f"""<worksheet xmlns='{NAMESPACE}'><sheetData>
<row r='1'><c r='A1' t='inlineStr'><is><t>amount</t></is></c></row>
<row r='900000000000'><c r='A900000000000'><v>5</v></c></row></sheetData></worksheet>"""


def outcome(contents, bank, gift_cards):
    """What somebody who uploads this is told, empty if it could be loaded."""
    try:
        batch = upload([contents], file_name="x.csv", source=bank, account_type=gift_cards)
    except AccountException as refusal:
        return str(refusal)
    run.start_check(batch, inline=True)
    if batch.is_loadable:
        return ""
    return batch.message or f"{batch.problems_found} errors in {batch.rows} rows"


CORPUS = {
    "empty": b"",
    "only blank lines": b"\n\n\n",
    "binary": bytes(range(256)) * 40,
    "null bytes": b"code,amount\nA\x00B,5\n",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(1000),
    "an old spreadsheet": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000),
    "a zip bomb": zip_bomb(),
    "a zip that is no spreadsheet": b"PK\x03\x04" + bytes(100),
    "a truncated spreadsheet": xlsx_of_nothing()[:500],
    "an empty spreadsheet": xlsx_of_nothing(),
    "ten thousand columns": b",".join(b"amount" for _ in range(10_000)) + b"\n",
    "a cell that never ends": b'code,amount\n"AB' + b"x" * 200_000,
    "null bytes far down": b"code,amount\nAB,5\n" + (b"x" * 900 + b"\n") * 80 + b"A\x00B,5\n",
    "megabytes of commas": b"," * (5 * 1024 * 1024),
    "a row of many lines": b'a,"\n",' * (1024 * 1024),
    "a spreadsheet of entities within entities": xlsx_with(SHEET, BILLION_LAUGHS),
    "mixed encodings": b"code,amount\nAB,5\n" + b"x" * 70_000 + "\nü,5\n".encode() + b"\x81\xff,5\n",
}


@pytest.mark.parametrize("contents", CORPUS.values(), ids=CORPUS.keys())
def test_files_that_are_no_list_are_refused_with_a_message(contents, bank, gift_cards):
    message = outcome(contents, bank, gift_cards)
    assert message
    assert "unexpected" not in message
    assert Account.objects.filter(batch__isnull=False).count() == 0


def test_a_file_beyond_the_limit_is_refused_before_it_is_kept(bank, gift_cards, monkeypatch):
    monkeypatch.setattr(limits, "MAX_BYTES", 3 * 1024 * 1024)
    commas = (b"," * 1024 * 1024 for _ in range(1024))
    with pytest.raises(AccountException, match="3 MB"):
        upload(commas, file_name="x.csv", source=bank, account_type=gift_cards)
    assert GiftCardBatch.objects.count() == 0


def test_a_spreadsheet_is_as_large_as_what_it_unpacks_to(uploaded, monkeypatch):
    monkeypatch.setattr(limits, "MAX_BYTES", 1024 * 1024)
    with pytest.raises(AccountException, match=r"unpacks to more than 1 MB\. Split it, or save the list as CSV"):
        uploaded(xlsx_with("docProps/app.xml", b" " * (1024 * 1024)))


def test_a_file_with_too_many_rows_fails_with_a_message(checked, monkeypatch):
    monkeypatch.setattr(limits, "MAX_ROWS", 300)
    batch = checked("amount\n" + "5\n" * 301 + "6\n")
    assert (batch.state, "rows" in batch.message) == ("failed", True)


def test_a_file_of_blank_lines_ends_somewhere(checked, monkeypatch):
    monkeypatch.setattr(limits, "MAX_LINES", 300)
    batch = checked("amount\n" + "5\n" * 250 + "\n" * 100 + "6\n")
    assert (batch.state, "lines" in batch.message) == ("failed", True)


def test_a_spreadsheet_with_a_row_at_the_end_of_the_world_is_refused(uploaded, monkeypatch):
    monkeypatch.setattr(limits, "MAX_LINES", 300)
    with pytest.raises(AccountException, match="lines"):
        uploaded(xlsx_with(SHEET, FAR_ROW))


ODD = {
    "header only": "code,amount\n",
    "ragged rows": "code,amount,email\nALPHA-BRAVO-77\n,,,,,,,\nCHARLIE-DELTA-99,5,a@b.example,more,and more\n",
    "duplicate headers": "code,code,amount,amount\nALPHA-BRAVO-77,x,5,6\n",
    "no known header": "foo,bar\n1,2\n",
    "right to left and emoji": "code,amount,description\n\u202eALPHA-BRAVO-77,5,مرحبا 🎁\n",
    "formulas": 'code,amount,description\n=1+1,5,"=HYPERLINK(""http://x"")"\n',
    "day that is none": "code,amount,end\nALPHA-BRAVO-77,5,31/02/2027\n",
    "quotes": 'code,amount\n"ALPHA""BRAVO",5\n"',
    "huge number": "code,amount\nALPHA-BRAVO-77,1" + "0" * 300 + "\n",
    "many zeros": "code,amount\nALPHA-BRAVO-77,0." + "0" * 30 + "1\n",
    "lone carriage returns": "code,amount\rALPHA-BRAVO-77,5\r",
    "other digits": "code,amount\nALPHA-BRAVO-77,٥\n",
    "years out of range": "code,amount,end\nALPHA-BRAVO-77,5,9999-12-31\n",
    "times out of range": "code,amount,end\nALPHA-BRAVO-77,5,2027-12-31 99:99\n",
    "surrogates": "code,amount,description\nALPHA-BRAVO-77,5,\\ud800\n",
}


@pytest.mark.parametrize("contents", ODD.values(), ids=ODD.keys())
def test_odd_files_are_checked_row_by_row_without_a_crash(contents, uploaded):
    batch = uploaded(contents)
    run.start_check(batch, inline=True)
    assert batch.state in ("checked", "failed")
    assert "unexpected" not in batch.message
    assert not batch.problems.filter(message__contains="could not be read").exists()


def test_formulas_are_disarmed_in_what_is_exported(checked):
    batch = checked("code,amount\nx,=1+1\n")
    assert "'=1+1" in "".join(csv_writer.lines(export.problem_rows(batch)))


def mutations(count):
    """Yield damaged copies of a good file: bytes flipped, cut, doubled, swapped for nasty ones. The same every time."""
    chance = random.Random(20261121)
    nasty = [
        b'"',
        b"\x00",
        b"\xff",
        b",",
        b"\n",
        b"\r",
        b";",
        b"\t",
        b"=",
        b"-",
        b"E+11",
        "é".encode(),
        b"\xef\xbb\xbf",
    ]
    for _ in range(count):
        contents = bytearray(GOOD.encode())
        for _ in range(chance.randint(1, 8)):
            where = chance.randrange(len(contents) + 1)
            how = chance.randrange(4)
            if how == 0 and where < len(contents):
                contents[where] = chance.randrange(256)
            elif how == 1:
                contents[where:where] = chance.choice(nasty)
            elif how == 2:
                del contents[where : where + chance.randint(1, 9)]
            else:
                contents[where:where] = contents[max(0, where - 20) : where]
        yield bytes(contents)


@pytest.mark.slow
def test_no_damage_leads_to_a_crash_or_a_partial_load(bank, gift_cards):
    for contents in mutations(250):
        accounts, transfers = Account.objects.count(), Transfer.objects.count()
        try:
            batch = upload([contents], file_name="x.csv", source=bank, account_type=gift_cards)
        except AccountException:
            continue
        run.start_check(batch, inline=True)
        assert batch.state in ("checked", "failed"), contents
        assert "unexpected" not in batch.message, contents
        if batch.is_loadable:
            run.start_load(batch, None, inline=True)
            assert batch.state == "loaded" or "since the check" in batch.message, (contents, batch.message)
        loaded = batch.cards if batch.state == "loaded" else 0
        # The account through which the value goes is one more, as is the transfer that funds it.
        assert Account.objects.count() - accounts == (loaded + 1 if loaded else 0), contents
        assert Transfer.objects.count() - transfers == (loaded + 1 if loaded else 0), contents


def test_damaged_spreadsheets_are_refused_with_a_message(bank, gift_cards):
    book = Workbook()
    book.active.append(["code", "amount"])
    book.active.append(["ALPHA-BRAVO-77", 5])
    file = io.BytesIO()
    book.save(file)
    chance = random.Random(7)
    for _ in range(40):
        contents = bytearray(file.getvalue())
        for _ in range(3):
            struct.pack_into("B", contents, chance.randrange(4, len(contents)), chance.randrange(256))
        try:
            batch = upload([bytes(contents)], file_name="x.xlsx", source=bank, account_type=gift_cards)
        except AccountException:
            continue
        run.start_check(batch, inline=True)
        assert "unexpected" not in batch.message
