"""What a published scorecard says of itself, and what is set beside it by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from analytics.about import TIMES, about, ending, how_verified, times
from analytics.overrides import in_force, total_by_hand, with_overrides
from analytics.playbook import load
from analytics.score import score
from analytics.view import RecordView
from simulator import acts
from simulator import events as e
from tests.analytics import builders as b

FLAG = [*b.decide("08:00", "flag"), *b.act("10:00", "flag", decision="decision:1")]
WHOLE = [
    *b.say("01:00", "commander", acts.TakeSeat(seat="commander", name="Ana Secretive")),
    *b.query("03:00", "impact"), *b.declare(evidence=["query:impact"]), *b.update("06:00"), *FLAG,
    *b.query("20:00", "rerun"), *b.closure("25:00"),
]  # fmt: skip


def view(*lines: Any, **more: Any) -> RecordView:
    return RecordView(b.drill(*lines, **more), load())


@pytest.mark.parametrize(("role", "how", "says"), [
    ("deputy", "stopped", "ended by the deputy"), ("facilitator", "time", "ended by the facilitator"),
    ("facilitator", "stopped", "stopped by the facilitator"), (None, "time", "time was up"),
    (None, "resolved", "closed by the team"),
])  # fmt: skip
def test_who_ended_a_drill_is_told_and_time_is_up_only_when_it_is(role: str | None, how: Any, says: str) -> None:
    asked = [] if role is None else b.say("12:00", role, acts.EndDrill(how=how))
    assert ending(view(asked, b.event("12:00", e.DrillEnded(how=how)))) == says


def test_the_turning_points_are_those_of_the_record_and_of_the_world() -> None:
    found = times(view(WHOLE, world=b.truth(recovers="12:00")))
    assert list(found) == list(TIMES)
    assert (found["acknowledged"], found["declared"], found["first_update"]) == (None, 240, 360)
    assert found["first_mitigation"] == 600
    assert found["recovered"] in range(660, 781)
    assert found["verified"] == 1200
    nothing = times(view())
    assert [name for name, at in nothing.items() if at is not None] == []


def test_what_never_recovers_has_no_time_for_it_and_was_not_verified() -> None:
    assert times(view(WHOLE))["recovered"] is None
    assert times(view(WHOLE))["verified"] is None
    assert how_verified(view(WHOLE)) == ""


def test_nothing_is_verified_before_it_has_recovered_and_the_head_says_by_what() -> None:
    back = [*FLAG, *b.event("14:00", e.ToleranceCrossed(segment="web", within=True))]
    world = b.truth(recovers="14:00")
    seen = view(back, b.query("13:59", "rerun"), b.verify("20:00", green=False), world=world)
    found = times(seen)
    assert (found["recovered"], found["verified"]) == (840, 840)
    assert how_verified(seen) == "by the rerun; the comparison at T+25:00 was not green"
    early = view(back, b.query("13:00", "rerun"), b.verify("20:00"), world=world)
    assert (times(early)["verified"], how_verified(early)) == (1500, "by the comparison")


def test_a_published_card_says_of_what_it_is_and_names_nobody() -> None:
    card = score(b.drill(WHOLE, b.declare("30:00")), load())
    data = json.loads(card.to_json())
    of = {"id": "recovery", "title": "Incident recovery", "version": "", "digest": load().digest()}
    assert data["playbook"] == of
    drill = data["drill"]
    assert (drill["scenario"], drill["variant"], drill["seed"]) == ("fixture", "base", 1)
    assert drill["difficulty"] == "standard"
    assert (drill["mode"], drill["engine"], drill["policy"]) == ("training", "1", "fixture")
    assert [one["role"] for one in drill["roles"]] == ["commander"]
    assert data["causes"] == [{"id": "key", "title": "Wrong key"}]
    assert set(data["times"]) == set(TIMES)
    assert {"anti_patterns", "remarks", "caps", "parts", "total", "spread"} <= set(data)
    assert "Secretive" not in card.to_json()


def test_every_anti_pattern_is_published_with_its_limit_and_moments() -> None:
    moved = b.say("10:00", "commander", acts.ChangeSeverity(severity="SEV-2", because="b"))
    data = score(b.drill(b.declare(), moved), load()).as_data()
    found = next(one for one in data["anti_patterns"] if one["id"] == "moved_severity")
    assert found["limit"] == 84
    assert found["evidence"]
    assert found["why"]


def test_a_digest_tells_playbooks_apart_by_what_they_judge() -> None:
    book = load()
    other = book.model_copy(update={"title": "Other"})
    assert book.digest() == load().digest() != other.digest()
    assert about(view())["playbook"]["digest"] == book.digest()


def test_a_card_without_a_total_is_published_as_one() -> None:
    card = replace(score(b.drill(), load()), total=None, uncapped=None, band=None)
    data = json.loads(card.to_json())
    assert (data["total"], data["band"]) == (None, None)
    assert data["parts"]


# --- by hand -----------------------------------------------------------------------------------------------


def made(criterion: str, points: float, reason: str = "seen", book: str = "own", n: int = 1) -> dict[str, Any]:
    return {"n": n, "author": "Fo", "made": 1.0, "playbook": book, "criterion": criterion, "points": points,
            "out_of": 4.0, "was": 1.0, "reason": reason}  # fmt: skip


def card(total: int | None = 50, uncapped: int = 50, **more: Any) -> dict[str, Any]:
    found = [{"id": "a", "points": 1.0, "out_of": 4.0}, {"id": "b", "points": 4.0, "out_of": 6.0}]
    return {"total": total, "uncapped": uncapped, "playbook": {"id": "own"}, "caps": [], "anti_patterns": [],
            "parts": [{"criteria": found}]} | more  # fmt: skip


def test_points_by_hand_stand_beside_the_card_and_replace_nothing() -> None:
    told = with_overrides(card(), [made("a", 4.0)])
    assert {name: told[name] for name in card()} == card()
    assert told["total_by_hand"] == 80
    assert told["overrides"] == [
        {"criterion": "a", "points": 4.0, "out_of": 4.0, "was": 1.0, "reason": "seen", "author": "Fo", "made": 1.0}
    ]
    assert with_overrides(card(), []) == card()


@pytest.mark.parametrize(
    ("overrides", "of", "total"),
    [
        ([], card(), None),
        ([made("a", 4.0), made("a", 2.0, n=2)], card(), 60),  # the last word counts, the first one stays on record
        ([made("a", 4.0, book="another")], card(), None),
        ([made("a", 4.0)], card(caps=[{"limit": 70}]), 70),
        ([made("a", 4.0)], card(anti_patterns=[{"limit": 65}]), 65),
        ([made("a", 4.0)], card(total=40, uncapped=50, caps=[{"limit": 60}]), 40),
        ([made("a", 0.0)], card(), 40),
        ([made("a", 4.0)], card(total=None), None),
        ([made("x", 4.0)], card(), None),
    ],
)
def test_the_total_by_hand_keeps_every_limit(overrides: list[dict[str, Any]], of: dict[str, Any], total: int) -> None:
    assert total_by_hand(of, in_force(overrides, of)) == total
