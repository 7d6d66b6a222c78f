"""Need-to-know: roles outside the circle see open channels and their own work, and nothing of the matter."""

from __future__ import annotations

import pytest

from simulator import acts, values
from simulator import events as e
from simulator.answers import Refusal
from simulator.briefing import briefing
from simulator.engine import Engine
from simulator.need_to_know import NeedToKnow
from simulator.record.entry import readers
from simulator.room.skip import run_ahead
from simulator.scenario.model import Scenario
from simulator.values import Author
from tests.simulator.toy import TOY, engine, role

INSIDE = ("commander", "deputy", "mitigation", "dba")
ROLES = [
    role("commander", duties=["commands"]), role("deputy", duties=["deputises"]),
    role("comms", duties=["speaks"], cues=[{"id": "blog", "text": "They blog.", "topics": ["purge"]}]),
    role("mitigation", lane="mitigation", duties=["executes"],
         cues=[{"id": "purge_is_safe", "text": "It is.", "topics": ["purge"]}]),
    role("dba", seat=False, present=False, joins_after="2m"),
]  # fmt: skip
QUERIES = [
    *TOY["queries"],
    {"id": "tickets", "title": "Tickets", "command": "desk", "executors": ["comms"], "takes": "20s",
     "evidence": "narrative", "output": "2 tickets"},
]  # fmt: skip
INJECTS = [
    {"id": "report", "at": "1m", "channel": "closed", "persona": "Mira", "text": "I can see it"},
    {"id": "gossip", "at": "1m", "channel": "incident", "persona": "Dev", "text": "what is going on"},
    {"id": "mail", "at": "1m", "to": ["commander"], "channel": "closed", "persona": "Mira", "text": "for you"},
    {"id": "why", "at": "1m", "channel": "closed", "persona": "Lead", "text": "why?", "form": "ask",
     "answers": [{"id": "cache", "label": "The cache", "reply": "I see."}]},
]  # fmt: skip
PROTECTED = {
    "roles": ROLES, "queries": QUERIES, "injects": INJECTS, "channels": ["incident", "closed"], "room": "closed",
    "restricted": ["closed"], "overlay": {**TOY["overlay"], "need_to_know": list(INSIDE)},
}  # fmt: skip


def protected() -> Engine:
    return engine(**PROTECTED)


def refusal_of(drill: Engine, act: acts.Act) -> Refusal | None:
    return drill.objection(act, "comms")


def kinds(drill: Engine, role_: str) -> list[str]:
    return [x.body.kind for x in briefing(drill, role_).entries]


def has(drill: Engine, role_: str, what: type) -> bool:
    return any(isinstance(x.body, what) for x in briefing(drill, role_).entries)


def test_an_open_drill_has_no_circle() -> None:
    circle = NeedToKnow(Scenario.model_validate(TOY))
    assert circle.outside == ()
    assert circle.knows("comms")
    assert readers(Author("commander:Ana"), acts.RunQuery(query="check"), circle) == ()


def test_who_works_in_which_channel() -> None:
    circle = protected().circle
    assert (circle.channel("mitigation"), circle.channel("comms")) == ("closed", "incident")
    assert circle.outside == ("comms",)


def test_a_closed_channel_is_invisible_outside() -> None:
    drill = protected()
    drill.advance(90)
    drill.submit(acts.PostMessage(channel="closed", text="it is the cache"), "commander:Ana")
    drill.submit(acts.PostMessage(channel="incident", text="HERON is open"), "commander:Ana")
    seen = {x.body.inject for x in briefing(drill, "comms").entries if isinstance(x.body, e.InjectDelivered)}
    assert seen == {"gossip"}
    assert [x.body.text for x in briefing(drill, "comms").entries if isinstance(x.body, acts.PostMessage)] == [
        "HERON is open"
    ]
    inside = {x.body.inject for x in briefing(drill, "deputy").entries if isinstance(x.body, e.InjectDelivered)}
    assert inside == {"report", "gossip", "why"}
    assert "mail" in briefing(drill, "commander").incident.delivered


def test_what_the_circle_finds_thinks_and_does_stays_inside() -> None:
    drill = protected()
    drill.submit(acts.Declare(severity="SEV-1", title="HERON"), "commander:Ana")
    drill.submit(acts.RunQuery(query="check"), "mitigation:Bo")
    drill.submit(acts.StateHypothesis(cause="leak", probability=0.9), "commander:Ana")
    drill.submit(acts.TakeAction(action="flag_off"), "mitigation:Bo")
    drill.submit(acts.AssignTask(to="mitigation", text="look"), "commander:Ana")
    drill.submit(acts.UpdateStakeholders(audience="restricted", status="investigating", next_update_minutes=20),
                 "deputy:Cy")  # fmt: skip
    drill.submit(acts.UpdateExecutives(impact=values.Figure(name="backlog", low=1), next_update_minutes=20),
        "deputy:Cy")
    drill.advance(300)
    drill.submit(acts.AnswerAsker(inject="why", answer="cache"), "commander:Ana")
    outside = kinds(drill, "comms")
    assert not {"run_query", "query_started", "query_finished", "state_hypothesis", "take_action", "action_started",
                "action_finished", "task_assigned", "update_stakeholders", "update_executives",
                "answer_asker"} & set(outside)  # fmt: skip
    assert {"declare", "change_happened", "alert_fired"} <= set(outside)
    assert {"query_finished", "action_finished", "task_assigned", "answer_asker"} <= set(kinds(drill, "deputy"))
    assert not [x for x in briefing(drill, "comms").entries if getattr(x.body, "text", "") == "I see."]


