"""What a batch works on, kept in the database in pieces of a size that any server takes."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from django.utils.translation import gettext as _

from accounts_ledger.imports import limits, masking
from accounts_ledger.imports.card import CardRow
from accounts_ledger.imports.errors import UnreadableFile
from accounts_ledger.models import BatchContent, GiftCardBatch

_PIECE = 1024 * 1024


def store_file(batch: GiftCardBatch, pieces: Iterable[bytes]) -> int:
    """Keep the file of *batch*, compressed, note its size and checksum on the instance, and return its lines.

    Raises:
        UnreadableFile: it is empty or larger than `limits.MAX_BYTES`.
    """
    digest, size, lines = hashlib.sha256(), 0, 0
    for number, piece in enumerate(_of_one_size(pieces)):
        size += len(piece)
        if size > limits.MAX_BYTES:
            raise UnreadableFile(too_large())
        digest.update(piece)
        lines += piece.count(b"\n")
        BatchContent.objects.create(
            batch=batch, kind=BatchContent.Kind.FILE, number=number, data=zlib.compress(piece, 1)
        )
    if not size:
        raise UnreadableFile(_("The file is empty."))
    batch.file_size, batch.checksum = size, digest.hexdigest()
    return lines


def too_large() -> str:
    return _("The file is larger than %d MB. Split it into several files.") % (limits.MAX_BYTES // 1024 // 1024)


def open_file(batch: GiftCardBatch) -> IO[bytes]:
    """Return the file of *batch* as an open temporary file, which is gone once closed."""
    # The caller closes it.
    file = tempfile.SpooledTemporaryFile(max_size=4 * _PIECE)  # noqa: SIM115  (handed to the caller, open)
    for data in _pieces(batch, BatchContent.Kind.FILE):
        file.write(zlib.decompress(data))
    file.seek(0)
    return file


def store_rows(batch: GiftCardBatch, number: int, rows: Sequence[CardRow]) -> None:
    """Keep a chunk of checked rows, exactly as they will be loaded."""
    data = zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 1)
    BatchContent.objects.create(batch=batch, kind=BatchContent.Kind.ROWS, number=number, data=data)


def rows(batch: GiftCardBatch) -> Iterator[list[CardRow]]:
    """Yield the chunks of checked rows in the order of the file."""
    for data in _pieces(batch, BatchContent.Kind.ROWS):
        yield [CardRow(*row) for row in json.loads(zlib.decompress(data))]


def forget(batch: GiftCardBatch) -> None:
    """Delete the file of *batch* and its rows, which are codes: once loaded or cancelled, nobody needs them.

    Its name, size and checksum stay, so that the same file is noticed when it comes again.
    """
    BatchContent.objects.filter(batch=batch).delete()
    kept = masking.without_codes(batch.options)
    if kept != batch.options:
        batch.options = kept
        GiftCardBatch.objects.filter(pk=batch.pk).update(options=kept)


def forget_rows(batch: GiftCardBatch) -> None:
    BatchContent.objects.filter(batch=batch, kind=BatchContent.Kind.ROWS).delete()


def _pieces(batch: GiftCardBatch, kind: str) -> Iterator[bytes]:
    contents = BatchContent.objects.filter(batch=batch, kind=kind)
    # One at a time: the pieces of a large file together are what memory should not hold.
    for pk in list(contents.order_by("number").values_list("pk", flat=True)):
        yield bytes(contents.values_list("data", flat=True).get(pk=pk))


def _of_one_size(pieces: Iterable[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= _PIECE:
            yield bytes(waiting[:_PIECE])
            del waiting[:_PIECE]
    if waiting:
        yield bytes(waiting)
