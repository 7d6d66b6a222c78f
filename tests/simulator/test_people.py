"""Simulated people: a pace of their own, slips, knowledge that comes with work and goes stale, tiredness."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios import DIFFICULTIES, load
from simulator import acts, values
from simulator import events as e
from simulator.engine import Engine, new_header
from simulator.record.entry import sees
from simulator.record.replay import replay
from simulator.scenario.people import Strain
from tests import played
from tests.simulator.toy import TOY, engine, toy

COMMANDER = "commander:Bo"


def roles(**changed: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the toy's roles, some of them changed."""
    return [{**one, **changed.get(one["id"], {})} for one in TOY["roles"]]


def at(drill: Engine, kind: type[e.Event]) -> list[int]:
    return [entry.at for entry in drill.journal if isinstance(entry.body, kind)]


def bodies(drill: Engine, kind: type[Any]) -> list[Any]:
    return [entry.body for entry in drill.journal if isinstance(entry.body, kind)]


def asked_to_check(seed: int = 7, until: int = 900, **changes: Any) -> Engine:
    """Return a toy drill in which a person in command has @mitigation run the check."""
    drill = engine(seed, **changes)
    drill.advance(10)
    drill.submit(acts.RunQuery(query="check", executor="mitigation"), COMMANDER)
    drill.advance(until)
    return drill


WRONG = [{"id": "stg", "starts": "check", "typed": "check --env stg", "output": "no such host", "said": "Wrong place."}]
CLUMSY = {"roles": roles(mitigation={"slips": 1.0}), "wrong_places": WRONG}


# --- pace ------------------------------------------------------------------------------------------------


def test_who_is_careful_takes_longer_over_everything_but_what_a_tool_takes() -> None:
    eager, careful = (asked_to_check(roles=roles(mitigation={"pace": pace})) for pace in (0.5, 3.0))
    waits = [at(drill, e.TaskAcknowledged)[0] - 10 for drill in (eager, careful)]
    takes = [at(drill, e.QueryFinished)[0] - at(drill, e.QueryStarted)[0] for drill in (eager, careful)]
    assert waits[1] == pytest.approx(6 * waits[0], abs=6)
    assert takes[1] == pytest.approx(6 * takes[0], abs=6)
    acting = []
    for pace in (0.5, 3.0):
        drill = engine(roles=roles(mitigation={"pace": pace}))
        drill.submit(acts.TakeAction(action="flag_off", executor="mitigation"), COMMANDER)
        drill.advance(300)
        acting.append(at(drill, e.ActionFinished)[0] - at(drill, e.ActionStarted)[0])
    assert acting[0] == acting[1]


def test_a_pace_is_for_answers_handoffs_and_signatures_too() -> None:
    moments = []
    for pace in (1.0, 4.0):
        drill = engine(roles=roles(mitigation={"pace": pace}, deputy={"pace": pace}))
        drill.submit(acts.AssignRole(role="commander", to="commander"), COMMANDER)
        drill.submit(acts.AskRole(role="mitigation", topic="purge"), COMMANDER)
        drill.submit(acts.TakeAction(action="move", executor="mitigation"), COMMANDER)
        drill.submit(
            acts.HandOff(what="commander", to="deputy", included=(), unknowns=(), next_checkpoint_minutes=5), COMMANDER
        )
        drill.advance(1200)
        moments.append([at(drill, kind)[0] for kind in (e.CueShared, e.SignedOff, e.HandOffAccepted)])
    assert all(slow > 2 * quick + 60 for quick, slow in zip(*moments, strict=True))


# --- slips -----------------------------------------------------------------------------------------------


def test_nobody_slips_who_has_no_slips() -> None:
    drill = asked_to_check(wrong_places=WRONG)
    assert not bodies(drill, e.SlipMade)
    assert [x.run for x in bodies(drill, e.QueryFinished)] == ["query:check"]


def test_a_command_in_the_wrong_place_costs_time_and_proves_nothing() -> None:
    calm, clumsy = asked_to_check(), asked_to_check(**CLUMSY)
    wrong, right = bodies(clumsy, e.QueryFinished)
    assert (wrong.command_line, wrong.output, wrong.ok, wrong.query) == (
        "check --env stg web", "no such host", False, None,
    )  # fmt: skip
    assert (right.run, right.command_line, right.ok) == ("query:check", "check web", True)
    assert at(clumsy, e.TaskReported)[0] > at(calm, e.TaskReported)[0] + 20
    assert any(x.text == "Wrong place." and x.about == wrong.run for x in bodies(clumsy, e.MessagePosted))
    assert clumsy.incident.refs["query:check"] > clumsy.incident.refs[wrong.run]


