"""What the command playbook's own predicates find in tiny drills: met, partly, missed, not observed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest

from analytics.criteria import CAPS, CRITERIA
from analytics.playbook import Cap, Criterion, Playbook, load
from analytics.record import DrillRecord
from analytics.scorecard import CapHit, Finding
from analytics.view import RecordView
from simulator import acts
from simulator import events as e
from simulator.need_to_know import NeedToKnow
from simulator.record.history import History
from simulator.rules import Rules
from simulator.scenario.model import Scenario
from tests.analytics import builders as b
from tests.each import each

FIVE = ["users", "tenants", "fault_domain", "dependency", "recent_change"]
STAGES = {
    "facts": {"what": "fact", "cites": ["query"]},
    "decisions": {"what": "decision", "cites": ["decision"]},
    "handing over": {"what": "responsibility", "cites": ["handoff"]},
}
SEVEN = ["state", "hypothesis", "impact", "in_flight", "decision_point", "cadence", "next_point"]


@cache
def scenario() -> Scenario:
    """Return the fixture with lines to bound its scope by, one dimension of which has nothing to know."""
    metrics = [
        {"id": one, "title": one, "source": one, "felt": one == "web_ratio", "segment": segment}
        for one, segment in (("ratio", None), ("web_ratio", "web"), ("mobile_ratio", "mobile"), ("cpu", None))
    ]
    reaches = [
        {"id": "people", "dimension": "users", "title": "People", "shown_by": ["impact"]},
        {"id": "robots", "dimension": "users", "title": "Robots", "true": False},
        {"id": "part", "dimension": "fault_domain", "title": "Part", "shown_by": ["zones"]},
        {"id": "other", "dimension": "fault_domain", "title": "Other", "true": False},
        {"id": "one_customer", "dimension": "tenants", "title": "One", "true": False},
        {"id": "path", "dimension": "dependency", "title": "Path", "shown_by": ["impact"]},
        {"id": "release", "dimension": "recent_change", "title": "Release", "shown_by": ["git_log"]},
    ]
    return b.scenario(reaches=reaches, metrics=metrics)


@cache
def protected() -> Scenario:
    """Return the fixture as a protected matter: the leaders and triage know, counsel has to be asked."""
    known = b.SCENARIO
    overlay = known.overlay.model_dump(by_alias=True, exclude_defaults=True)
    counsel = {"cap": "C3", "after": ["impact"], "within": "30m", "paged": ["mobile"], "title": "asked"}
    circle = {"need_to_know": ["commander", "deputy", "triage"], "deadlines": [counsel]}
    return b.scenario(channels=["incident", "inner"], restricted=["inner"], room="inner", overlay=overlay | circle)


def found(kind: str, record: DrillRecord, **given: Any) -> Finding:
    """Return what one predicate finds, for ten points until minute 10 and none from 20 on."""
    data = {"id": kind, "kind": kind, "title": kind, "points": 10, "owners": ["all"], "source": "s", "with": given}
    timed = {} if given.pop("untimed", False) else {"t1": 10, "t2": 20}
    one = Criterion.model_validate(data | timed)
    finding = CRITERIA[kind](RecordView(record, load("command")), one)
    assert finding.why
    assert not finding.points or finding.evidence
    return finding


def scope(clock: str, *reaches: str, unknown: tuple[str, ...] = (), **more: Any) -> b.Lines:
    data = {"reaches": reaches, "unknown": unknown, "evidence": ("query:impact",)} | more
    return b.say(clock, "triage", acts.StateScope.model_validate(data))


def line(clock: str, what: str, *evidence: str, text: str = "") -> b.Lines:
    data = {"what": what, "evidence": evidence, "text": text}
    return b.say(clock, "deputy", acts.NoteTimeline.model_validate(data))


def lane(clock: str, name: str, owner: str) -> b.Lines:
    data = {"lane": name, "owner": owner, "next_owner": "deputy"}
    return b.say(clock, "commander", acts.AssignLane.model_validate(data))


@dataclass(frozen=True)
class Case:
    """Lines of a drill, and what a predicate finds in them."""

    lines: Callable[[], b.Lines]
    status: str
    points: float
    says: str = ""


def check(kind: str, case: Case, scene: Scenario | None = None, **given: Any) -> None:
    finding = found(kind, b.drill(case.lines(), of=scene or scenario()), **given)
    assert (finding.status, finding.points) == (case.status, pytest.approx(case.points, abs=0.05)), finding.why
    assert case.says in finding.why


# --- roles and severity ----------------------------------------------------------------------------------------

NAMED = {"posts": ["commander", "scribe"], "lanes": ["mitigation", "comms"]}


def four(at: str = "03:00", scribe: str = "deputy") -> b.Lines:
    return [
        *b.in_command(at), *b.in_command(at, seat=scribe, role="scribe"),
        *lane(at, "mitigation", "mitigation"), *lane(at, "comms", "comms"),
    ]  # fmt: skip


@pytest.mark.parametrize("case", [
    Case(four, "met", 10, "deputy was scribe from T+03:00"),
    Case(lambda: four(scribe="commander"), "met", 10, "commander was scribe"),
    Case(lambda: four("15:00"), "partial", 5, "late"),
    Case(lambda: b.in_command("03:00"), "partial", 2.5, "Nobody was scribe"),
    Case(lambda: four("25:00"), "missed", 0, "too late"),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_four_roles_are_named(case: Case) -> None:
    check("roles_named", case, **NAMED)


def test_who_decides_next_is_a_role_too() -> None:
    without = found("roles_named", b.drill(four(), of=scenario()), decides=True, **NAMED)
    assert "who decides next" in without.why
    assert without.points == 8
    lines = [*four(), *b.query("02:00", "zones"), *b.packet("04:00")]
    assert found("roles_named", b.drill(lines, of=scenario()), decides=True, **NAMED).status == "met"


@pytest.mark.parametrize("case", [
    Case(lambda: [*b.query("02:00", "impact"), *b.declare("04:00", "SEV-3", ["query:impact"])], "met", 10),
    Case(lambda: [*b.query("02:00", "impact"), *b.declare("04:00", "SEV-2", ["query:impact"])], "partial", 7.3,
         "right for"),
    Case(lambda: b.declare("04:00", "SEV-3"), "partial", 6.7, "nothing linked"),
    Case(lambda: [*b.query("02:00", "impact"), *b.declare("04:00", "SEV-4", ["query:impact"])], "partial", 3.3),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_the_severity_is_right_and_stays_so(case: Case) -> None:
    """The fixture's only fact is a dependency at risk, which the command playbook calls medium."""
    check("severity_level", case)


