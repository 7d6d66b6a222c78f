"""The story of a drill: who knew what and when, what was answered, what a branch left, factors, teaching."""

from __future__ import annotations

import math
from typing import Any

import pytest

from analytics.record import Fit, References
from analytics.report import story
from analytics.report import tables as frames
from analytics.report.tables import each
from simulator import acts
from simulator import events as e
from simulator.scenario.people import Cue, Role
from simulator.values import Ref
from tests.analytics.builders import (
    Lines,
    act,
    decide,
    declare,
    event,
    fit,
    in_command,
    query,
    references,
    run,
    say,
    scenario,
)
from tests.analytics.test_frames import rows, view

KNOWING = scenario(
    roles=[
        {"id": "commander", "title": "Commander", "handle": "@c", "team": "T", "brief": ""},
        {"id": "triage", "title": "Triage", "handle": "@t", "team": "T", "brief": "", "cues": [
            {"id": "shared", "text": "a", "topics": []}, {"id": "kept", "text": "b", "topics": []}]},
    ],
    injects=[
        {"id": "ask", "at": 300, "persona": "@boss", "form": "ask", "text": "ETA?",
         "expects": {"command": "answer_asker", "fields": {"answer": ["no", "later"]}, "within": "2m",
                     "label": "no ETA"}},
        {"id": "bait", "at": 300, "persona": "@boss", "form": "order", "text": "Publish!",
         "expects": {"command": "take_action", "fields": {"action": "publish"}, "within": "10m", "never": True,
                     "label": "not published"}},
    ],
    teaching=[
        {"at": "2m", "text": "declare", "until": {"incident.declared": True}},
        {"at": "4m", "text": "freeze", "until": {"incident.frozen": True}},
        {"at": "6m", "text": "flag", "until": {"action.flag": "done"}},
        {"at": "8m", "text": "no way to tell"},
    ],
)  # fmt: skip


def test_a_cue_knows_how_long_it_stayed_with_one_role() -> None:
    given = [
        *event("-10:00", e.CueGiven(to=("triage",), cue="shared", role="triage", text="a")),
        *event("05:00", e.CueGiven(to=("triage",), cue="kept", role="triage", text="b")),
        *event("12:30", e.CueShared(cue="shared", role="triage", text="a", how="asked")),
    ]
    shared, kept = each(story.cues(view(given, of=KNOWING)))
    assert (shared.known, shared.shared, shared.waited, shared.how) == (0.0, 12.5, 12.5, "asked")
    assert (kept.known, kept.how) == (5.0, "never")
    assert math.isnan(kept.waited)


def test_what_nobody_said_before_it_was_overtaken_was_not_kept_back() -> None:
    def how(*lines: Any) -> str:
        stale = {"id": "kept", "text": "b", "topics": [], "moot_when": [{"action.flag": "done"}, {"query.none": True}]}
        of = KNOWING.model_copy(update={"roles": tuple(_knowing(role, stale) for role in KNOWING.roles)})
        return next(row.how for row in each(story.cues(view(*lines, of=of))) if row.cue == "kept")

    assert how(act("10:00", "flag")) == "overtaken"
    assert how(declare("04:00")) == "never"


def _knowing(role: Role, cue: dict[str, Any]) -> Role:
    return role.model_copy(update={"cues": (Cue.model_validate(cue),)}) if role.id == "triage" else role


def _delivered(ident: str) -> Lines:
    spec = KNOWING.find("injects", ident)
    return event("05:00", e.InjectDelivered(inject=ident, persona="@boss", channel="incident", text="", form=spec.form))


def _reply(clock: str, answer: str) -> Lines:
    return say(clock, "commander", acts.AnswerAsker(inject="ask", answer=answer))


@pytest.mark.parametrize(
    ("lines", "verdict", "answered"),
    [
        (_reply("06:00", "no"), "on time", 6.0),
        (_reply("06:00", "later"), "on time", 6.0),
        (_reply("07:30", "no"), "late", 7.5),
        (_reply("06:00", "ten"), "missed", None),
        (_reply("04:00", "no"), "missed", None),  # before anybody asked
        ([], "missed", None),
    ],
)
def test_an_inject_is_ticked_when_the_expected_response_comes(
    lines: Lines, verdict: str, answered: float | None
) -> None:
    (row,) = each(story.injects(view(_delivered("ask"), lines, of=KNOWING)))
    assert row.verdict == verdict
    assert (None if math.isnan(row.answered) else row.answered) == answered


