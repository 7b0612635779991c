"""Memory: what a check or a load keeps does not grow with the rows that it has done."""

import gc
import tracemalloc

import pytest

from accounts_ledger.imports import content, limits, run
from accounts_ledger.imports.job import Job
from tests.accounts_ledger.imports.conftest import problems

pytestmark = pytest.mark.usefixtures("books")

ROWS = 1_000
#: A dictionary of half of the codes would take more than twice as much.
KILOBYTES = 40


def cards(count):
    return "code,amount,email\n" + "".join(
        f"CARD-{number:07d}-{number * 7919 % 9973:04d},10.00,holder{number}@example.com\n" for number in range(count)
    )


@pytest.fixture
def growth(monkeypatch):
    """Return how many KB more are in use at the end than half-way, when caches of a fixed size are full."""
    used = []

    def measure(job, processed):
        gc.collect()
        used.append(tracemalloc.get_traced_memory()[0] // 1024)

    def during(act):
        # Else what was there before would be looked through after every portion.
        gc.freeze()
        tracemalloc.start()
        with monkeypatch.context() as patched:
            patched.setattr(Job, "progress", measure)
            act()
        tracemalloc.stop()
        gc.unfreeze()
        return used[-1] - used[len(used) // 2]

    # Small portions, so that what grows with the file is not lost beside what one of them takes.
    monkeypatch.setattr(limits, "CHUNK", 5)
    monkeypatch.setattr(content, "_PIECE", 4096)
    return during


def test_a_check_keeps_no_more_in_memory_for_more_rows(uploaded, growth):
    batch = uploaded(cards(ROWS))

    assert growth(lambda: run.start_check(batch, inline=True)) < KILOBYTES
    assert batch.is_loadable


def test_a_load_keeps_no_more_in_memory_for_more_rows(checked, growth):
    batch = checked(cards(ROWS))

    assert growth(lambda: run.start_load(batch, None, inline=True)) < KILOBYTES
    assert batch.state == batch.State.LOADED


def test_codes_that_come_again_far_down_still_name_the_row_where_they_came_first(checked, monkeypatch):
    monkeypatch.setattr(limits, "CHUNK", 20)
    batch = checked(cards(50) + cards(50).split("\n", 1)[1])

    assert problems(batch) == [(50 + row, "code", f"The same code is in row {row}.") for row in range(2, 52)]
