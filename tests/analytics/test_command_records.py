"""What the command playbook's predicates of timeline, updates, handovers, recovery and secrecy find."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.criteria import CAPS
from analytics.playbook import Cap, load
from analytics.scorecard import CapHit
from analytics.view import RecordView
from simulator import acts
from simulator import events as e
from tests.analytics import builders as b
from tests.analytics.commanding import SEVEN, STAGES, Case, check, found, lane, line, protected, scenario

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
    Case(lambda: b.fired("28:00", "leaves"), "not_applicable", 0),
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
