"""The command playbook over shipped drills: who plays better has more, and every point shows what it rests on."""

from __future__ import annotations

import pytest

from analytics.playbook import load
from analytics.score import score
from analytics.scorecard import Scorecard
from simulator import acts
from tests import played
from tests.shipped import SPELLED_OUT

SEED = 7
POLICIES = ("by_the_book", "slow", "silent", "impatient")
pytestmark = pytest.mark.slow


def card(name: str, policy: str) -> Scorecard:
    return score(played.record(name, "base", policy, SEED), load("command"))


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_the_order_of_responders_is_kept(name: str) -> None:
    played.cards(name, "base", SEED)
    cards = {policy: card(name, policy) for policy in POLICIES}
    total = {policy: one.total for policy, one in cards.items()}
    assert total["by_the_book"] >= 85
    assert not cards["by_the_book"].caps
    assert total["by_the_book"] > total["slow"] > total["silent"] > total["impatient"]
    assert total["silent"] <= 60


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", SPELLED_OUT)
def test_every_finding_says_why_and_shows_it(name: str, policy: str) -> None:
    entries = played.record(name, "base", policy, SEED).journal.entries
    for part in card(name, policy).parts:
        for finding in part.criteria:
            assert finding.why
            assert finding.source
            assert finding.evidence or not finding.points
            assert all(1 <= seq <= len(entries) for seq in finding.evidence)


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_the_book_keeps_a_timeline_by_the_scribe_and_is_refused_nothing_of_it(name: str) -> None:
    engine = played.engine(name, "base", "by_the_book", SEED)
    scribe = engine.scenario.seat_for("scribes")
    notes = [x for x in engine.journal if isinstance(x.body, acts.NoteTimeline)]
    assert {x.body.what for x in notes if isinstance(x.body, acts.NoteTimeline)} == {
        "fact", "hypothesis", "decision", "command", "update", "responsibility"
    }  # fmt: skip
    assert sum(x.role == scribe for x in notes) >= len(notes) - 1
    refused = {x.seq - 1 for x in engine.journal if x.body.kind == "command_refused"}
    assert not refused & {x.seq for x in engine.journal if isinstance(x.body, (acts.NoteTimeline, acts.StateScope))}
