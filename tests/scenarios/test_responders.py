"""Scripted responders: the order in which the score must put them, and that they know only what they are shown."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from analytics.scorecard import Scorecard
from scenarios import load, loader, variants
from scenarios.players.derived import ANYBODY
from simulator import acts
from simulator import events as e
from simulator.engine import Engine, new_header
from simulator.errors import UnknownName
from simulator.need_to_know import NeedToKnow
from simulator.play import play, play_each
from simulator.policy import Policy, Scripted
from simulator.record.entry import sees
from simulator.record.journal import Journal
from simulator.record.replay import replay
from simulator.scenario.model import Scenario
from tests import played
from tests.simulator.toy import toy

pytestmark = pytest.mark.slow

SCENARIOS = ("auth_token", "billing_mismatch", "permission_leak")


def journal_of(scenario: str, policy: str, seed: int, variant: str = "base") -> Journal:
    return played.engine(scenario, variant, policy, seed).journal


def card(scenario: str, policy: str, seed: int) -> Scorecard:
    return played.card(scenario, "base", policy, seed)


def test_responders_played_together_give_what_each_gives_alone() -> None:
    # In reverse: whoever derives from by_the_book comes before it.
    names = ("impatient", "silent", "slow", "by_the_book")
    together = dict(play_each(load("auth_token"), names, 7))
    assert tuple(together) == names
    for name, engine in together.items():
        alone = play(load("auth_token"), name, 7).journal
        assert (engine.journal.header, engine.journal.entries) == (alone.header, alone.entries)


TOO_SOON = {"auth_token": {"C10"}, "billing_mismatch": {"C4", "C10"}, "permission_leak": {"C4", "C10"}}
"""Caps of whoever calls it over while it is not, and leaves with nothing shown."""


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_who_cannot_wait_calls_it_over_too_soon(scenario: str) -> None:
    assert {cap.id for cap in card(scenario, "impatient", 7).caps} >= TOO_SOON[scenario]
    for policy in ("impatient", "wrong_cause"):
        reasons = [x.body.reason for x in journal_of(scenario, policy, 7) if isinstance(x.body, e.CommandRefused)]
        assert not [reason for reason in reasons if "given command up" in reason]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_played_drill_replays_to_the_same_bytes(scenario: str) -> None:
    """Whoever gives a course late; other responders' drills are replayed from the golden files."""
    recorded = journal_of(scenario, "slow", 7)
    again = replay(load(scenario), Journal(recorded.header, list(recorded.entries))).journal
    assert [x.to_json() for x in again] == [x.to_json() for x in recorded]


def test_pacing_and_hash_seed_change_no_byte() -> None:
    program = (
        "import sys; from scenarios import load; from simulator.play import play\n"
        "for name in sys.argv[1:]: print('\\n'.join(play(load(name), 'by_the_book', 7, step=1).journal.lines()))"
    )
    other = "1" if os.environ.get("PYTHONHASHSEED") == "0" else "0"
    paced = subprocess.run(
        [sys.executable, "-c", program, *SCENARIOS],
        env={**os.environ, "PYTHONHASHSEED": other},
        capture_output=True,
        check=True,
        text=True,
        cwd=Path(__file__).parents[2],
    ).stdout
    here = (Journal(one.header, one.entries) for one in (journal_of(name, "by_the_book", 7) for name in SCENARIOS))
    assert paced.splitlines() == [line for one in here for line in one.lines()]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_first_page_or_the_report_lands_on_zero_for_every_seed(scenario: str) -> None:
    loaded = load(scenario)
    pages = any(alert.page for alert in loaded.scenario.alerts)
    for seed in range(4):
        engine = Engine(loaded, new_header(loaded, seed))
        engine.advance(60)
        paged = [x.at for x in engine.journal if isinstance(x.body, e.AlertFired) and x.body.page]
        told = [x.at for x in engine.journal if isinstance(x.body, e.InjectDelivered)]
        assert (paged if pages else told)[0] == 0
        assert bool(paged) == pages


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nobody_is_shown_truth_or_another_roles_cue(scenario: str) -> None:
    loaded = load(scenario)
    circle = NeedToKnow(loaded.scenario)
    for entry in journal_of(scenario, "by_the_book", 7):
        roles = [role.id for role in loaded.scenario.roles if sees(entry, role.id, circle)]
        if entry.body.is_truth:
            assert roles == []
        if isinstance(entry.body, e.CueGiven):
            assert roles == [entry.body.role]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nobody_outside_need_to_know_sees_the_matter(scenario: str) -> None:
    circle = NeedToKnow(load(scenario).scenario)
    for entry in journal_of(scenario, "by_the_book", 7):
        body = entry.body
        closed = getattr(body, "channel", "") in load(scenario).scenario.restricted
        theirs = getattr(body, "executor", None) in circle.outside
        matter = isinstance(body, (e.QueryFinished, e.ActionFinished, acts.RecordDecision, acts.StateHypothesis))
        for role in circle.outside:
            assert not (sees(entry, role, circle) and (closed or (matter and not theirs)))


