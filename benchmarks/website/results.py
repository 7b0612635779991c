"""Reads what Locust measured, and says it in a table."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Line:
    """One kind of request, or all of them together. Times are milliseconds."""

    name: str
    requests: int
    failures: int
    p50: float
    p95: float
    p99: float


def read(statistics: Path) -> list[Line]:
    """Return the lines of Locust's file of statistics; the last one is of all requests together."""
    with statistics.open(newline="") as file:
        return [
            Line(
                name=row["Name"],
                requests=int(row["Request Count"]),
                failures=int(row["Failure Count"]),
                p50=float(row["50%"]),
                p95=float(row["95%"]),
                p99=float(row["99%"]),
            )
            for row in csv.DictReader(file)
            if int(row["Request Count"])
        ]


def problems(directory: Path, prefix: str) -> list[str]:
    """Return which requests failed, and what the visitors themselves stumbled over, and how often."""
    with (directory / f"{prefix}_failures.csv").open(newline="") as file:
        failed = [f"{row['Occurrences']} × {row['Name']}: {row['Error']}" for row in csv.DictReader(file)]
    with (directory / f"{prefix}_exceptions.csv").open(newline="") as file:
        return failed + [f"{row['Count']} × {row['Message']}" for row in csv.DictReader(file)]


def table(lines: list[Line]) -> str:
    """Return *lines* as Markdown."""
    head = ["| request | count | failed | p50 ms | p95 ms | p99 ms |", "|---|--:|--:|--:|--:|--:|"]
    rows = [
        f"| {line.name} | {line.requests:,} | {line.failures} | {line.p50:.0f} | {line.p95:.0f} | {line.p99:.0f} |"
        for line in lines
    ]
    return "\n".join(head + rows)
