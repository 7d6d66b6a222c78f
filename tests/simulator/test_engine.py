"""The engine's promises: order, determinism, hands, refusals, world running on, truth kept from roles."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import acts
from simulator import events as e
from simulator.briefing import briefing
from simulator.engine import Engine
from simulator.errors import ReplayDivergence
from simulator.record.entry import Entry, sees
from simulator.record.journal import load, refused
from simulator.record.replay import rebuild, replay, rerun
from tests.simulator.toy import engine, toy

MITIGATION = "mitigation:Ana"
COMMANDER = "commander:Bo"


def kinds(drill: Engine) -> list[str]:
    return [entry.body.kind for entry in drill.journal]


def bodies(drill: Engine, kind: type[e.Event]) -> list[e.Event]:
    return [entry.body for entry in drill.journal if isinstance(entry.body, kind)]


def refusal_of(drill: Engine, command: acts.Act, by: str) -> str:
    """Give a command that is refused and return why."""
    refusal = drill.submit(command, by).refusal
    assert refusal is not None
    return refusal.reason


def play(drill: Engine, script: list[tuple[int, str, acts.Act]], step: int | None = None) -> Engine:
    """Give each command at its second, advancing in one go or in steps."""
    for at, by, command in script:
        advance(drill, at, step)
        drill.submit(command, by)
    advance(drill, drill.scenario.horizon + 1, step)
    return drill


def advance(drill: Engine, to: int, step: int | None) -> None:
    while step and drill.now + step < to:
        drill.advance(drill.now + step)
    drill.advance(to)


SCRIPT: list[tuple[int, str, acts.Act]] = [
    (-60, MITIGATION, acts.TakeSeat(seat="mitigation", name="Ana")),
    (30, COMMANDER, acts.AcknowledgePage(alert="Errors")),
    (65, MITIGATION, acts.RunQuery(query="check")),
    (66, MITIGATION, acts.RunQuery(query="check")),
    (120, COMMANDER, acts.Declare(severity="SEV-2", title="t", evidence=("alert:Errors",))),
    (130, COMMANDER, acts.AssignRole(role="deputy", to="deputy")),
    (200, MITIGATION, acts.TakeAction(action="flag_off")),
    (207, COMMANDER, acts.PageTeam(role="dba")),
    (300, MITIGATION, acts.SearchLogs(text="boom", minutes=5)),
    (600, MITIGATION, acts.TakeAction(action="purge")),
    (800, COMMANDER, acts.RecordVerification(metrics=("errors",), baseline_from=-25, baseline_to=-10)),
]


def test_the_first_page_lands_on_zero_for_every_seed() -> None:
    for seed in range(8):
        drill = engine(seed)
        drill.advance(30)
        pages = [entry.at for entry in drill.journal if isinstance(entry.body, e.AlertFired)]
        assert pages[0] == 0


@pytest.mark.parametrize("step", [1, 7, 60, 3600])
def test_pacing_does_not_change_a_byte(step: int) -> None:
    whole = list(play(engine(), SCRIPT).journal.lines())
    assert list(play(engine(), SCRIPT, step).journal.lines()) == whole


@pytest.mark.slow
def test_hash_seed_does_not_change_a_byte() -> None:
    program = "from tests.simulator.test_engine import *\nprint('\\n'.join(play(engine(), SCRIPT).journal.lines()))"
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
            cwd=Path(__file__).parents[2],
        ).stdout
        for seed in ("0", "1")
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].count("\n") > 50


def test_replay_is_identical_and_names_the_first_difference(tmp_path: Path) -> None:
    drill = play(engine(), SCRIPT)
    path = tmp_path / "a.jsonl"
    drill.journal.save(path)
    loaded = load(path)
    assert list(replay(toy(), loaded).journal.lines()) == list(drill.journal.lines())
    at = next(i for i, entry in enumerate(loaded.entries) if isinstance(entry.body, e.QueryFinished))
    was = loaded.entries[at]
    loaded.entries[at] = Entry(was.seq, was.at + 1, was.by, was.body)
    with pytest.raises(ReplayDivergence, match=f"entry {was.seq} differs"):
        replay(toy(), loaded)


def test_a_rebuilt_engine_goes_on_like_the_one_that_was_killed() -> None:
    one = engine()
    for at, by, command in SCRIPT[:6]:
        one.advance(at)
        one.submit(command, by)
    two = rebuild(toy(), one.header, list(one.journal.commands()), until=one.now)
    for drill in (one, two):
        for at, by, command in SCRIPT[6:]:
            drill.advance(at)
            drill.submit(command, by)
        drill.run_to_horizon()
    assert list(one.journal.lines()) == list(two.journal.lines())


def test_the_same_commands_on_another_seed_wait_for_what_they_rest_on() -> None:
    script = [
        (10, MITIGATION, acts.RunQuery(query="check")),
        (45, COMMANDER, acts.Declare(severity="SEV-2", title="t", evidence=("query:check",))),
    ]
    played = []
    for seed in range(30):
        drill = engine(seed)
        played.append(play(drill, script).incident.declared_at)
    quick = next(seed for seed, at in enumerate(played) if at == 45)
    late = next(seed for seed, at in enumerate(played) if at is None)
    again = rerun(toy(), play(engine(quick), script).journal, late)
    declared = next(x for x in again if isinstance(x.body, acts.Declare))
    assert declared.at > 45
    assert not refused(again.entries)


def test_two_hands_run_one_query_at_a_time() -> None:
    drill = play(engine(), SCRIPT)
    started = [x for x in drill.journal if isinstance(x.body, e.QueryStarted) and x.body.run.startswith("query:check")]
    finished = [x for x in drill.journal if isinstance(x.body, e.QueryFinished) and x.body.query == "check"]
    assert [x.body.run for x in started] == ["query:check", "query:check#2"]
    assert started[1].at == finished[0].at
    assert any(isinstance(x.body, e.QueryQueued) for x in drill.journal)


def test_a_delegated_query_becomes_a_task_that_a_teammate_acknowledges_and_reports() -> None:
    drill = engine()
    drill.advance(10)
    drill.submit(acts.RunQuery(query="check", executor="mitigation"), COMMANDER)
    drill.advance(300)
    seen = [k for k in kinds(drill) if k.startswith(("task", "query"))]
    assert seen == ["task_assigned", "task_acknowledged", "query_started", "query_finished", "task_reported"]


def test_a_delegated_query_to_a_person_waits_for_the_person() -> None:
    drill = engine()
    drill.submit(acts.TakeSeat(seat="mitigation", name="Ana"), MITIGATION)
    drill.submit(acts.RunQuery(query="check", executor="mitigation"), COMMANDER)
    drill.advance(300)
    assert "task_assigned" in kinds(drill)
    assert "query_started" not in kinds(drill)
    drill.submit(acts.AcknowledgeTask(task="task:1"), MITIGATION)
    drill.submit(acts.ReportTask(task="task:1", text="done"), MITIGATION)
    assert drill.incident.tasks["task:1"].reported == 300


@pytest.mark.parametrize(
    ("by", "command", "reason"),
    [
        ("comms:Cy", acts.Freeze(scope=("web",)), "Comms may not do that; ask Commander or Deputy or Mitigation"),
        (MITIGATION, acts.TakeAction(action="purge"), "it would fill again; flag off first"),
        (COMMANDER, acts.RunQuery(query="chek"), "nothing here is called 'chek'; did you mean 'check'?"),
        (COMMANDER, acts.RunQuery(query="deep"), "@dba is not in the room; page them first"),
        (COMMANDER, acts.RunQuery(query="check", executor="comms"), "@comms cannot do that"),
        (COMMANDER, acts.RequestClosure(confidence="L3"), "declare the incident first"),
        (COMMANDER, acts.ChangeStatus(status="resolved"), "closure gate"),
        (COMMANDER, acts.AcknowledgePage(alert="Errors"), "has not fired"),
        (COMMANDER, acts.AnswerAsker(inject="boss", answer="no"), "nothing here is called 'boss'"),
        ("facilitator:Fo", acts.Declare(severity="SEV-1", title="x"), "take a seat"),
        (COMMANDER, acts.FireInject(inject="boss"), "may not do that"),
        ("nobody:X", acts.PostMessage(text="hi"), "no role 'nobody'"),
    ],
)
def test_refusals_say_why_and_the_drill_goes_on(by: str, command: acts.Act, reason: str) -> None:
    drill = engine()
    answer = drill.submit(command, by)
    assert answer.refusal is not None
    assert reason in answer.refusal.reason
    drill.advance(60)
    assert drill.now == 60
    said = drill.journal.entries[answer.entry.seq].body
    assert isinstance(said, e.CommandRefused)
    assert (said.command, said.reason) == (answer.entry.seq, answer.refusal.reason)


def test_who_leads_delegates_to_the_least_busy() -> None:
    drill = engine()
    drill.submit(acts.RunQuery(query="check"), COMMANDER)
    drill.submit(acts.RunQuery(query="check", executor="commander"), COMMANDER)
    drill.advance(drill.now + 1)
    assert [task.owner for task in drill.incident.tasks.values()] == ["mitigation"]
    assert [run.executor for run in drill.incident.runs.values()] == ["commander"]


def test_who_speaks_for_an_empty_seat_sits_in_it_and_nobody_else_can() -> None:
    drill = engine()
    drill.submit(acts.PostMessage(text="hello"), COMMANDER)
    assert drill.incident.seats == {"commander": "Bo"}
    assert "taken by Bo" in refusal_of(drill, acts.TakeSeat(seat="commander", name="Cy"), "commander:Cy")


def test_what_cannot_be_stopped_says_so() -> None:
    drill = engine()
    drill.submit(acts.TakeAction(action="flag_off"), MITIGATION)
    drill.advance(60)
    drill.submit(acts.TakeAction(action="purge"), MITIGATION)
    drill.advance(70)
    assert "cannot be stopped" in refusal_of(drill, acts.AbortAction(action="action:purge"), MITIGATION)


def test_who_must_leave_hands_over_or_leaves_the_role_vacant() -> None:
    vacant, handed = engine(), engine()
    for drill in (vacant, handed):
        drill.submit(acts.AssignRole(role="commander", to="commander"), COMMANDER)
        drill.advance(1210)
    handed.submit(
        acts.HandOff(what="commander", to="deputy", included=(), unknowns=(), next_checkpoint_minutes=5), COMMANDER
    )
    for drill in (vacant, handed):
        drill.advance(1500)
    assert vacant.incident.holder("commander") is None
    assert handed.incident.holder("commander") == "deputy"
    assert "had to leave" in refusal_of(vacant, acts.AssignRole(role="commander", to="commander"), COMMANDER)


def test_a_refusal_names_nothing_that_is_not_for_the_one_who_asked() -> None:
    drill = engine()
    drill.advance(300)
    for ref in ("cue:purge_is_safe", "inject:secret", "query:none"):
        told = refusal_of(drill, acts.Declare(severity="SEV-2", title="t", evidence=(ref,)), COMMANDER)
        told = told.replace(repr(ref), "")
        assert "nothing here is called" in told
        assert "purge_is_safe" not in told
        assert "secret" not in told


def test_only_who_asked_sees_what_was_refused() -> None:
    drill = engine()
    entry = drill.submit(acts.RunQuery(query="chek"), COMMANDER).entry
    assert entry in briefing(drill, "commander").entries
    assert entry not in briefing(drill, "mitigation").entries


def test_a_stalled_action_waits_for_its_obstacle_or_an_abort() -> None:
    drill = engine()
    drill.submit(acts.TakeSeat(seat="deputy", name="Di"), "deputy:Di")
    drill.submit(acts.TakeAction(action="move"), MITIGATION)
    drill.advance(60)
    assert drill.incident.runs["action:move"].state == "waiting"
    drill.submit(acts.SignOff(action="move"), "deputy:Di")
    drill.advance(240)
    assert drill.incident.runs["action:move"].state == "stalled"
    drill.submit(acts.AbortAction(action="action:move"), MITIGATION)
    drill.advance(241)
    assert drill.incident.runs["action:move"].state == "aborted"
    drill.submit(acts.TakeAction(action="move"), MITIGATION)
    drill.advance(300)
    assert drill.incident.runs["action:move#2"].state == "waiting"  # a sign-off is for one run
    drill.submit(acts.SignOff(action="move"), "deputy:Di")
    drill.advance(420)
    drill.submit(acts.TakeAction(action="flag_off"), MITIGATION)
    drill.advance(600)
    assert drill.incident.runs["action:move#2"].state == "done"


def test_a_freeze_keeps_the_merge_out_and_no_freeze_lets_it_harm() -> None:
    free, frozen = engine(), engine()
    frozen.submit(acts.Freeze(scope=("web",)), COMMANDER)
    for drill in (free, frozen):
        drill.run_to_horizon()
    assert bodies(free, e.MergeLanded)
    assert not bodies(frozen, e.MergeLanded)
    assert free.world.harm()["lost"] > frozen.world.harm()["lost"]


def test_the_world_runs_on_after_the_end_so_ending_early_reduces_no_harm() -> None:
    early, late = engine(), engine()
    early.submit(acts.EndDrill(how="stopped"), COMMANDER)
    for drill in (early, late):
        drill.run_to_horizon()
        assert drill.finished
    assert early.world.harm() == late.world.harm()
    assert [b.how for b in bodies(late, e.DrillEnded)] == ["time"]
    drill = early
    assert "the drill is over" in refusal_of(drill, acts.PostMessage(text="late"), COMMANDER)


def test_injects_are_timed_contingent_held_edited_and_fired() -> None:
    drill = engine()
    drill.submit(acts.HoldInject(inject="boss"), "facilitator:Fo")
    drill.submit(acts.EditInject(inject="secret", text="new words", at_minutes=6), "facilitator:Fo")
    drill.advance(500)
    got = {entry.body.inject: entry.at for entry in drill.journal if isinstance(entry.body, e.InjectDelivered)}
    assert got == {"late": 360, "secret": 360}
    drill.submit(acts.FireInject(inject="boss"), "facilitator:Fo")
    assert "boss" in drill.incident.asks
    drill.submit(acts.AnswerAsker(inject="boss", answer="no"), COMMANDER)
    assert "boss" not in drill.incident.asks
    assert drill.journal.entries[-1].body.text == "Fine."


def test_briefings_hold_no_truth_no_other_roles_cue_and_nothing_to_come() -> None:
    drill = play(engine(), SCRIPT)
    for role in ("commander", "mitigation"):
        got = briefing(drill, role).entries
        assert not any(x.body.is_truth for x in got)
        assert all(sees(x, role, drill.circle) for x in got)
    commander = [x.body for x in briefing(drill, "commander").entries]
    assert not any(isinstance(b, e.CueGiven) for b in commander)
    assert not any(isinstance(b, e.InjectDelivered) and b.inject == "secret" for b in commander)
    assert any(isinstance(x.body, e.CueGiven) for x in briefing(drill, "mitigation").entries)


def test_a_cue_comes_when_asked_and_late_by_itself_otherwise() -> None:
    asked, silent = engine(), engine()
    asked.submit(acts.AskRole(role="mitigation", topic="purge"), COMMANDER)
    for drill in (asked, silent):
        drill.run_to_horizon()
    assert [b.how for b in bodies(asked, e.CueShared)] == ["asked"]
    assert [b.how for b in bodies(silent, e.CueShared)] == ["late"]


def test_panels_lag_and_a_missing_series_gives_no_data() -> None:
    drill = engine()
    drill.advance(301)
    points = briefing(drill, "commander").series("errors")
    assert points[-1][0] == 270  # a scrape at 270 is visible 30 s later, one at 285 is not yet
    assert briefing(drill, "commander").latest("gone") is None


def test_closure_names_what_is_missing() -> None:
    drill = engine()
    drill.advance(60)
    drill.submit(acts.Declare(severity="SEV-2", title="t"), COMMANDER)
    drill.submit(acts.RequestClosure(confidence="L1"), COMMANDER)
    missing = bodies(drill, e.ClosureRefused)[0].missing
    assert [words.partition(":")[0] for words in missing] == [
        "ownership recorded", "ownership recorded", "mitigation path justified", "verified with fresh evidence",
        "verified with fresh evidence", "rollback trigger and owner", "residual risks explicit", "hardening backlog",
        "communications complete", "closure package", "confidence",
    ]  # fmt: skip
    assert not drill.incident.closed


def test_hints_come_in_training_only_and_only_while_needed() -> None:
    training, done, exam = engine(mode="training"), engine(mode="training"), engine()
    for drill in (training, done, exam):
        drill.submit(acts.TakeSeat(seat="commander", name="Bo"), COMMANDER)
    done.submit(acts.TakeAction(action="flag_off"), MITIGATION)
    for drill in (training, done, exam):
        drill.advance(300)
    assert [hint.to for hint in bodies(training, e.HintGiven)] == [("commander",)]
    assert not bodies(done, e.HintGiven)
    assert not bodies(exam, e.HintGiven)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-60, 1800),
            st.sampled_from([MITIGATION, COMMANDER, "comms:Cy", "facilitator:Fo"]),
            st.sampled_from(
                [command for _, _, command in SCRIPT]
                + [
                    acts.EndDrill(),
                    acts.PostMessage(text="<b>x</b>"),
                    acts.TakeAction(action="move"),
                    acts.Freeze(scope=("web",)),
                    acts.AbortAction(action="action:move"),
                    acts.HandOff(what="commander", to="deputy", included=(), unknowns=(), next_checkpoint_minutes=5),
                ]
            ),
        ),
        max_size=12,
    )
)
def test_any_commands_in_any_order_replay_to_the_same_bytes(script: list[tuple[int, str, acts.Act]]) -> None:
    drill = play(engine(3), sorted(script, key=lambda line: line[0]))
    assert list(replay(toy(), drill.journal).journal.lines()) == list(drill.journal.lines())
    ats = [entry.at for entry in drill.journal]
    assert ats == sorted(ats)
    assert [entry.seq for entry in drill.journal] == list(range(1, len(ats) + 1))