def test_outputs_stay_true_whatever_is_read_off_them() -> None:
    for seed in range(12):
        drill = asked_to_check(seed, **CLUMSY)
        shown = next(x for x in bodies(drill, e.QueryFinished) if x.query == "check")
        slips = [x.slip for x in bodies(drill, e.SlipMade)]
        assert float(shown.output.removeprefix("backlog ").replace(",", "")) == round(shown.figures["backlog"])
        report = bodies(drill, e.TaskReported)[0].text
        said = float(report.rpartition("Backlog: ")[2].rstrip(".").replace(",", ""))
        assert ("misread" in slips) == (abs(said - shown.figures["backlog"]) > 0.2 * shown.figures["backlog"])
        assert ("misread" in slips) == any("I misread it" in x.text for x in bodies(drill, e.MessagePosted))
    assert "misread" in slips


@pytest.mark.parametrize(("action", "state"), [("flag_off", "done"), ("move", "stalled")])
def test_a_hasty_report_says_more_than_the_output(action: str, state: str) -> None:
    honest, hasty = (
        engine(roles=roles(mitigation={"slips": slips})) for slips in (0.0, 1.0)
    )  # fmt: skip
    for drill in (honest, hasty):
        drill.submit(acts.TakeAction(action=action, executor="mitigation"), COMMANDER)
        drill.advance(1100)
    for drill in (honest, hasty):
        assert drill.incident.last_run("action", action).state == state
    assert "I would call that fixed" in bodies(hasty, e.TaskReported)[0].text
    assert [x.slip for x in bodies(hasty, e.SlipMade)] == ["overstated"]
    text = bodies(honest, e.TaskReported)[0].text
    assert ("not taken hold yet" if state == "done" else "it hangs") in text
    assert any("It hangs" in x.text for x in bodies(hasty, e.MessagePosted)) == (state == "stalled")


def test_a_slip_is_truth_that_no_role_sees() -> None:
    drill = asked_to_check(**CLUMSY)
    slips = [entry for entry in drill.journal if isinstance(entry.body, e.SlipMade)]
    assert slips
    assert not any(sees(entry, role.id, drill.circle) for entry in slips for role in drill.scenario.roles)


def test_ones_own_slips_leave_everybody_elses_draws_alone() -> None:
    def lines(dba: float) -> list[str]:
        drill = asked_to_check(roles=roles(dba={"slips": dba, "pace": 1 + dba}), wrong_places=WRONG)
        return list(drill.journal.lines())[1:]

    assert lines(0.0) == lines(1.0)


def test_a_drill_with_slips_replays_to_the_same_bytes() -> None:
    drill = asked_to_check(3, until=2000, **CLUMSY)
    again = replay(toy(**CLUMSY), drill.journal)
    assert list(again.journal.lines()) == list(drill.journal.lines())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["auth_token", "billing_mismatch", "permission_leak"])
def test_novices_teammates_never_slip_and_experts_slip_more(name: str) -> None:
    novice, standard, expert = ({r.id: r.slips for r in load(name, difficulty=d).scenario.roles} for d in DIFFICULTIES)
    assert not any(novice.values())
    assert any(standard.values())
    assert all(expert[role] >= standard[role] for role in standard)
    assert len({r.pace for r in load(name).scenario.roles}) >= 3
    loaded = load(name, difficulty="novice")
    drill = Engine(loaded, new_header(loaded, 4))
    drill.run_to_horizon()
    assert not bodies(drill, e.SlipMade)


@pytest.mark.slow
def test_a_simulated_team_slips_now_and_then_in_a_real_drill() -> None:
    loaded = load("auth_token", difficulty="expert")
    kinds = []
    for seed in range(4):
        drill = Engine(loaded, new_header(loaded, seed))
        drill.run_to_horizon()
        kinds += [x.slip for x in bodies(drill, e.SlipMade)]
        for run in bodies(drill, e.QueryFinished):
            if run.run.startswith("misplaced:"):
                assert not run.ok
                assert run.query is None
    assert len(set(kinds)) >= 2


# --- knowledge -------------------------------------------------------------------------------------------

ABOUT_PURGE = [{**TOY["queries"][0], "topic": "purge"}, TOY["queries"][1]]


