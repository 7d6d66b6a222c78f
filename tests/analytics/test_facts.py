"""What counts as true, as seen and as in force: the ground that every criterion stands on."""

from __future__ import annotations

import pytest

from analytics.facts import (
    discriminates,
    figure_true,
    hits_less_misses,
    risk_true,
    severity_truth,
    solid,
    status_true,
    tick_true,
)
from analytics.record import DrillRecord
from analytics.timeline import FOREVER
from analytics.view import MOST_LINKS, RecordView
from simulator import acts, values
from simulator import events as e
from simulator.scenario.model import Scenario
from tests.analytics.builders import (
    SCENARIO,
    Lines,
    act,
    book,
    decide,
    declare,
    drill,
    event,
    figure,
    freeze,
    hand_off,
    in_command,
    query,
    references,
    say,
    snapshot,
    truth,
    waits,
)


def view(*groups: Lines, **more: object) -> RecordView:
    return RecordView(drill(*groups, **more), book())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("low", "high", "true"),
    [
        (1000, None, True), (1200, None, True), (1201, None, False), (800, None, True), (799, None, False),
        (900, 1100, True), (700, 1400, True), (600, 990, False), (1010, 1900, False), (400, 1100, False), (1100, 900,
            False),
    ],
)  # fmt: skip
def test_a_figure_is_true_within_a_fifth_or_as_an_honest_interval(low: float, high: float | None, true: bool) -> None:
    assert figure_true(view(world=truth(locked=1000)), figure(low, high), 600) is true


def test_a_figure_that_nobody_knows_is_neither() -> None:
    assert figure_true(view(), figure(1, name="unheard"), 600) is None


def test_a_panel_that_lags_three_minutes_still_tells_the_truth() -> None:
    growing = truth(harm=3600.0)  # a minute of harm a second of drill time
    found = view(world=growing)
    assert found.figure("minutes", 630) == pytest.approx(630)
    assert found.figure_range("minutes", 630) == pytest.approx((450, 630))
    assert figure_true(found, values.Figure(name="minutes", low=340), 600)
    assert not figure_true(found, values.Figure(name="minutes", low=330), 600)


@pytest.mark.parametrize(("low", "then", "true"), [(2000, 2000, True), (1001, 2000, True), (999, 2000, False),
    (3001, 2000, False)])
def test_a_risk_of_waiting_may_be_half_off(low: float, then: float, true: bool) -> None:
    found = view(snapshot("08:00", figure(low)), refs=references(waiting=[waits(1, then)]))
    assert risk_true(found, found.all(acts.RecordSnapshot)[0]) is true


def test_what_only_grows_may_be_stated_as_what_is_added() -> None:
    refs = references(waiting=[waits(1, 900, 600, "minutes")])
    for low, true in ((900, True), (300, True), (60, False)):
        found = view(snapshot("08:00", figure(low, name="minutes")), refs=refs)
        assert risk_true(found, found.all(acts.RecordSnapshot)[0]) is true
    unknown = view(snapshot("08:00"))
    assert risk_true(unknown, unknown.all(acts.RecordSnapshot)[0]) is None


def test_evidence_counts_only_if_it_was_there_to_be_seen() -> None:
    hidden = event("03:00", e.CueGiven(to=("mobile",), cue="own", role="mobile", text=""))
    found = view(query("03:00", "impact"), hidden, query("09:00", "zones"), query("04:00", "hearsay"),
                 declare("05:00", evidence=["query:impact", "cue:own", "query:zones", "query:hearsay",
                     "alert:none"]))  # fmt: skip
    declared = found.all(acts.Declare)[0]
    refs = declared.body.evidence
    assert [x.body.run for x in found.cited(refs, declared) if isinstance(x.body, e.QueryFinished)] == [
        "query:impact", "query:hearsay",
    ]  # fmt: skip
    assert [x.at for x in solid(found, refs, declared)] == [180]


