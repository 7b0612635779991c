"""Files that leave the system: CSV (`csv_writer`) and Excel workbooks (`xlsx_writer`), row by row in flat memory.

Exports, reports, codes, error lists and journals are all written here; `cell_values` decides what a value looks like
in either format.
"""
