"""Which steps a decision covers, and what it links that speaks for them."""

from __future__ import annotations

import pytest

from analytics.criteria.blueprint import bears_on, decision_behind
from analytics.criteria.ladders import earned_level
from analytics.view import RecordView
from simulator import acts
from simulator import events as e
from simulator.scenario.model import Scenario
from tests.analytics.builders import (
    SCENARIO,
    Lines,
    act,
    book,
    decide,
    drill,
    event,
    hits,
    inject,
    judge,
    query,
    say,
    truth,
)

FIVE = ("web_flag", "hotfix", "revoke", "rollback", "block")


def view(*groups: Lines, of: Scenario = SCENARIO) -> RecordView:
    return RecordView(drill(*groups, of=of), book())


def behind(found: RecordView) -> list[str | None]:
    """Return which decision is behind each run, in order."""
    decisions = [decision_behind(found, run) for run in sorted(found.runs, key=lambda run: run.begun)]
    return [None if decision is None else decision.ref for decision in decisions]


def at(clock: str, ident: str, decision: str | None = None) -> Lines:
    return act(clock, ident, takes=10, over=10, decision=decision)


def test_a_decision_covers_the_first_four_of_its_steps() -> None:
    steps = [line for n, ident in enumerate(FIVE) for line in at(f"{9 + n:02d}:00", ident)]
    assert behind(view(decide("08:00", *FIVE), steps)) == ["decision:1"] * 4 + [None]
    # Naming it in the order does not stretch it.
    named = [line for n, ident in enumerate(FIVE) for line in at(f"{9 + n:02d}:00", ident, "decision:1")]
    assert behind(view(decide("08:00", *FIVE), named)) == ["decision:1"] * 4 + [None]
    twice = [*decide("08:00", *FIVE[:3]), *decide("11:30", *FIVE[3:])]
    assert behind(view(twice, steps)) == ["decision:1"] * 3 + ["decision:2"] * 2


@pytest.mark.parametrize(("clock", "covered"), [("07:59", False), ("08:00", True), ("18:00", True), ("18:01", False)])
def test_a_decision_covers_what_is_begun_within_ten_minutes_of_it(clock: str, covered: bool) -> None:
    assert behind(view(decide("08:00"), at(clock, "flag"))) == (["decision:1"] if covered else [None])


@pytest.mark.parametrize(("others", "covered"), [(0, True), (3, True), (7, True), (8, False), (29, False)])
def test_a_decision_that_lists_nearly_everything_covers_nothing(others: int, covered: bool) -> None:
    found = view(decide("08:00", "flag", *(f"other{n}" for n in range(others))), at("09:00", "flag"))
    assert behind(found) == (["decision:1"] if covered else [None])


def test_the_decision_that_an_order_names_is_behind_it_and_else_the_last() -> None:
    two = [*decide("07:00"), *decide("08:00")]
    assert behind(view(two, at("09:00", "flag"))) == ["decision:2"]
    assert behind(view(two, at("09:00", "flag", "decision:1"))) == ["decision:1"]
    assert behind(view(two, at("09:00", "hotfix"))) == [None]
    assert behind(view(two, at("09:00", "hotfix", "decision:1"))) == ["decision:1"]


def test_a_decision_that_covers_nothing_earns_nothing_for_its_steps() -> None:
    everything = decide("08:00", "flag", *(f"other{n}" for n in range(20)))
    record = drill(query("07:00", "zones"), everything, at("09:00", "flag"), world=truth("20:00"))
    for ident in ("G1", "L3", "L4"):
        assert judge(ident, record).points == 0, ident


# --- what speaks for a step --------------------------------------------------------------------------------


def data(**flag: object) -> Scenario:
    plain = SCENARIO.model_dump(mode="json", by_alias=True)
    plain["actions"] = [one | (flag if one["id"] == "flag" else {}) for one in plain["actions"]]
    return Scenario.model_validate(plain)