ASKED = [
    {"id": ident, "at": 300, "persona": "@p", "form": "order", "text": "t", "proposes": action,
     "expects": {"within": "5m", "label": ident if command != "record_contradiction" else "both", "command": command,
                 "fields": {"look": {"query": "rerun"}, "all_stop": {"what": "both"}}.get(ident, {})}}
    for ident, command, action in (
        ("freeze_now", "freeze", None), ("all_stop", "freeze", None),
        ("look", "run_query", None), ("back", "record_contradiction", "rollback"),
        ("flip", "record_contradiction", "flag"), ("told", "update_executives", None))
]  # fmt: skip


BLOCK = {"id": "block", "at": 300, "persona": "@p", "form": "order", "text": "t", "expects": {
    "command": "take_action", "fields": {"action": "flag"}, "within": "5m", "label": "flag"}}  # fmt: skip


def _row(ident: str, *lines: Lines) -> Any:
    of = scenario(injects=[*ASKED, BLOCK, {**BLOCK, "id": "still", "when": {"bad": True}}])
    flag = of.find("actions", "flag")
    back = flag.model_copy(update={"id": "unflag"})
    slow = flag.model_copy(update={"reversible_by": "unflag", "propagation": 60})
    rest = [one for one in of.actions if one is not flag]
    of = of.model_copy(update={"actions": (slow, *rest, back)})
    came = event("05:00", e.InjectDelivered(inject=ident, persona="@p", channel="incident", text="", form="order"))
    (row,) = each(story.injects(view(*lines, came, of=of)))
    return row


def _looked(out: str = "", asked: str = "04:00") -> Lines:
    """Return a look, with when it came out: empty where it never did."""
    begun = e.QueryStarted(run=Ref("query:rerun"), executor="triage", command_line="r", expected=20)
    lines = [*say(asked, "triage", acts.RunQuery(query="rerun")), *event(asked, begun)]
    return [*lines, *(query(out, "rerun") if out else ())]


def _both(*voices: str, actions: tuple[str, str] = ("rollback", "flag")) -> Lines:
    sides = [{"voice": who, "action": what} for who, what in zip(voices, actions, strict=True)]
    return say("06:00", "commander", acts.RecordContradiction.model_validate(
        {"recommendations": sides, "choice": actions[1]}))  # fmt: skip


def _stop(clock: str, *scope: str, what: acts.Stopped = "both") -> Lines:
    return say(clock, "commander", acts.Freeze(scope=scope, what=what))


def _lift(clock: str, *scope: str) -> Lines:
    return say(clock, "commander", acts.LiftFreeze(scope=scope))


@pytest.mark.parametrize(("ident", "lines", "verdict"), [
    ("freeze_now", _stop("03:00", "auth", "edge"), "already done"),
    ("freeze_now", _stop("03:00", "desk"), "missed"),
    ("freeze_now", [*_stop("03:00", "auth", "edge"), *_lift("04:00", "auth")], "missed"),
    ("freeze_now", [*_stop("02:00", "auth", "edge", "desk"), *_lift("04:00", "desk")], "already done"),
    ("freeze_now", [*_stop("03:00", "auth", "edge"), *_stop("20:00", "desk")], "already done"),
    ("all_stop", [*_stop("02:00", "auth", "edge", what="merges"), *_stop("03:00", "auth", "edge")], "already done"),
    ("all_stop", _stop("02:00", "auth", "edge", what="merges"), "missed"),
    ("block", act("03:00", "flag"), "already done"),
    ("block", act("04:30", "flag", takes=60), "on time"),  # it took hold after the inject had come
    ("block", [*act("02:00", "flag"), *act("04:00", "unflag")], "missed"),
    ("block", act("03:00", "flag", ends="stalled"), "missed"),
    ("still", act("03:00", "flag"), "missed"),  # it comes because the step was not enough
    ("still", act("04:30", "flag", takes=60), "on time"),
    ("still", act("04:20", "flag", takes=20), "on time"),  # it was taking hold when the inject came
    ("look", _looked("04:10"), "already done"),
    ("look", _looked("09:59"), "on time"),
    ("look", _looked("10:01"), "missed"), ("look", _looked("30:00"), "missed"),
    ("look", _looked(), "missed"),  # it never came out
    ("look", [*_looked("02:30", "02:00"), *act("03:00", "flag", takes=30)], "missed"),
    ("told", say("04:00", "comms", acts.UpdateExecutives(eta="unknown", next_update_minutes=20)), "missed"),
    ("back", _both("back", "flip"), "on time"), ("flip", _both("back", "other"), "on time"),
    ("back", _both("one", "other"), "on time"),
    ("back", _both("one", "other", actions=("block", "flag")), "missed"),  # of another dispute
])  # fmt: skip
def test_what_was_done_before_it_was_asked_for_is_not_missed(ident: str, lines: Lines, verdict: str) -> None:
    assert _row(ident, lines).verdict == verdict