class Blind:
    """An engine without truth: no world, no MSEL, no facts, and of the journal only what anybody may see."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> object:
        if name not in ("telemetry", "logs", "scenario", "entry", "circle", "known"):
            raise AssertionError(f"a responder looked at {name}")
        return getattr(self._engine, name)


@pytest.mark.parametrize(("scenario", "variant", "name"), [
    *((scenario, "base", name) for scenario in SCENARIOS for name in ("by_the_book", "impatient", "hero")),
    *((scenario, variant, "by_the_book") for scenario in SCENARIOS for variant in variants(scenario)[1:]),
])  # fmt: skip
def test_responders_play_the_same_with_an_engine_without_truth(scenario: str, variant: str, name: str) -> None:
    loaded = load(scenario, variant)
    responder = loaded.responders[name]
    assert isinstance(responder, Scripted)

    def make(scenario: Scenario) -> Policy:
        policy = responder.make(scenario)
        return lambda brief: policy(lambda role: replace(brief(role), _drill=Blind(brief(role)._drill)))

    blind = replace(loaded, responders={name: Scripted(make)})
    seed = 7 if variant == "base" else 1  # which other tests play too
    lines = [x.to_json() for x in play(blind, name, seed).journal]
    assert lines == [x.to_json() for x in journal_of(scenario, name, seed, variant)]


@pytest.mark.parametrize("change", [{}, {"figures": [], "changes": [], "logs": [], "injects": []}, {"actions": []}])
def test_who_knows_no_scenario_plays_any(change: dict[str, list[object]]) -> None:
    loaded = replace(toy(**change), responders=ANYBODY)
    entries = {name: play(loaded, name, 1).journal.entries for name in ANYBODY}
    assert {x.body.kind for x in entries["null"] if isinstance(x.body, acts.Act)} == {"take_seat"}
    assert {"declare", "run_query", "update_stakeholders"} <= {x.body.kind for x in entries["gamer"]}
    assert ("take_action" in {x.body.kind for x in entries["gamer"]}) == ("actions" not in change)


def test_a_scenario_without_players_of_its_own_is_played_by_those_who_need_none(monkeypatch) -> None:
    monkeypatch.setattr(loader, "BOOK", "there-is-none.yaml")
    loaded = load.__wrapped__("auth_token")
    assert set(loaded.responders) == {"null", "gamer"}
    assert loaded.teammates(loaded.scenario) == {}
    assert [x.to_json() for x in play(loaded, "gamer", 7).journal] == [
        x.to_json() for x in journal_of("auth_token", "gamer", 7)
    ]


def test_an_unknown_policy_offers_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'by_the_book'"):
        play(load("auth_token"), "by_the_bok", 1)
