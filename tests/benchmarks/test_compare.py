"""Contenders take turns, and are compared by their medians."""

from benchmarks.compare import Contender, in_turns, table


def contender(name: str, rates: list[float], baseline: str) -> Contender:
    remaining = iter(rates)
    return Contender(name, lambda _seconds: next(remaining), baseline)


def test_contenders_have_their_turns_round_by_round():
    turns: list[str] = []

    def measure(name: str):
        return lambda _seconds: turns.append(name) or 1.0

    in_turns([Contender("a", measure("a"), "a"), Contender("b", measure("b"), "a")], rounds=2, seconds=0)

    assert turns == ["a", "b", "a", "b"]


def test_the_table_shows_medians_and_ratios_to_the_baseline():
    contenders = [contender("floor", [100, 900, 200], "floor"), contender("ours", [400, 300, 1], "floor")]

    lines = table(contenders, in_turns(contenders, rounds=3, seconds=0)).splitlines()

    assert lines[2] == "| floor | 200 | 100 – 900 |  |"
    assert lines[3] == "| ours | 300 | 1 – 400 | 1.50 × floor |"
