"""What follows from haste: a warning in time, a lock that two changes fight over, a hotfix that skipped its bake."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scenarios import load
from simulator import acts
from simulator import events as e
from simulator.actions import CONTENDED
from simulator.engine import Engine, new_header
from simulator.record.replay import replay
from tests.shipped import SPELLED_OUT

ALONE = "commander:Ana"


def drill_of(name: str, loaded: Any = None) -> Engine:
    """Return a drill in which one person commands and nobody acts unasked."""
    loaded = loaded or load(name)
    engine = Engine(loaded, new_header(loaded, 7, automation=False))
    give(engine, 0, acts.TakeSeat(seat="commander", name="Ana"), acts.AssignRole(role="commander", to="commander"))
    return engine


def give(engine: Engine, at: int, *commands: acts.Act, by: str = ALONE) -> None:
    engine.advance(at)
    for command in commands:
        assert engine.submit(command, by).refusal is None


def first(engine: Engine, kind: type[e.Event], **having: Any) -> Any:
    """Return the first event of a kind with these values, as its entry, or None."""
    return next(
        (
            x
            for x in engine.journal
            if isinstance(x.body, kind) and all(getattr(x.body, key) == value for key, value in having.items())
        ),
        None,
    )


# --- a warning before the deed -----------------------------------------------------------------------------


def cue_on(name: str, action: str) -> tuple[str, str]:
    """Return an executor of an action who knows something on its topic, and the cue."""
    scenario = load(name).scenario
    spec = scenario.find("actions", action)
    check = scenario.find("queries", spec.precheck)
    topics = {one.topic for one in (spec, check) if one.topic}
    return next(
        (role.id, cue.id)
        for role in scenario.roles
        if role.id in spec.executors
        for cue in role.cues
        if cue.known_from <= 0 and topics & {*cue.topics}
    )


@pytest.mark.parametrize("name", ["auth_token", "permission_leak"])
def test_who_knows_better_says_so_before_touching_anything(name: str) -> None:
    executor, cue = cue_on(name, "rollback")
    engine = drill_of(name)
    give(engine, 120, acts.TakeAction(action="rollback", executor=executor))
    engine.advance(600)
    told, started = first(engine, e.CueShared, cue=cue), first(engine, e.ActionStarted, action="rollback")
    assert told.at + 20 <= started.at
    engine.run_to_horizon()
    again = replay(load(name), engine.journal)
    assert again.journal.entries == engine.journal.entries


@pytest.mark.parametrize("name", ["auth_token", "permission_leak"])
def test_whoever_was_warned_can_stop_it_in_time(name: str) -> None:
    executor, cue = cue_on(name, "rollback")
    engine = drill_of(name)
    give(engine, 120, acts.TakeAction(action="rollback", executor=executor))
    while first(engine, e.CueShared, cue=cue) is None:
        engine.advance(engine.now + 5)
    give(engine, engine.now + 5, acts.AbortAction(action="action:rollback"))
    engine.advance(900)
    assert first(engine, e.ActionStarted, action="rollback") is None
    assert first(engine, e.ActionAborted, action="rollback")
    assert first(engine, e.KnobTurned, knob="rollback", value=1.0) is None


def test_what_was_said_already_holds_nobody_up() -> None:
    executor, cue = cue_on("auth_token", "rollback")
    engine = drill_of("auth_token")
    scenario = engine.scenario
    topic = next(topic for role in scenario.roles for one in role.cues if one.id == cue for topic in one.topics)
    give(engine, 60, acts.AskRole(role=executor, topic=topic))
    engine.advance(240)
    assert first(engine, e.CueShared, cue=cue)
    give(engine, 240, acts.TakeAction(action="rollback", executor=executor))
    engine.advance(480)
    queued, started = (
        first(engine, e.ActionQueued, action="rollback"),
        first(engine, e.ActionStarted, action="rollback"),
    )
    assert started.at - queued.at < 20


# --- two who fight over one lock ---------------------------------------------------------------------------


def test_a_contradicting_action_is_held_up_by_the_first() -> None:
    took = {}
    for rival in (False, True):
        engine = drill_of("auth_token")
        give(engine, 60, acts.RunQuery(query="keyring", executor="triage"))
        if rival:
            give(engine, 240, acts.TakeAction(action="hotfix", executor="mitigation"))
        give(engine, 420, acts.TakeAction(action="restart_pods", executor="commander"))
        engine.advance(600)
        begun = first(engine, e.ActionStarted, action="restart_pods")
        done = first(engine, e.ActionFinished, action="restart_pods")
        took[rival] = done.at - begun.at
        assert ("held up" in done.body.output) == rival
        assert begun.body.expected == done.at
    assert took[True] == round(CONTENDED * took[False])


def test_nothing_is_rolled_out_over_a_rollout_that_hangs() -> None:
    engine = drill_of("auth_token")
    give(engine, 60, acts.RunQuery(query="keyring", executor="triage"))
    give(engine, 120, acts.TakeAction(action="rollback", executor="commander"))
    engine.advance(420)
    assert engine.world.facts()["rollback_stalled"]
    for action in ("hotfix", "hotfix_fast", "restart_pods"):
        engine.submit(acts.TakeAction(action=action, executor="triage"), ALONE)
        refused = engine.journal.entries[-1].body
        assert isinstance(refused, e.CommandRefused)
        assert "in the middle of another roll-out" in refused.reason


# --- what skipped its bake -----------------------------------------------------------------------------------

HASTY = [("auth_token", "keyring"), ("billing_mismatch", "handler_diff")]


def certain(name: str, chance: float) -> Any:
    """Return a scenario in which the second defect comes with this chance."""
    loaded = load(name)
    actions = tuple(
        one.model_copy(update={"mishap": one.mishap.model_copy(update={"chance": chance})}) if one.mishap else one
        for one in loaded.scenario.actions
    )
    return replace(loaded, scenario=loaded.scenario.model_copy(update={"actions": actions}))


def hastily_fixed(name: str, query: str, chance: float) -> Engine:
    engine = drill_of(name, loaded=certain(name, chance))
    give(engine, 60, acts.RunQuery(query=query, executor="triage"))
    give(engine, 300, acts.TakeAction(action="hotfix_fast", executor="mitigation"))
    engine.advance(2700)
    return engine


@pytest.mark.parametrize(("name", "query"), HASTY)
def test_a_second_defect_takes_part_of_the_fix_back_and_is_on_record(name: str, query: str) -> None:
    well, badly = (hastily_fixed(name, query, chance) for chance in (1e-9, 1.0))
    assert first(well, e.ChangeHappened, change="hotfix_fast_defect") is None
    assert well.world.knobs()["hotfix_share"] == 1
    shown = first(badly, e.ChangeHappened, change="hotfix_fast_defect")
    assert shown.at > first(badly, e.MitigationTookEffect, action="hotfix_fast").at
    assert badly.world.knobs()["hotfix_share"] < 1
    assert "change:hotfix_fast_defect" in badly.incident.refs
    ahead = [sum(d.weight * x.world.harm()[d.id] / d.scale for d in x.scenario.harm) for x in (well, badly)]
    assert ahead[0] < ahead[1]


def test_going_back_mends_it_only_where_it_came_to_an_end() -> None:
    for compatible in (False, True):
        engine = drill_of("auth_token", loaded=certain("auth_token", 1.0))
        give(engine, 60, acts.RunQuery(query="keyring", executor="triage"), acts.PageTeam(role="dba"))
        give(engine, 300, acts.TakeAction(action="hotfix_fast", executor="mitigation"))
        while first(engine, e.ActionFinished, action="hotfix_fast") is None:
            engine.advance(engine.now + 15)
        if compatible:
            engine.submit(acts.OverrideOutcome(action="rollback", outcome="force", reason="so wanted"), "facilitator:F")
        give(engine, engine.now + 5, acts.TakeAction(action="rollback", executor="triage"))
        engine.advance(3000)
        run = engine.incident.last_run("action", "rollback")
        assert run is not None
        assert run.state == ("done" if compatible else "stalled")
        assert (first(engine, e.ChangeHappened, change="hotfix_fast_defect") is None) == compatible


@pytest.mark.parametrize(("name", "query"), HASTY)
def test_it_comes_about_as_often_as_is_said(name: str, query: str) -> None:
    from simulator.streams import streams

    chance = load(name).scenario.find("actions", "hotfix_fast").mishap.chance
    came = sum(streams(seed)("mishap/hotfix_fast").random() < chance for seed in range(2000))
    assert 0.09 < came / 2000 < 0.15


# --- who leads has to go ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SPELLED_OUT)
@pytest.mark.parametrize("leads", ["commander", "deputy", "triage"])
def test_whoever_leads_has_to_hand_over(name: str, leads: str) -> None:
    engine = drill_of(name)
    if leads != "commander":
        give(engine, 60, acts.AssignRole(role="commander", to=leads))
    engine.advance(1800 + 240)
    assert first(engine, e.InjectDelivered, inject="commander_leaves")
    gone = first(engine, e.RoleVacated, role="commander")
    assert gone is not None
    assert gone.body.seat == leads


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_who_has_just_taken_over_may_stay(name: str) -> None:
    engine = drill_of(name)
    give(engine, 22 * 60, acts.AssignRole(role="commander", to="deputy"))
    engine.advance(2400)
    assert first(engine, e.InjectDelivered, inject="commander_leaves") is None
    assert engine.incident.holder("commander") == "deputy"


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_a_command_handed_over_before_need_not_be_handed_over_again(name: str) -> None:
    engine = drill_of(name)
    scenario = engine.scenario
    offer = acts.HandOff(
        what="commander", to="deputy", included=(scenario.segments[0].id,), unknowns=(scenario.unknowns[0].id,),
        next_checkpoint_minutes=5,
    )  # fmt: skip
    give(engine, 720, offer)
    engine.advance(2400)
    assert first(engine, e.InjectDelivered, inject="commander_leaves") is None
    assert engine.incident.holder("commander") == "deputy"


# --- who comes late ----------------------------------------------------------------------------------------------


def test_who_joins_late_still_brings_up_what_they_know() -> None:
    engine = drill_of("auth_token")
    give(engine, 25 * 60, acts.PageTeam(role="mobile"))
    engine.advance(45 * 60)
    joined, told = first(engine, e.RoleJoined, role="mobile"), first(engine, e.CueShared, cue="mobile_flag")
    assert 60 <= told.at - joined.at <= 900
    assert told.body.how == "late"


def test_every_page_may_go_unanswered() -> None:
    for name in SPELLED_OUT:
        away = [role for role in load(name).scenario.roles if not role.present]
        assert away
        assert all(role.unanswered >= 0.1 for role in away)


# --- pressure fits what was done -----------------------------------------------------------------------------------


def test_nobody_asks_for_a_rollback_that_is_under_way() -> None:
    asked = {}
    for does_it in (False, True):
        engine = drill_of("auth_token")
        if does_it:
            give(engine, 300, acts.TakeAction(action="rollback", executor="commander"))
        engine.advance(1200)
        asked[does_it] = {
            ident for ident in ("want_rollback", "roll_back_now", "over_then") if ident in engine.incident.delivered
        }
    assert asked == {False: {"want_rollback", "roll_back_now"}, True: {"over_then"}}


def test_a_replay_without_a_boundary_is_called_out() -> None:
    engine = drill_of("billing_mismatch")
    give(engine, 60, acts.RunQuery(query="selective_dry_run", executor="data"))
    give(engine, 420, acts.TakeAction(action="replay_selective", executor="data"))
    engine.advance(900)
    assert first(engine, e.InjectDelivered, inject="replay_unbounded")