def test_the_incident_outside_is_what_was_seen_outside() -> None:
    drill = protected()
    drill.submit(acts.AssignRole(role="commander", to="commander"), "commander:Ana")
    drill.submit(acts.Declare(severity="SEV-1", title="HERON"), "commander:Ana")
    drill.submit(acts.RunQuery(query="check"), "mitigation:Bo")
    drill.submit(acts.RecordPacket(segments=("all",), impact=(), evidence=(), next_checkpoint_minutes=10,
                                next_owner="deputy"), "commander:Ana")  # fmt: skip
    drill.advance(100)
    outside, inside = briefing(drill, "comms"), briefing(drill, "deputy")
    assert (outside.incident.severity, outside.incident.holder("commander")) == ("SEV-1", "commander")
    assert not outside.incident.runs
    assert not outside.incident.given("packet")
    assert not [ref for ref in outside.incident.refs if ref.startswith(("query:", "packet:"))]
    assert list(inside.incident.runs) == ["query:check"]
    assert outside.latest_result("check") is None
    assert outside.search_logs(minutes=60) == []
    assert inside.search_logs(minutes=60)


def test_the_catalogue_outside_lists_what_one_can_do_oneself() -> None:
    drill = protected()
    assert [line.id for line in briefing(drill, "comms").catalogue.lines] == ["tickets"]
    assert [option.id for option in briefing(drill, "comms").options("queries")] == ["tickets"]
    assert len(briefing(drill, "deputy").catalogue.lines) > 5


CLOSED = (
    "causes",
    "factors",
    "residual_risks",
    "unknowns",
    "reasons",
    "needs",
    "revisions",
    "blast",
    "segments",
    "figures",
)


@pytest.mark.parametrize("source", CLOSED)
def test_lists_that_tell_of_the_matter_are_offered_inside_only(source: str) -> None:
    told = {"id": "told", "title": "Told by its name"}
    lists = {name: [told] for name in ("unknowns", "reasons", "needs", "revisions")}
    drill = engine(**PROTECTED, **lists)
    assert briefing(drill, "deputy").options(source)
    assert briefing(drill, "comms").options(source) == []


def test_outside_are_offered_the_dashboards_and_topics_of_their_own() -> None:
    drill = protected()
    inside, outside = briefing(drill, "deputy"), briefing(drill, "comms")
    assert [option.id for option in outside.options("metrics")] == [
        p.id for p in inside.catalogue.panels if p.on_console
    ]
    assert [p.id for p in outside.catalogue.panels] == [p.id for p in inside.catalogue.panels if p.on_console]
    hidden = next(p.id for p in inside.catalogue.panels if not p.on_console)
    drill.advance(120)
    assert briefing(drill, "deputy").series(hidden)
    assert briefing(drill, "comms").series(hidden) == []
    assert briefing(drill, "comms").latest(hidden) is None
    assert [option.id for option in outside.options("topics")] == ["purge"]  # its own cue is about it


@pytest.mark.parametrize(
    "command",
    [
        acts.UpdateStakeholders(audience="public", status="investigating", cause="leak", next_update_minutes=20),
        acts.UpdateStakeholders(audience="public", status="investigating", segments=("all",), next_update_minutes=20),
        acts.UpdateExecutives(impact=values.Figure(name="backlog", low=1), next_update_minutes=20),
        acts.StateHypothesis(cause="leak", probability=0.9),
        acts.AnswerAsker(inject="why", answer="cache"),
    ],
)
def test_what_is_not_offered_is_refused_as_if_it_were_not_there(command: acts.Act) -> None:
    drill = protected()
    drill.advance(90)
    inside = drill.objection(command, "deputy")
    assert inside is None or inside.code == "rights"
    refusal = drill.objection(command, "comms")
    assert refusal is not None
    assert refusal.code == "unknown"
    assert "nothing here is called" in refusal.reason
    assert "did you mean" not in refusal.reason


def test_what_a_facilitator_can_pick_is_not_cut() -> None:
    drill = protected()
    assert drill.objection(acts.FireInject(inject="why"), "facilitator") is None


def test_evidence_of_the_circle_cannot_be_cited_outside() -> None:
    drill = protected()
    drill.submit(acts.RunQuery(query="check"), "mitigation:Bo")
    drill.advance(60)
    refusal = drill.submit(acts.ClaimRecovery(claim="mitigated", evidence=("query:check",)), "comms:Di").refusal
    assert refusal is not None
    assert "nothing here is called" in refusal.reason  # as if it were not there


