"""How a spreadsheet shows a number, where that says more than the number: leading zeros, currencies, decimals."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

#: More figures than a spreadsheet keeps: the last ones have become zeros.
FIGURES_KEPT = 10**15
_TOKEN = re.compile(
    r"\[\$(?P<currency>[^\]-]*)[^\]]*\]"  # [$€-407]
    r"|\[[^\]]*\]"  # [Red]
    r'|"(?P<quoted>[^"]*)"'
    r"|\\(?P<escaped>.)"
    r"|[_*]."  # a gap as wide as a character, a character that fills
    r"|(?P<figures>[0#?][0#?,. \-]*[0#?.]|[0#?])"
    r"|(?P<other>.)",
    re.S,
)


def plain(number: int | float) -> str:
    """Return *number* as text that reads back as the same value, with a point; one that was damaged as such."""
    if abs(number) >= FIGURES_KEPT:
        return f"{number:.14E}"
    if isinstance(number, float):
        if number.is_integer():
            return str(int(number))
        text = repr(number)
        # Three decimal places look like thousands; a fourth cannot.
        return text + "0" if re.search(r"\.\d{3}$", text) else text
    return str(number)


@lru_cache(maxsize=500)
def shown_by(number_format: str) -> Callable[[int | float], str] | None:
    """Return what writes a number as *number_format* shows it, None if that is no more than `plain` says."""
    section = number_format.split(";")[0]
    if section in ("General", "@", "") or "E+" in section or "/" in section:
        return None
    before, figures, after = "", "", ""
    for token in _TOKEN.finditer(section):
        found = token.group("figures")
        text = token.group("currency") or token.group("quoted") or token.group("escaped") or ""
        if token.group("other"):
            text = token.group("other").strip("()-+ ")
        if found and not figures:
            figures = found
        elif found or not figures:
            before += text
        else:
            after += text
    if not figures:
        return None

    def show(number: int | float) -> str:
        return f"{before}{_figures(number, figures)}{after}" if abs(number) < FIGURES_KEPT else plain(number)

    return show


def _figures(number: int | float, pattern: str) -> str:
    whole, point, places = pattern.partition(".")
    if point:
        decimals = sum(character in "0#?" for character in places)
        rounded = f"{number:.{decimals}f}"
        return rounded if decimals != 3 and float(rounded) == number else plain(number)
    if (isinstance(number, float) and not number.is_integer()) or number < 0:
        return plain(number)
    figures = str(int(number)).zfill(whole.count("0"))
    if "-" not in whole and " " not in whole:
        return figures
    # "000-0000": the dashes have their places counted from the end.
    shown = ""
    waiting = list(figures)
    for character in reversed(whole):
        if character in "0#?":
            shown = (waiting.pop() if waiting else "") + shown
        elif character in "- " and waiting:
            shown = character + shown
    return "".join(waiting) + shown
