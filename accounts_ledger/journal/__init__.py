"""The journal for the general ledger: entries, the mapping to its accounts, and the formats it is written in.

``entries`` makes entries of transfers; ``formats`` write them; ``export`` numbers the exports and sees that a period
is not exported twice by accident.
"""