# --- scope and impact --------------------------------------------------------------------------------------------


def shown(*, at: str = "03:00") -> b.Lines:
    return [*b.query(at, "impact"), *b.query(at, "zones"), *b.query(at, "git_log")]


ALL_TRUE = ("people", "part", "path", "release")


@pytest.mark.parametrize("case", [
    Case(lambda: [*shown(), *scope("05:00", *ALL_TRUE, unknown=("tenants",))], "met", 10),
    Case(lambda: [*shown(), *scope("05:00", *ALL_TRUE)], "partial", 8, "Tenants: not said"),
    Case(lambda: [*shown(), *scope("15:00", *ALL_TRUE, unknown=("tenants",))], "partial", 5, "late"),
    Case(lambda: [*shown(), *scope("05:00", *ALL_TRUE, unknown=("tenants",), evidence=())], "partial", 5),
    Case(lambda: [*shown(), *scope("05:00", *ALL_TRUE, "robots", "other", "one_customer")], "partial", 4, "not so"),
    Case(lambda: [*shown(at="12:00"), *scope("05:00", *ALL_TRUE)], "missed", 0),
    Case(lambda: [*b.query("03:00", "impact"), *scope("05:00", "people", "path", unknown=("fault_domain", "tenants"))],
         "partial", 7),
    Case(lambda: [*shown(), *scope("05:00", unknown=tuple(FIVE))], "partial", 2, "said to be unknown"),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_scope_is_bounded_by_what_was_seen_or_honestly_unknown(case: Case) -> None:
    check("scope_bounded", case, dimensions=FIVE)


def test_guessing_one_line_after_the_other_gains_nothing() -> None:
    lines = [*shown(), *scope("05:00", "robots"), *scope("06:00", "people")]
    assert found("scope_bounded", b.drill(lines, of=scenario()), dimensions=["users"]).points == 0


def test_an_honest_unknown_is_enough_for_the_check() -> None:
    lines = [*b.query("01:00", "hearsay"), *scope("05:00", unknown=tuple(FIVE), evidence=("query:hearsay",))]
    lines += [*b.query("02:00", "cpu"), *b.query("02:00", "asn")]
    again = [*lines, *scope("06:00", unknown=tuple(FIVE), evidence=("query:asn",))]
    assert found("scope_bounded", b.drill(again, of=scenario()), dimensions=FIVE, unknown=1).status == "met"


def test_a_scenario_that_says_nothing_of_its_scope_is_not_judged_by_it() -> None:
    assert found("scope_bounded", b.drill(scope("05:00", "x")), dimensions=FIVE).status == "not_applicable"


IMPACT = ["impact", "severity", "since", "state", "users"]


def told(**more: Any) -> b.Lines:
    data = {"impact": [b.figure()], "began_minutes": -10, "state": "investigating"} | more
    return [*shown(), *b.declare("04:00"), *scope("05:00", "people", **data)]


@pytest.mark.parametrize("case", [
    Case(told, "met", 10),
    Case(lambda: told(impact=[b.figure(5)]), "partial", 8, "not so"),
    Case(lambda: told(began_minutes=-40), "partial", 8, "Since when: said at T+05:00, and not so"),
    Case(lambda: told(state="recovered"), "partial", 8, "Where it stands: said"),
    Case(lambda: [*told(), *b.packet("06:00", b.figure(5))], "partial", 9, "1 of 2"),
    Case(lambda: b.declare("15:00"), "partial", 1),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_the_impact_is_stated_and_so(case: Case) -> None:
    check("impact_stated", case, says=IMPACT)


# --- mitigation ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [
    Case(lambda: [*b.query("04:00", "zones"), *b.act("06:00", "flag")], "met", 10, "2.0 minutes later"),
    Case(lambda: [*b.query("04:00", "zones"), *b.act("13:00", "flag")], "partial", 5),
    Case(lambda: [*b.query("04:00", "zones"), *b.act("25:00", "flag")], "missed", 0),
    Case(lambda: [*b.query("04:00", "zones"), *b.act("02:00", "flag")], "missed", 0, "before anything"),
    Case(lambda: b.act("02:00", "flag"), "missed", 0, "nothing seen"),
    Case(lambda: b.query("04:00", "zones"), "not_observed", 0),
])  # fmt: skip
def test_users_come_before_the_explanation(case: Case) -> None:
    check("mitigated_first", case, full=3, none=15)


def test_what_its_author_says_justifies_a_step_counts_before_anything_else() -> None:
    actions = [b._action("flag", justified_by=["query:keyring"])]
    of = b.scenario(actions=actions)
    lines = [*b.query("01:00", "zones"), *b.query("10:00", "keyring"), *b.act("12:00", "flag")]
    assert found("mitigated_first", b.drill(lines, of=of)).status == "met"


@pytest.mark.parametrize("case", [
    Case(lambda: [*b.decide("05:00", "flag"), *b.act("06:00", "flag", decision="decision:1")], "met", 10, "traceable"),
    Case(lambda: b.act("06:00", "flag"), "partial", 5, "no decision"),
    Case(lambda: b.act("06:00", "rollback"), "missed", 0, "without its check"),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_each_step_goes_the_ordinary_way(case: Case) -> None:
    check("ordinary_path", case)


def test_skipping_the_bake_is_a_short_cut() -> None:
    mishap = {"chance": 0.1, "effects": [], "service": "auth", "says": "failed"}
    of = b.scenario(actions=[b._action("flag", mishap=mishap)])
    lines = [*b.decide("05:00", "flag"), *b.act("06:00", "flag", decision="decision:1")]
    finding = found("ordinary_path", b.drill(lines, of=of))
    assert (finding.points, "short cut" in finding.why) == (5, True)


def stepping(*minutes: int) -> b.Lines:
    lines = [*b.decide("05:00", "flag"), *b.act("06:00", "flag", decision="decision:1")]
    for at in minutes:
        lines += b.decide(f"{at}:00", "flag")
    return lines


@pytest.mark.parametrize("case", [
    Case(lambda: stepping(20, 30, 40, 50), "met", 10, "went on moving"),
    Case(stepping, "partial", 5.3, "Stuck from T+10:00 to T+60:00"),
    Case(lambda: b.act("06:00", "flag"), "partial", 2, "0 of 1 steps"),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_a_stuck_response_goes_another_way(case: Case) -> None:
    check("strategy_changed", case, minutes=15, since=10)


# --- timeline --------------------------------------------------------------------------------------------------


def happened() -> b.Lines:
    return [*b.query("02:00", "impact"), *b.query("03:00", "zones"), *b.decide("05:00", "flag")]


@pytest.mark.parametrize("case", [
    Case(lambda: [*happened(), *line("04:00", "fact", "query:impact", "query:zones"),
                  *line("06:00", "decision", "decision:1")], "met", 10),
    Case(lambda: [*happened(), *line("04:00", "fact", "query:impact"), *line("06:00", "decision", "decision:1")],
         "partial", 7.5, "Facts: 1 of 2 kept"),
    Case(lambda: [*happened(), *line("30:00", "fact", "query:impact", "query:zones"),
                  *line("06:00", "decision", "decision:1")], "partial", 7.5, "late"),
    Case(lambda: [*happened(), *line("06:00", "fact", "decision:1"), *line("07:00", "decision", "query:impact")],
         "missed", 0),
    Case(lambda: [*happened(), *line("06:00", "fact", text="Signatures of eu-1c fail, and it was decided")],
         "missed", 0),
    Case(happened, "not_observed", 0, "Nobody kept"),
])  # fmt: skip
def test_a_line_counts_by_kind_and_by_what_it_is_about_never_by_its_words(case: Case) -> None:
    check("timeline_kept", case, stages=STAGES, within=10, enough=2)


KINDS = ["fact", "decision", "responsibility"]


@pytest.mark.parametrize("case", [
    Case(lambda: [*happened(), *line("06:00", "fact", "query:zones"), *lane("02:00", "comms", "comms")], "met", 10),
    Case(lambda: [*happened(), *line("06:00", "fact", text="no evidence")], "partial", 3.3, "No fact"),
    Case(lambda: [*happened(), *line("15:00", "fact", "query:zones")], "partial", 5, "late"),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_each_kind_stands_on_the_timeline(case: Case) -> None:
    check("timeline_kinds", case, kinds=KINDS)


# --- updates ---------------------------------------------------------------------------------------------------

SAYS = ["known", "unknown", "impact", "mitigation", "next"]


@pytest.mark.parametrize("case", [
    Case(lambda: b.update("05:00"), "met", 10),
    Case(lambda: b.update("05:00", unknowns=()), "partial", 8, "lacks unknown"),
    Case(lambda: b.update("05:00", following=0), "partial", 8, "lacks next"),
    Case(lambda: b.update("05:00", "recovered", impact=None), "partial", 6, "known"),
    Case(lambda: [*b.act("04:00", "flag"), *b.update("05:00", "mitigating")], "partial", 8, "lacks mitigation"),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_an_update_says_all_five(case: Case) -> None:
    check("update_says", case, says=SAYS)


# --- checkpoints -------------------------------------------------------------------------------------------------


def handed(accepted: bool = True, what: str = "commander", **more: Any) -> b.Lines:
    data = {
        "state": "investigating", "hypothesis": "key", "decision_point": "mitigate", "update_minutes": 30,
    } | more  # fmt: skip
    return [*b.declare("04:00"), *b.packet("18:00"), *b.hand_off("20:00", what, accepted=accepted, **data)]


@pytest.mark.parametrize("case", [
    Case(handed, "met", 10, "complete"),
    Case(lambda: handed(state="recovered"), "partial", 8.6, "the true state"),
    Case(lambda: handed(hypothesis="attack"), "partial", 8.6, "hypothesis"),
    Case(lambda: handed(included=()), "partial", 8.6, "customer impact"),
    Case(lambda: handed(in_flight=("flag",)), "partial", 8.6, "in flight"),
    Case(lambda: handed(decision_point="close"), "partial", 8.6, "decided"),
    Case(lambda: handed(update_minutes=0), "partial", 8.6, "cadence"),
    Case(lambda: handed(update_minutes=600), "partial", 8.6, "cadence"),
    Case(lambda: handed(next_checkpoint_minutes=0), "partial", 8.6, "decided next"),
    Case(lambda: handed(accepted=False), "missed", 0, "acceptance"),
    Case(lambda: b.inject("28:00", "leaves"), "not_observed", 0, "had to leave"),
    Case(lambda: handed(what="triage"), "not_applicable", 0),
    Case(list, "not_applicable", 0),
])  # fmt: skip
def test_whoever_takes_over_is_given_all_seven(case: Case) -> None:
    check("checkpoint_packet", case, of=["commander"], fields=SEVEN)


def test_what_is_in_flight_is_told_just_as_it_is() -> None:
    lines = [*b.act("17:00", "flag", takes=300)]
    said = [*lines, *handed(in_flight=("flag",), state="mitigating", decision_point="switch")]
    assert found("checkpoint_packet", b.drill(said, of=scenario()), fields=SEVEN).status == "met"
    unsaid = [*lines, *handed(state="mitigating", decision_point="switch")]
    assert "in flight" in found("checkpoint_packet", b.drill(unsaid, of=scenario()), fields=SEVEN).why


def test_a_long_incident_has_checkpoints_even_if_nobody_changes() -> None:
    rare = b.drill(b.declare("01:00"), b.query("02:00", "zones"), b.packet("05:00"), of=scenario())
    often = b.drill(
        b.declare("01:00"), b.query("02:00", "zones"), *(b.packet(f"{at}:00") for at in (10, 30, 50)), of=scenario()
    )
    one = {"fields": SEVEN, "of": ["commander"], "every": 25}
    assert found("checkpoint_packet", rare, **one).points < found("checkpoint_packet", often, **one).points == 10


# --- recovery from both sides ----------------------------------------------------------------------------------------


def mended(*more: b.Lines) -> b.Lines:
    return [*b.act("04:00", "flag"), *(x for lines in more for x in lines)]


@pytest.mark.parametrize("case", [
    Case(lambda: mended(b.verify("06:00", hold=3)), "met", 10),
    Case(lambda: mended(b.verify("06:00", "web_ratio", hold=3)), "partial", 5, "Nothing shows how it is inside"),
    Case(lambda: mended(b.verify("06:00", "cpu", hold=3)), "partial", 5, "Nothing shows what users get"),
    Case(lambda: mended(b.query("06:00", "rerun"), b.verify("06:30", "cpu", hold=3)), "met", 10),
    Case(lambda: mended(b.verify("18:00")), "missed", 0, "too late"),
    Case(lambda: [*b.verify("01:00", hold=1), *b.act("04:00", "flag")], "not_observed", 0),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_recovery_is_shown_by_what_users_get_and_by_how_it_is_inside(case: Case) -> None:
    check("recovered_both_ways", case)


# --- protected track -------------------------------------------------------------------------------------------


def post(clock: str, channel: str, role: str = "triage", attached: tuple[str, ...] = ()) -> b.Lines:
    data = {"channel": channel, "text": "somebody might like to know", "attached": attached}
    return b.say(clock, role, acts.PostMessage.model_validate(data))


def paged(clock: str) -> b.Lines:
    return b.event(clock, e.PageSent(role="mobile", about="by commander"))


@pytest.mark.parametrize("case", [
    Case(lambda: [*b.capture("02:00"), *b.query("03:00", "impact"), *paged("05:00"), *post("04:00", "inner")],
         "met", 10),
    Case(lambda: [*b.capture("02:00"), *b.query("03:00", "impact"), *post("04:00", "inner")],
         "partial", 6.7, "never asked"),
    Case(lambda: [*b.capture("02:00"), *post("04:00", "incident")],
         "partial", 8.8, "who knows the matter, wrote in #incident"),
    Case(lambda: [*b.act("01:00", "revoke"), *b.capture("20:00"), *post("04:00", "inner")],
         "partial", 5, "after a step"),
    Case(lambda: [*b.capture("02:00"), *b.say("05:00", "commander", acts.UpdateExecutives(
        cause="key", next_update_minutes=20))], "partial", 5, "Detail went outside"),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_a_protected_matter_is_kept_as_one(case: Case) -> None:
    check("protected_track", case, scene=protected(), facts=["data_lost_or_security"])


def test_an_open_drill_is_asked_only_where_its_facts_say_so() -> None:
    record = b.drill(b.capture("02:00"), b.update("05:00"))
    assert found("protected_track", record, facts=["data_lost_or_security"]).status == "not_applicable"
    assert found("protected_track", record, facts=["auth_at_risk"]).status == "met"
    named = b.drill(b.capture("02:00"), b.update("05:00", cause="key"))
    assert "cause was named outside" in found("protected_track", named, facts=["auth_at_risk"]).why


def leaks(*lines: b.Lines) -> list[CapHit]:
    data = {"id": "C3a", "kind": "leaked", "title": "t", "limit": 45, "further": 10, "source": "s"}
    view = RecordView(b.drill(*lines, of=protected()), load("command"))
    return CAPS["leaked"](view, Cap.model_validate(data))


def test_words_of_the_circle_outside_are_no_leak_and_what_they_carry_is() -> None:
    inside = ("commander", "deputy", "triage")
    output = [(at, by, body.model_copy(update={"to": inside})) for at, by, body in b.query("02:00", "impact")]
    assert leaks(output, post("04:00", "incident")) == []
    assert leaks(output, post("04:00", "inner", attached=("query:impact",))) == []
    assert leaks(output, post("04:00", "incident", role="comms", attached=("query:impact",))) == []
    hit, again = leaks(output, *(post(at, "incident", attached=("query:impact",)) for at in ("04:00", "05:00")))
    assert (hit.limit, hit.further, hit.act != again.act) == (45, 10, True)


# --- the playbook itself -----------------------------------------------------------------------------------------


def command() -> Playbook:
    return load("command")


def test_it_has_a_hundred_points_a_source_and_advice_everywhere() -> None:
    book = command()
    assert sum(part.points for part in book.parts) == book.total == 100
    assert all(one.source and one.advice for _, one in book.criteria())
    outcome = next(part for part in book.parts if part.id == "outcome")
    assert 20 <= outcome.points <= 25
    assert outcome.always


def test_what_only_exists_after_the_drill_is_asked_for_then_or_named_with_its_reason() -> None:
    after = command().follow_through
    assert after is not None
    asked = {one.kind for _, one in after.criteria()}
    assert asked >= {"factors_layered", "candidates_verified", "actions_complete", "by_factor", "standards_fed"}
    assert all(one.source and one.why for one in command().later)
    assert len({one.title for one in command().templates}) == len(command().templates) >= 7


@pytest.mark.parametrize("duty", ["commands", "investigates", "executes", "verifies", "speaks", "scribes"])
def test_each_duty_answers_for_enough_to_be_scored_alone(duty: str) -> None:
    asked = [one for part in command().parts if not part.always for one in part.criteria]
    assert sum(one.points for one in asked if {duty, "all"} & set(one.owners)) >= 15


# --- observers ---------------------------------------------------------------------------------------------------


@cache
def watched() -> Scenario:
    """Return the fixture with a seat whose only duty is to look on."""
    seat = {"id": "watcher", "title": "W", "handle": "@w", "team": "T", "brief": "", "duties": ["observes"]}
    roles = [role.model_dump(by_alias=True) for role in b.SCENARIO.roles]
    return b.scenario(roles=[*roles, seat])


@each(sorted(acts.ACTS))
def test_an_observers_seat_may_ask_for_nothing(kind: str) -> None:
    drill: Any = SimpleNamespace(scenario=watched(), incident=History(watched()), circle=NeedToKnow(watched()))
    refusal = Rules(drill).refusal(acts.ACTS[kind].model_construct(action="flag"), acts.Asked(drill, "watcher"))
    assert refusal is not None
    assert "observer" in refusal.reason


def test_who_only_observes_is_in_no_score() -> None:
    sat = b.say("00:00", "watcher", acts.TakeSeat(seat="watcher", name="Ana"))
    view = RecordView(b.drill(sat, policy=None, of=watched()), load("command"))
    assert not view.held(("all",), 0, 3600)
    working = b.say("00:00", "triage", acts.TakeSeat(seat="triage", name="Ana"))
    assert RecordView(b.drill(working, policy=None, of=watched()), load("command")).held(("all",), 0, 3600)
