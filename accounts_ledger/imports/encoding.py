"""Which encoding a text file is in, and what to do with single characters that are in another one."""

from __future__ import annotations

import codecs
import io
from typing import IO

from django.utils.translation import gettext as _

from accounts_ledger.imports.errors import UnreadableFile

#: For `open` and its like: bytes that are no UTF-8 are read as Windows-1252, which is what they nearly always are.
WINDOWS_BYTES = "windows_bytes"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def encoding_of(file: IO[bytes], start: bytes) -> str:
    """Return the encoding of *file*, which begins with *start*.

    A file of which only some cells are in Windows-1252, as one that was put together from two, counts as UTF-8.

    Raises:
        UnreadableFile: it is not text.
    """
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            return encoding
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(_("This is an old Excel file (XLS). Save it as XLSX or CSV."))
    if b"\x00" in start:
        # ASCII in UTF-16 is every other byte zero.
        for encoding, zeros, letters in (
            ("utf-16-le", start[1::2], start[::2]),
            ("utf-16-be", start[::2], start[1::2]),
        ):
            if zeros.count(0) > 0.7 * len(zeros) and letters.count(0) < 0.1 * len(letters):
                return encoding
        raise UnreadableFile(_("This is not a text file: it contains null bytes."))
    if sum(byte < 32 and byte not in b"\t\n\r\f" for byte in start) > len(start) / 50:
        raise UnreadableFile(_("This is not a text file or a spreadsheet."))
    return "utf-8-sig" if _has_utf8(file) else "cp1252"


def _has_utf8(file: IO[bytes]) -> bool:
    """Whether *file* is plain ASCII, or has at least as many characters in UTF-8 as bytes that are not."""
    # The whole file: the first umlaut may be in its last row.
    file.seek(0)
    others = _Counter()
    name = f"count_{id(others)}"
    codecs.register_error(name, others)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors=name)
    beyond_ascii = 0
    try:
        while piece := text.read(1024 * 1024):
            beyond_ascii += 0 if piece.isascii() else sum(character > "\x7f" for character in piece)
    finally:
        text.detach()
    return beyond_ascii >= others.found


class _Counter:
    """An error handler for decoding that counts the bytes that cannot be."""

    def __init__(self) -> None:
        self.found = 0

    def __call__(self, error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        self.found += error.end - error.start
        return "", error.end


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError) or not error.encoding.startswith("utf-8"):
        raise error
    try:
        return error.object[error.start : error.end].decode("cp1252"), error.end
    except UnicodeDecodeError:
        raise error from None


codecs.register_error(WINDOWS_BYTES, _as_windows)