ALERT = event("05:00", e.AlertFired(alert="a", severity="critical", summary="", value=1))
GROUNDS: list[tuple[str, Lines, tuple[str, ...], bool]] = [
    ("what justifies it", query("05:00", "impact"), ("query:impact",), True),
    ("an alert that justifies it", ALERT, ("alert:a",), True),
    ("what supports the cause", query("05:00", "keyring"), ("query:keyring",), True),
    ("the second run of it", [*query("04:00", "impact"), *query("05:00", "impact", "query:impact#2")],
     ("query:impact#2",), True),
    ("a rival ruled out", query("05:00", "asn"), ("query:asn",), False),
    ("something else", query("05:00", "git_log"), ("query:git_log",), False),
    ("nothing", [], (), False),
    ("what had not been seen", query("09:00", "impact"), ("query:impact",), False),
    ("an error", query("05:00", "impact", ok=False), ("query:impact",), False),
    ("one of several", [*query("04:00", "git_log"), *query("05:00", "impact")], ("query:git_log", "query:impact"),
     True),
]  # fmt: skip


@pytest.mark.parametrize(("name", "lines", "links", "speaks"), GROUNDS, ids=[one[0] for one in GROUNDS])
def test_what_a_decision_links_speaks_for_a_step_or_not(
    name: str, lines: Lines, links: tuple[str, ...], speaks: bool
) -> None:
    of = data(justified_by=["query:impact", "alert:a"])
    found = view(lines, decide("08:00", evidence=links), at("09:00", "flag"), of=of)
    assert bears_on(found, found.decisions[0], found.runs[0]) is speaks


def test_the_level_that_links_carry() -> None:
    def level(*queries: str, before: Lines = ()) -> int:  # type: ignore[assignment]
        looked = [line for ident in queries for line in query("05:00", ident)]
        found = view(before, looked, decide("08:00", evidence=tuple(f"query:{ident}" for ident in queries)),
                     at("09:00", "flag"))  # fmt: skip
        return earned_level(found, found.decisions[0], found.runs[0])

    refuted = [
        *inject("05:00", "attack_claim"), *query("06:00", "asn", "query:asn#2"),
        *say("07:30", "triage", acts.ChallengeClaim(inject="attack_claim", evidence=("query:asn#2",))),
    ]  # fmt: skip
    assert [level(), level("hearsay")] == [0, 0]
    assert [level("impact"), level("impact", "git_log"), level("asn")] == [1, 1, 1]
    assert [level("keyring"), level("impact", before=refuted)] == [2, 2]
    assert [level("keyring", "asn"), level("zones", "asn"), level("zones", "keyring")] == [3, 3, 3]
    # One output is one line, whatever it does; and who was ruled out before is no rival any more.
    assert [level("zones"), level("zones", "impact")] == [2, 2]
    assert level("keyring", "asn", before=refuted) == 2


@pytest.mark.parametrize("queries", [(), ("impact",), ("asn",), ("keyring",), ("zones",), ("keyring", "asn")])
def test_a_claim_above_what_was_earned_never_pays(queries: tuple[str, ...]) -> None:
    looked = [line for ident in queries for line in query("05:00", ident)]
    links = tuple(f"query:{ident}" for ident in queries)

    def points(stated: str) -> float:
        return judge("L3", drill(query("04:00", "zones"), looked, decide("08:00", evidence=links, confidence=stated),
            at("09:00", "flag"))).points  # fmt: skip

    found = view(looked, decide("08:00", evidence=links), at("09:00", "flag"))
    earned = earned_level(found, found.decisions[0], found.runs[0])
    for one in range(max(1, earned) + 1, 4):
        assert points(f"L{one}") < points(f"L{max(1, earned)}"), one
    # One above costs more than one below.
    if 1 < earned < 3:
        assert points(f"L{earned + 1}") < points(f"L{earned - 1}")
    assert points("L3") <= max(points("L1"), points("L2"), points(f"L{max(1, earned)}"))


def test_deciding_nothing_trips_no_cap() -> None:
    assert not hits("C2", drill(decide("08:00"), at("09:00", "flag")))