def test_work_of_roles_outside_is_everybodys() -> None:
    drill = protected()
    drill.submit(acts.RunQuery(query="tickets"), "comms:Di")
    drill.submit(acts.AssignTask(to="comms", text="what do they write?"), "commander:Ana")
    drill.advance(60)
    for role_ in ("comms", "deputy"):
        assert has(drill, role_, e.QueryFinished)
        assert has(drill, role_, e.TaskAssigned)
    assert [task.owner for task in briefing(drill, "comms").tasks()] == ["comms"]


def test_cues_go_where_their_holder_works() -> None:
    drill = protected()
    drill.submit(acts.AskRole(role="mitigation", topic="purge"), "commander:Ana")
    drill.submit(acts.AskRole(role="comms", topic="purge"), "commander:Ana")
    drill.advance(300)
    shared = {x.body.cue for x in briefing(drill, "comms").entries if isinstance(x.body, e.CueShared)}
    assert shared == {"blog"}
    assert "purge_is_safe" in briefing(drill, "deputy").incident.cues
    assert "purge_is_safe" not in briefing(drill, "comms").incident.cues


def test_a_signature_is_known_where_the_signer_works() -> None:
    drill = protected()
    for seat in ("mitigation", "comms"):
        drill.emit(e.SignedOff(action="flag_off", role=seat, seat=seat))
    assert [x.body.seat for x in briefing(drill, "comms").entries if isinstance(x.body, e.SignedOff)] == ["comms"]
    assert [x.body.seat for x in briefing(drill, "deputy").entries if isinstance(x.body, e.SignedOff)] == [
        "mitigation", "comms"
    ]  # fmt: skip


def test_references_are_counted_over_the_whole_drill() -> None:
    drill = protected()
    for audience in ("restricted", "public"):
        drill.submit(acts.UpdateStakeholders.model_validate(
            {"audience": audience, "status": "investigating", "next_update_minutes": 20}), "deputy:Cy")  # fmt: skip
    assert [ref for ref in briefing(drill, "comms").incident.refs if ref.startswith("update:")] == ["update:2"]


def test_who_is_outside_neither_posts_into_the_closed_channel_nor_speaks_for_it() -> None:
    drill = protected()
    assert refusal_of(drill, acts.PostMessage(channel="closed", text="hello?")) == Refusal(
        "need_to_know", "you are not in #closed; it is for those who need to know"
    )  # fmt: skip
    restricted = acts.UpdateStakeholders(audience="restricted", status="investigating", next_update_minutes=20)
    assert refusal_of(drill, restricted) == Refusal(
        "need_to_know", "a restricted update comes from somebody who needs to know; you speak to the others"
    )  # fmt: skip
    assert drill.objection(restricted, "deputy") is None
    assert drill.objection(acts.UpdateExecutives(next_update_minutes=20, text="In hand."), "comms") is None
    assert [option.id for option in briefing(drill, "comms").options("channels")] == ["incident"]
    assert [briefing(drill, one).catalogue.room for one in ("comms", "deputy")] == ["incident", "closed"]


def test_news_of_the_circle_does_not_end_the_skip_of_somebody_outside() -> None:
    drill = protected()
    drill.advance(61)
    drill.submit(acts.PostMessage(channel="closed", text="look"), "commander:Ana")
    drill.submit(acts.RunQuery(query="check"), "mitigation:Bo")
    outside = run_ahead(drill, "comms", 60)
    assert outside.until == outside.since + 60
    drill.submit(acts.RunQuery(query="check"), "mitigation:Bo")
    inside = run_ahead(drill, "deputy", 60)
    assert inside.until < inside.since + 60


def test_a_hypothesis_in_the_declaration_keeps_it_inside() -> None:
    drill = protected()
    drill.submit(acts.Declare(severity="SEV-1", title="HERON", hypothesis="leak"), "commander:Ana")
    assert not has(drill, "comms", acts.Declare)
    assert has(drill, "deputy", acts.Declare)


@pytest.mark.parametrize(
    ("command", "detail"),
    [
        (acts.UpdateStakeholders(audience="public", status="recovered", next_update_minutes=1), False),
        (acts.UpdateStakeholders(audience="public", status="recovered", next_update_minutes=1, cause="leak"), True),
        (acts.UpdateStakeholders(audience="restricted", status="recovered", next_update_minutes=1, cause="leak"),
            False),
        (acts.PostMessage(text="leak"), False),
    ],
)
def test_detail_is_what_is_picked(command: acts.Act, detail: bool) -> None:
    knobs = {"detail": "flag"}
    closed = engine(**{**PROTECTED, "overlay": {**PROTECTED["overlay"], "update_knobs": knobs}})
    open_ = engine(overlay={**TOY["overlay"], "update_knobs": knobs})
    for drill, turns in ((closed, detail), (open_, False)):
        drill.submit(command, "deputy:Cy")
        assert any(isinstance(x.body, e.KnobTurned) for x in drill.journal) is turns