def test_a_task_brings_out_what_its_owner_knows_of_its_topic() -> None:
    by_query = asked_to_check(queries=ABOUT_PURGE)
    other = asked_to_check()
    words = engine()
    words.submit(acts.AssignTask(to="mitigation", text="Can we purge?", topic="purge"), COMMANDER)
    plain = engine()
    plain.submit(acts.AssignTask(to="mitigation", text="Anything on purging?"), COMMANDER)
    for drill in (words, plain):
        drill.advance(900)
    for drill in (by_query, words):
        assert [(x.cue, x.how) for x in bodies(drill, e.CueShared)] == [("purge_is_safe", "asked")]
        assert at(drill, e.CueShared)[0] == at(drill, e.TaskReported)[0]
    for drill in (other, plain):
        assert not bodies(drill, e.CueShared)


def test_a_cue_that_came_with_a_task_is_not_repeated_with_the_next() -> None:
    drill = asked_to_check(until=200, queries=ABOUT_PURGE)
    drill.submit(acts.RunQuery(query="check", executor="mitigation"), COMMANDER)
    drill.advance(600)
    assert len(bodies(drill, e.TaskReported)) == 2
    assert len(bodies(drill, e.CueShared)) == 1


def overtaken(**more: Any) -> list[dict[str, Any]]:
    cue = {**TOY["roles"][3]["cues"][0], "moot_when": [{"cue.none": True}, {"flag_on": False}], **more}
    return roles(mitigation={"cues": [cue]})


def test_what_is_overtaken_is_not_brought_up_but_still_answered() -> None:
    silent, asked = engine(roles=overtaken()), engine(roles=overtaken(moot_text="The flag is off, so never mind."))
    for drill in (silent, asked):
        drill.submit(acts.TakeAction(action="flag_off", executor="mitigation"), COMMANDER)
        drill.advance(200)
    asked.submit(acts.AskRole(role="mitigation", topic="purge"), COMMANDER)
    for drill in (silent, asked):
        drill.run_to_horizon()
    assert not bodies(silent, e.CueShared)
    assert [x.text for x in bodies(asked, e.CueShared)] == ["The flag is off, so never mind."]


def test_without_words_of_its_own_an_overtaken_cue_is_said_to_be_overtaken() -> None:
    drill = engine(roles=overtaken())
    drill.submit(acts.TakeAction(action="flag_off", executor="mitigation"), COMMANDER)
    drill.advance(200)
    drill.submit(acts.AskRole(role="mitigation", topic="purge"), COMMANDER)
    drill.advance(400)
    assert bodies(drill, e.CueShared)[0].text == "Overtaken by now, for the record: Purging is safe."


def test_what_is_not_overtaken_comes_late_as_ever() -> None:
    drill = engine(roles=overtaken())
    drill.run_to_horizon()
    assert [x.how for x in bodies(drill, e.CueShared)] == ["late"]


def test_mobile_does_not_explain_a_flag_it_has_switched() -> None:
    loaded = load("auth_token")
    drill = Engine(loaded, new_header(loaded, 7))
    drill.submit(acts.PageTeam(role="mobile"), COMMANDER)
    drill.advance(900)
    drill.submit(acts.TakeAction(action="flag_mobile", executor="mobile"), COMMANDER)
    drill.advance(1300)
    assert bodies(drill, e.TaskReported)
    assert not any(x.cue == "mobile_flag" for x in bodies(drill, e.CueShared))
    drill.submit(acts.AskRole(role="mobile", topic="flags"), COMMANDER)
    drill.run_to_horizon()
    told = [x.text for x in bodies(drill, e.CueShared) if x.cue == "mobile_flag"]
    assert len(told) == 1
    assert "off by now" in told[0]


# --- tiredness -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("busy", "factor"), [(0, 1.0), (300, 1.0), (450, 1.75), (600, 2.5), (900, 2.5)])
def test_half_a_window_of_work_costs_nothing_and_a_full_one_most(busy: float, factor: float) -> None:
    assert Strain().factor(busy) == factor


def test_one_pair_of_hands_gets_slower_and_a_break_mends_it() -> None:
    drill = engine()
    for _ in range(30):
        drill.submit(acts.RunQuery(query="check"), "mitigation:Ana")
    drill.advance(1500)
    took = [b - a for a, b in zip(at(drill, e.QueryStarted), at(drill, e.QueryFinished), strict=False)]
    early, late = sum(took[:6]) / 6, sum(took[14:20]) / 6
    assert late > 1.5 * early
    rested = engine()
    for minute in range(12):
        rested.advance(90 * minute)
        rested.submit(acts.RunQuery(query="check"), "mitigation:Ana")
    rested.advance(1500)
    spaced = [b - a for a, b in zip(at(rested, e.QueryStarted), at(rested, e.QueryFinished), strict=True)]
    assert spaced == took[: len(spaced)] or max(spaced) < 1.5 * early + 20


