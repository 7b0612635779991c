"""Measures contenders in turns and compares their medians: on a shared machine only ratios of one run mean anything."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tqdm import tqdm


@dataclass(frozen=True)
class Contender:
    """Something that is measured: ``measure(seconds)`` returns its rate; ``baseline`` is what it is compared with."""

    name: str
    measure: Callable[[float], float]
    baseline: str


def in_turns(contenders: Sequence[Contender], rounds: int, seconds: float) -> dict[str, list[float]]:
    """Return the rates of all contenders, by name: one each a round, so that noise falls on all alike."""
    rates: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    with tqdm(total=rounds * len(contenders), unit="run", leave=False, disable=None) as bar:
        for _round in range(rounds):
            for contender in contenders:
                bar.set_description(contender.name)
                rates[contender.name].append(contender.measure(seconds))
                bar.update()
    return rates


def table(contenders: Sequence[Contender], rates: dict[str, list[float]]) -> str:
    """Return the medians, with their spread and their ratio to the baseline, as a Markdown table."""
    medians = {name: statistics.median(measured) for name, measured in rates.items()}
    lines = ["| | per second (median) | lowest – highest | ratio |", "|---|--:|--:|--:|"]
    for contender in contenders:
        measured = rates[contender.name]
        ratio = medians[contender.name] / medians[contender.baseline]
        against = "" if contender.baseline == contender.name else f"{ratio:.2f} × {contender.baseline}"
        spread = f"{min(measured):,.0f} – {max(measured):,.0f}"
        lines.append(f"| {contender.name} | {medians[contender.name]:,.0f} | {spread} | {against} |")
    return "\n".join(lines)
