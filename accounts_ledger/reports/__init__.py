"""Reports: figures that finance can put before an auditor.

A report is a class with a filter form and a ``run`` that returns tables of rows (`table`). HTML, CSV and XLSX are three
renderings of the same rows (`rendering`). `catalogue` lists every report; a new one is one file and one line there.

All reports are *as of* a moment: they read the ledger's dated transactions and the accounts' history, never the
accounts' present state, so a report on the past says the same whenever it is run.
"""