def test_a_tired_teammate_says_so_once() -> None:
    drill = engine(horizon=3600)
    for _ in range(25):
        drill.submit(acts.RunQuery(query="check", executor="mitigation"), COMMANDER)
    drill.advance(1500)
    said = [x.text for x in bodies(drill, e.MessagePosted) if "no break" in x.text]
    assert len(said) == 1


# --- who rings because nobody told them --------------------------------------------------------------------


def test_whoever_was_told_nothing_takes_somebodys_time() -> None:
    caller = {"id": "boss_rings", "at": "2m", "when": {"told.executives": {"above": 1}}, "persona": "Boss",
              "text": "I ring you.", "occupies": ["mitigation", "dba"], "occupies_for": "3m"}  # fmt: skip
    told, untold = (engine(injects=[caller]) for _ in range(2))
    told.advance(100)
    told.submit(
        acts.UpdateExecutives(impact=values.Figure(name="backlog", low=1), next_update_minutes=10), COMMANDER
    )  # fmt: skip
    untold.advance(100)
    for drill in (told, untold):
        drill.advance(130)
        drill.submit(acts.RunQuery(query="check", executor="mitigation"), COMMANDER)
        drill.advance(1200)
    assert not any(x.run.startswith("call:") for x in bodies(told, e.QueryStarted)[:1])
    calls = [x for x in bodies(untold, e.QueryStarted) if x.run.startswith("call:")]
    assert [x.executor for x in calls] == ["mitigation"]  # the DBA is not in the room
    check = next(entry.at for entry in untold.journal if isinstance(entry.body, e.QueryFinished) and entry.body.query)
    assert check > 120 + 180


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "thanks", "rings"),
    [
        ("auth_token", "exec_thanks", "leadership_unheard"),
        ("billing_mismatch", "exec_thanks", "cfo_unheard"),
        ("permission_leak", "circle_thanks", "circle_unheard"),
    ],
)
def test_pressure_depends_on_what_was_told(name: str, thanks: str, rings: str) -> None:
    told = {x.inject for x in bodies(played.engine(name, "base", "by_the_book", 7), e.InjectDelivered)}
    untold = played.engine(name, "base", "null", 7)
    assert thanks in told
    assert rings not in told
    heard = {x.inject for x in bodies(untold, e.InjectDelivered)}
    assert rings in heard
    assert thanks not in heard
    assert any(x.run.startswith("call:") for x in bodies(untold, e.QueryStarted))


@pytest.mark.parametrize("answered", [True, False])
def test_who_was_answered_does_not_say_that_nobody_told_them_anything(answered: bool) -> None:
    loaded = load("auth_token")
    drill = Engine(loaded, new_header(loaded, 7))
    drill.submit(acts.PostMessage(text="Mine."), COMMANDER)  # a person, so that nobody answers for them
    drill.advance(1025)
    if answered:
        drill.submit(acts.AnswerAsker(inject="roll_back_now", answer="take_command"), COMMANDER)
    drill.advance(1100)
    assert (drill.facts()["heard.leadership"] < 2) == answered
    assert any(x.inject == "leadership_unheard" for x in bodies(drill, e.InjectDelivered)) != answered


def test_stopping_one_thing_does_not_shorten_another() -> None:
    slow = [{**TOY["queries"][0], "takes": {"median": 500, "spread": 0}}, TOY["queries"][1]]
    strains = []
    for stops in (False, True):
        drill = engine(queries=slow)
        drill.submit(acts.PostMessage(text="Mine."), "deputy:Di")  # a person, so that nobody signs
        drill.submit(acts.TakeAction(action="move"), "mitigation:Ana")
        drill.submit(acts.RunQuery(query="check"), "mitigation:Ana")
        drill.advance(0)
        if stops:
            drill.submit(acts.AbortAction(action="action:move"), "mitigation:Ana")
        drill.advance(460)
        assert len(at(drill, e.ActionAborted)) == stops
        strains.append(drill.work.strain("mitigation"))
    assert strains[0] == strains[1] > 1.5
