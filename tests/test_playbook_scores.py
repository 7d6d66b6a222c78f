"""The recorded drills under every playbook that ships, as a table each: a line a criterion, a column a drill."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

import pytest

from analytics import playbook
from analytics.record import DrillRecord
from analytics.score import score
from analytics.scorecard import Scorecard
from scenarios import load
from tests import recorded
from tests.test_golden import DRILLS, filed

TABLES = recorded.GOLDEN / "playbooks"
BOOKS = ("command", "ops", "protocol", "recovery")

pytestmark = [pytest.mark.golden, pytest.mark.slow]


@cache
def record(scenario: str, policy: str, seed: int) -> DrillRecord:
    return DrillRecord.of(filed(f"{scenario}-{policy}-{seed}"), load(scenario).scenario)


def lines(cards: dict[str, Scorecard]) -> Iterator[str]:
    """Yield the table of cards: totals, caps and anti-patterns, then each criterion."""
    first, *_ = cards.values()
    yield "\t".join(("", *cards))
    yield "\t".join(("total", *(str(card.total) for card in cards.values())))
    yield "\t".join(("uncapped", *(str(card.uncapped) for card in cards.values())))
    yield "\t".join(("band", *(card.band or "none" for card in cards.values())))
    yield "\t".join(("caps", *(" ".join(cap.id for cap in card.caps) or "-" for card in cards.values())))
    yield "\t".join(("patterns", *(" ".join(one.id for one in card.anti_patterns) or "-" for card in cards.values())))
    for part in first.parts:
        for one in part.criteria:
            found = (card.finding(one.id) for card in cards.values())
            cells = (f"{f.points:g}/{f.out_of:g}" if f.status != "not_applicable" else "-" for f in found)
            yield "\t".join((f"{part.id} {one.id}", *cells))


def test_every_playbook_that_ships_has_its_table() -> None:
    assert tuple(playbook.names()) == BOOKS
    assert {path.stem for path in TABLES.iterdir()} == set(BOOKS)


@pytest.mark.parametrize("book", BOOKS)
def test_recorded_drills_score_as_ever_under(book: str) -> None:
    cards = {f"{one[0]} {one[1]}": score(record(*one), playbook.load(book)) for one in DRILLS}
    text = "".join(f"{line}\n" for line in lines(cards))
    file = TABLES / f"{book}.tsv"
    if os.environ.get("GOLDEN") == "write":
        TABLES.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    was, now = file.read_text(encoding="utf-8").split("\n"), text.split("\n")
    apart = [f"was {old!r}, is {new!r}" for old, new in zip(was, now, strict=False) if old != new]
    assert not apart, f"{book}: {apart[0]}; if that is meant, run `make golden` and review it"
    assert len(was) == len(now), f"{book} has other criteria; run `make golden` and review it"
