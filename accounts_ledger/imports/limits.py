"""How much a file may contain. Beyond it the file is refused with a message instead of using up the machine."""

#: Bytes of the file as uploaded, and of all parts of an XLSX file once they are unpacked.
MAX_BYTES = 100 * 1024 * 1024
MAX_ROWS = 1_000_000
#: Lines with nothing in them included.
MAX_LINES = 2 * MAX_ROWS
MAX_COLUMNS = 100
#: Characters of a cell, and of a row.
MAX_CELL = 10_000
MAX_ROW = MAX_COLUMNS * MAX_CELL

#: Rows that are read, checked, looked up in the database and written together.
CHUNK = 2_000
#: Files with at most so many rows are checked and loaded within the web request; larger ones by the worker.
INLINE_ROWS = 2_000
INLINE_BYTES = 256 * 1024
#: Batches of more cards are reversed by the worker: each card is an act of its own.
REVERSED_INLINE = 500
#: Errors that are kept row by row; those beyond are only counted.
MAX_PROBLEMS = 100_000