def test_who_links_everything_points_at_nothing() -> None:
    many = [query("03:00", "asn", f"query:asn#{n}") for n in range(MOST_LINKS)]
    refs = [f"query:asn#{n}" for n in range(MOST_LINKS)] + ["query:zones"]
    found = view(*many, query("03:00", "zones"), declare("05:00", evidence=refs))
    declared = found.all(acts.Declare)[0]
    assert len(found.cited(refs, declared)) == MOST_LINKS
    assert "query:zones" not in [x.body.run for x in found.cited(refs, declared) if isinstance(x.body, e.QueryFinished)]


def test_refused_commands_are_not_there() -> None:
    record = drill(declare("05:00"))
    seq = next(x.seq for x in record.journal if isinstance(x.body, acts.Declare))
    record.journal.append(3600, "engine", e.CommandRefused(command=seq, code="rights", reason="no"))
    assert RecordView(record, book()).all(acts.Declare) == ()


def test_the_matrix_reads_what_could_be_known_by_then() -> None:
    data = SCENARIO.model_dump(by_alias=True)
    data["severity_facts"] = [{"fact": "users_blocked"}, {"fact": "auth_at_risk", "known_from": 600, "until": 1200}]
    later = Scenario.model_validate(data)
    found = RecordView(drill(of=later), book())
    assert [severity_truth(found, at) for at in (0, 599, 600, 1199, 1200)] == ["SEV-2", "SEV-2", "SEV-1", "SEV-1",
        "SEV-2"]


MANY = [{"id": ident, "title": ident, "true": ident in "abc"} for ident in "abcdef"]


@pytest.mark.parametrize(
    ("picked", "share"),
    [
        ("", 0), ("a", 1), ("abc", 1), ("d", 0), ("ad", 2 / 3), ("ade", 1 / 3), ("adef", 0), ("abcdef", 0),
        ("abcde", 1 / 3), ("def", 0),
    ],
)  # fmt: skip
def test_picks_count_by_what_they_discriminate(picked: str, share: float) -> None:
    of = Scenario.model_validate(SCENARIO.model_dump(by_alias=True) | {"unknowns": MANY})
    assert discriminates(view(of=of), "unknowns", picked, 0) == pytest.approx(share)


def test_of_several_true_ones_as_many_as_are_wanted_have_to_be_found() -> None:
    assert [hits_less_misses(picked, "abc", "def", 2) for picked in ("a", "ab", "abc")] == [0.5, 1, 1]
    assert hits_less_misses("ad", "abc", "def", 2) == pytest.approx(0.5 - 1 / 3)
    # Where only two are so, three cannot be wanted.
    assert hits_less_misses("ab", "ab", "c", 3) == 1
    # Where nothing is so, picking nothing is right; what is on no list is no hit.
    assert [hits_less_misses(picked, "", "def", 1) for picked in ("", "d", "x")] == pytest.approx([1, 0, 0])
    assert hits_less_misses("ax", "a", "d", 1) == 0


def test_a_statement_may_depend_on_the_world_and_on_what_was_done() -> None:
    data = SCENARIO.model_dump(by_alias=True)
    data["residual_risks"] = [
        {"id": "blocked", "title": "b", "true_when": {"fallback": "blocked"}},
        {"id": "fresh", "title": "f", "true_when": {"action.flag": "done"}},
    ]
    of = Scenario.model_validate(data)
    found = RecordView(drill(act("10:00", "flag"), of=of), book())
    assert tick_true(found, "residual_risks", "blocked", 600)
    assert [tick_true(found, "residual_risks", "fresh", at) for at in (540, 700)] == [False, True]
    assert not tick_true(RecordView(drill(of=of, world=truth(fallback="ready")), book()), "residual_risks",
        "blocked", 600)