LOOK = [
    *say("04:00", "triage", acts.RunQuery(query="rerun")),
    *event("04:10", e.QueryStarted(run=Ref("query:rerun"), executor="triage", command_line="r", expected=320)),
    *query("05:20", "rerun"),
]


@pytest.mark.parametrize(("ident", "lines", "answered"), [
    ("block", act("03:00", "flag"), 4.5), ("block", act("04:30", "flag", takes=60), 6.5), ("look", LOOK, 5 + 1 / 3),
])  # fmt: skip
def test_what_was_under_way_as_it_was_asked_for_counts_from_when_it_took_hold(
    ident: str, lines: Lines, answered: float
) -> None:
    row = _row(ident, lines)
    assert row.answered == pytest.approx(answered)
    assert row.verdict == ("on time" if answered > 5 else "already done")


def test_what_was_fired_though_it_was_not_so_calls_for_nothing() -> None:
    fired = say("05:00", "facilitator", acts.FireInject(inject="ask", anyway=True))
    (row,) = each(story.injects(view(fired, _delivered("ask"), of=KNOWING)))
    assert (row.verdict, row.expected, row.reply) == ("none expected", "", 0)


@pytest.mark.parametrize(("to", "told"), [
    ((), ""), (("triage",), "Triage"), (("commander", "triage"), "Commander and Triage"),
])  # fmt: skip
def test_what_some_seats_alone_were_told_says_to_whom(to: tuple[str, ...], told: str) -> None:
    came = event("05:00", e.InjectDelivered(to=to, inject="ask", persona="@boss", channel="incident", text="ETA?",
                                            form="ask"))  # fmt: skip
    (row,) = each(story.injects(view(came, of=KNOWING)))
    assert row.to == told


@pytest.mark.parametrize(("lines", "verdict"), [([], "kept"), (act("08:00", "publish"), "broken"),
                                                (act("16:00", "publish"), "kept")])  # fmt: skip
def test_some_injects_are_best_left_alone(lines: Lines, verdict: str) -> None:
    (row,) = each(story.injects(view(_delivered("bait"), lines, of=KNOWING)))
    assert row.verdict == verdict


def test_a_decision_knows_what_its_branch_left_on_the_table() -> None:
    fits: list[Fit] = [fit(0.4, ("both flags", 0.1), ("wait", 0.9))]
    (row,) = each(story.decisions(view(decide("09:00"), refs=references(fits=fits))))
    assert row.gap == pytest.approx(0.3 / 0.9)
    assert row.best == "both flags"
    assert row.evidence == ("query:zones",)


def test_factors_say_which_ones_the_team_set_a_task_against() -> None:
    task = acts.AddHardeningTask.model_validate(
        {"factor": "mount", "class": "prevent", "text": "t", "owner": "triage", "due_days": 7}
    )
    found = story.factors(view(say("50:00", "commander", task)))
    assert rows(found, "factor", "true", "named") == [("mount", True, True), ("size", False, False)]


def test_the_teaching_timeline_says_when_this_drill_got_there() -> None:
    lines = [*declare("05:00"), *act("09:00", "flag", takes=30)]
    found = story.teaching(view(lines, of=KNOWING))
    assert [None if math.isnan(x) else x for x in found["yours"]] == [5.0, None, 9.5, None]


def test_one_who_commands_is_named_by_title() -> None:
    found = frames.happened(view(in_command("02:00")))
    assert rows(found, "label") == ["Commander: commander"]


def test_a_reference_run_without_minutes_draws_no_course() -> None:
    assert frames.harm(view(refs=References(null=run("n", 1), best=run("b", 0)))).query("course == 'best found'").empty
