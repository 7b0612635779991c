"""The documentation as its tests read it: pages, their blocks of code, the commands in these."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]

#: Before a block of commands that no test can run: ``<!-- not run: why -->``. Readers of the page do not see it.
_BLOCK = re.compile(
    r"^(?: *<!-- not run: (?P<reason>[^\n]*?) -->\n\n?)? *```(?P<language>\w+)[^\n]*\n(?P<content>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its lines, and the reason why it is not run, if it has that mark."""

    page: str
    language: str
    content: str
    reason: str | None

    def commands(self) -> list[str]:
        """Return the commands, one a string: comments left out, continued lines put together."""
        lines = self.content.replace("\\\n", " ").splitlines()
        return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, heading: str = "") -> list[Block]:
    """Return the fenced blocks of *page* in their order, or only those below *heading*."""
    text = page.read_text()
    if heading:
        text = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return blocks_of(text, name(page))


def blocks_of(text: str, page: str) -> list[Block]:
    return [
        Block(page, found["language"], textwrap.dedent(found["content"]), found["reason"])
        for found in _BLOCK.finditer(text)
    ]


def spans(page: Path) -> Iterator[str]:
    """Yield what *page* has in backticks within its sentences and tables."""
    without_blocks = re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for found in _SPAN.finditer(without_blocks):
        yield found[1]
