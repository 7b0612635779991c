"""British dates with the time of the 24-hour clock, as lists and statements of the ledger have it."""

TIME_FORMAT = "H:i"  # 16:30
DATETIME_FORMAT = "j M Y, H:i"  # 25 Oct 2026, 16:30
SHORT_DATETIME_FORMAT = "d/m/Y H:i"  # 25/10/2026 16:30