def test_runs_are_put_together_from_their_entries() -> None:
    found = view(
        act("05:00", "rollback", ends="aborted", abort="07:00"), act("10:00", "flag", start="11:00",
            decision="decision:1"),
        act("20:00", "flag", ref="action:flag#2", ends="stalled"), decide("04:00"),
    )  # fmt: skip
    aborted, first, second = found.runs
    assert (aborted.aborted, aborted.effect, aborted.landed) == (420, None, 420)
    assert (first.ordered, first.started, first.finished, first.effect, first.decision) == (600, 660, 690, 720,
        "decision:1")
    assert (second.outcome, second.landed, second.decision) == ("stalled", FOREVER, None)
    assert found.facts(650)[0]["action.flag"] == "waiting"
    assert found.facts(670)[0]["action.flag"] == "running"
    assert found.facts(700)[0]["action.flag"] == "done"
    assert found.facts(1300)[0]["action.flag"] == "stalled"
    assert found.facts(500)[0]["action.rollback"] == "aborted"


def test_a_delegated_action_rests_on_the_decision_of_who_ordered_it() -> None:
    delegated = [
        *decide("08:00", "flag"),
        *say("09:00", "commander", acts.TakeAction(action="flag", executor="mobile", decision="decision:1")),
        *event("09:00", e.TaskAssigned(
            task="task:1", owner="mobile", assigned_by="commander", text="", action="flag", due=0)),
        *act("10:00", "flag", executor="mobile", role="mobile"),
    ]  # fmt: skip
    (run,) = view(delegated).runs
    assert (run.ordered, run.decision, run.executor) == (540, "decision:1", "mobile")


def test_command_passes_by_offer_and_by_handoff() -> None:
    found = view(in_command(), in_command("10:00", "triage", "commander", "commander"),
        hand_off("28:00", giver="triage"))
    assert [(s.who, s.since, s.until) for s in found.commanders] == [
        ("commander", 120, 600), ("triage", 600, 1680), ("deputy", 1680, FOREVER),
    ]  # fmt: skip


def test_a_freeze_holds_until_it_is_lifted() -> None:
    found = view(freeze("05:00", "auth"), freeze("06:00", "edge"), say("20:00", "commander",
        acts.LiftFreeze(scope=("edge",))))
    assert [(s.since, s.until) for s in found.freezes] == [(360, 1200)]
    deploys_only = say("05:00", "commander", acts.Freeze(scope=("auth", "edge"), what="deploys"))
    assert view(deploys_only).freezes == ()


def test_status_is_true_within_three_minutes() -> None:
    found = view(act("10:00", "flag"), world=truth(recovers="20:00"))
    assert [status_true(found, "investigating", at) for at in (300, 600, 779, 900)] == [True, True, True, False]
    assert [status_true(found, "mitigating", at) for at in (300, 419, 420, 3600)] == [False, False, True, True]
    assert [status_true(found, "recovered", at) for at in (900, 1020, 1300)] == [False, True, True]


@pytest.mark.parametrize("status", ["mitigating", "monitoring"])
def test_a_cautious_status_holds_until_a_green_rerun_has_been_there_for_ten_minutes(status: str) -> None:
    def true(*more: Lines) -> list[bool]:
        found = view(act("10:00", "flag"), *more, world=truth(recovers="12:00"))
        return [status_true(found, status, at) for at in (1500, 2099, 2100)]

    assert true() == [True, True, True]
    assert true(query("25:00", "rerun")) == [True, True, False]
    assert true(query("25:00", "rerun", ok=False)) == [True, True, True]
    # What is changed afterwards makes it stale: nobody knows any more.
    assert true(query("25:00", "rerun"), act("26:00", "flag_off")) == [True, True, True]


def test_tolerance_events_beat_samples() -> None:
    def crossed(clock: str, within: bool) -> Lines:
        return event(clock, e.ToleranceCrossed(segment="web", within=within), by="world")

    found = view(crossed("00:30", False), crossed("10:30", True), world=truth(only=["mobile"]))
    assert [found.outside(at) for at in (0, 60, 629, 630)] == [
        ("mobile",), ("web", "mobile"), ("web", "mobile"), ("mobile",),
    ]  # fmt: skip
    assert found.affected == pytest.approx({"web": 0.6, "mobile": 0.4})


def test_a_record_with_no_truth_is_not_an_error() -> None:
    record = DrillRecord(drill(world=[]).journal, SCENARIO, references())
    found = RecordView(record, book())
    assert (found.final, found.loss, found.avoided, found.affected) == (None, None, None, {})
