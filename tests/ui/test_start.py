"""What forms begin with, and records that are filled in afterwards: few fields first, the rest asked for in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from scenarios import load
from simulator import acts
from simulator.acts import ACTS
from simulator.acts.base import Record
from simulator.briefing import Briefing, briefing
from simulator.engine import Engine, new_header
from simulator.play import orders
from simulator.values import Check, Ref
from tests import played
from tests.each import each
from tests.simulator.filled import filled
from tests.ui.live import Form
from ui.live.fields import read
from ui.live.forms import form_html
from ui.parts import followups, units
from ui.parts.catalogue import FORMS
from ui.parts.needs import TO_FILL_IN, needs
from ui.parts.prefill import prefilled
from ui.parts.shapes import shapes
from ui.parts.start import AMENDS, MOST, UNASKED, asked, controls, told, verb
from ui.session import Here

Seat = Callable[..., Here]
MOST_IN_ALL = 90
"""Controls that stand first on the whole way from the page to closure, all paper included."""
KINDS = [form.kind for forms in FORMS.values() for form in forms]
PATH = (
    "acknowledge_page", "declare", "assign_role", "assign_role", *["assign_lane"] * 4, "freeze", "classify_dependency",
    "record_option", "record_option", "record_readiness", "record_decision", "record_snapshot", "record_packet",
    "escalate_internally", "update_stakeholders", "update_stakeholders", "update_executives", "hand_off",
    "record_verification", "record_residual_risks", "add_hardening_task", "set_watch", "publish_closure_package",
    "request_closure", "state_scope", "publish_decision_note", "commit_checkpoint", "write_leadership_note",
)  # fmt: skip
"""What the playbook and the closure gate ask for from the page to closure, each through its form; lanes one by one."""
QUICK = {"record_option": 3, "record_decision": 4, "record_snapshot": 4, "record_packet": 4, "state_scope": 3}
"""What is written down while users are hit: at most so many controls."""


@each(KINDS)
def test_a_form_begins_with_few_fields_and_asks_for_all_of_them(kind: str) -> None:
    act = ACTS[kind]
    first, later = asked(act)
    shown, rest = controls(first), controls(later)
    assert 0 < len(shown) <= MOST or not shapes(act)
    assert not set(shown) & set(rest)
    assert {*shown, *rest} == set(controls([one for one in shapes(act) if one.path not in UNASKED]))


@each(KINDS)
def test_what_can_wait_is_not_needed_to_hand_a_form_in(kind: str) -> None:
    first = {shape.path for shape in asked(ACTS[kind]).first}
    assert {shape.path for shape in shapes(ACTS[kind]) if shape.needed} <= first


@each(KINDS)
def test_a_button_says_what_happens(kind: str) -> None:
    # Each says it itself: what a form is called is a noun, and a noun does not say what pressing it does.
    assert verb(ACTS[kind]) == ACTS[kind].verb
    assert verb(ACTS[kind])[:1].isupper()
    assert len(verb(ACTS[kind])) <= 28


@each([act for act in ACTS.values() if act.first])
def test_what_an_act_puts_first_are_fields_it_has(act: type[acts.Act]) -> None:
    there = {shape.path for shape in shapes(act)} | set(controls(shapes(act)))
    rowless = {path.replace(".0", "").replace(".1", "") for path in there}
    assert set(act.first) <= there | rowless


def test_what_is_written_while_users_are_hit_is_short() -> None:
    assert all(len(controls(asked(ACTS[kind]).first)) <= most for kind, most in QUICK.items())


@pytest.mark.slow
def test_the_whole_way_to_closure_is_short() -> None:
    loaded, left, asks = load("auth_token"), Counter(PATH), Counter[str]()
    drill = Engine(loaded, new_header(loaded, 7, mode="assessment", policy="by_the_book"))
    for order in orders(played.engine("auth_token", "base", "by_the_book", 7)):
        drill.advance(order.at)
        kind, role = order.body.kind, order.by.partition(":")[0]
        if left[kind]:
            left[kind] -= 1
            first = asked(ACTS[kind], told(ACTS[kind], prefilled(kind, briefing(drill, role)))).first
            asks[kind] += len(controls(first))
        drill.submit(order.body, order.by)
    assert not +left
    assert sum(asks.values()) <= MOST_IN_ALL, (sum(asks.values()), asks)


@each(ACTS.values())
def test_what_is_not_asked_for_again_stood_first(act: type[acts.Act]) -> None:
    assert {*act.settled} <= {*act.first}
    assert not act.first or {*act.first} > {*act.settled}


def test_what_the_drill_says_is_told_and_not_asked_for(seat: Seat) -> None:
    here = seat("commander", 60)
    watch = acts.SetWatch(owner="verification", trigger=Check(metric=a_ratio(here.room.briefing("commander")),
                                                              is_="above", threshold=0.02))  # fmt: skip
    before = form_html(here.room.briefing("commander"), "commit_checkpoint")
    b = give(here, watch)
    html = form_html(b, "commit_checkpoint")
    assert 'name="trigger.threshold"' in before.partition("<details")[0]
    shown, _, folded = html.partition("<details")
    assert 'name="in_hours"' in shown
    assert 'name="trigger.threshold"' not in shown
    assert 'name="trigger.threshold"' in folded
    assert "Trigger: threshold</i> 2</span>" in shown
    assert f"Owner</i> {b.catalogue.role('verification').title}</span>" in shown  # type: ignore[union-attr]
    read_back = read(acts.CommitCheckpoint, units.meant(b, Form(html).fields))
    assert isinstance(read_back, acts.CommitCheckpoint)
    assert (read_back.owner, read_back.trigger) == (watch.owner, watch.trigger)


# --- units -------------------------------------------------------------------------------------------------


def a_ratio(b: Briefing) -> str:
    return next(panel.id for panel in b.catalogue.panels if panel.unit == "ratio")


def test_a_ratio_is_typed_as_percent_and_kept_as_a_ratio(seat: Seat) -> None:
    b = seat().room.briefing("commander")
    other = next(panel.id for panel in b.catalogue.panels if panel.unit == "1/s")
    typed = {"check.metric": a_ratio(b), "check.threshold": 2.3, "trigger.metric": other, "trigger.threshold": 50.0}
    meant = units.meant(b, typed)
    assert (meant["check.threshold"], meant["trigger.threshold"]) == (0.023, 50.0)
    assert units.shown(b, meant) == typed
    assert (units.unit(b, a_ratio(b)), units.unit(b, other)) == ("%", "per s")


def test_a_threshold_without_a_signal_stays_as_it_is(seat: Seat) -> None:
    b = seat().room.briefing("commander")
    assert units.meant(b, {"check.threshold": 2.0, "check.metric": None}) == {
        "check.threshold": 2.0, "check.metric": None}  # fmt: skip


# --- filling in --------------------------------------------------------------------------------------------


def give(here: Here, *bodies: acts.Act) -> Briefing:
    for body in bodies:
        answer = here.room.submit(body, here.person)
        assert answer.refusal is None, answer.refusal
    return here.room.briefing("commander")


def small(b: Briefing) -> acts.RecordDecision:
    """Return a decision in a hurry."""
    action = b.options("actions")[0].id
    return acts.RecordDecision(
        actions=(action,), why_now=b.options("reasons")[0].id, execution_owner="mitigation", confidence="L1"
    )


def test_what_a_record_says_fills_the_form_that_amends_it() -> None:
    for act in followups.KINDS.values():
        body = filled(act)
        fields = followups.spread(body)
        again = {path for path in fields if path.partition(".")[0] not in {shape.path for shape in shapes(act)}}
        assert again == set()
        assert AMENDS not in fields


def test_an_amended_record_says_the_new_and_keeps_the_rest(seat: Seat) -> None:
    here = seat("commander", 60)
    b = give(here, small(here.room.briefing("commander")))
    ref = Ref("decision:1")
    check = {"check.metric": a_ratio(b), "check.is": "below", "check.threshold": 2.0, "check.within_minutes": 10}
    fields = units.meant(b, followups.whole(b, "record_decision", {AMENDS: ref, "strategy": "rollback", **check}))
    body = small(b).model_copy(update={"amends": ref, "strategy": "rollback"})
    said = {path: value for path, value in followups.spread(body).items() if value != []}
    assert said | {AMENDS: ref} == {path: fields[path] for path in (*said, AMENDS)}
    assert fields["check.threshold"] == 0.02
    b = give(here, body)
    standing = followups.record(b, ref)
    assert standing is not None
    assert (standing.at, standing.body.strategy) == (60, "rollback")  # type: ignore[attr-defined]
    assert len(b.incident.given("decision")) == 1
    assert b.incident.strategy == "rollback"
    assert prefilled("record_decision", b, ref)["strategy"] == "rollback"


def test_the_form_that_fills_in_begins_with_what_is_left_open(seat: Seat) -> None:
    here = seat("commander", 60)
    b = give(here, small(here.room.briefing("commander")))
    entry = followups.record(b, "decision:1")
    assert entry is not None
    left = followups.left_open(b, entry)
    first, later = followups.to_fill_in(b, "decision:1")
    assert first == tuple(left[: len(first)])
    assert 0 < len(controls(first)) <= MOST
    assert {*controls(first), *controls(later)} == set(
        controls([shape for shape in shapes(acts.RecordDecision) if shape.path != AMENDS])
    )
    html = form_html(b, "record_decision", "decision:1")
    assert 'name="amends" value="decision:1"' in html
    assert html.index(f'name="{controls(first)[0]}"') < html.index("<details")


def test_two_who_answer_at_once_do_not_undo_each_other(seat: Seat) -> None:
    here = seat("commander", 60)
    first = give(here, small(here.room.briefing("commander")))
    ref = Ref("decision:1")
    give(here, small(first).model_copy(update={"amends": ref, "strategy": "rollback"}))
    later = followups.whole(here.room.briefing("commander"), "record_decision", {AMENDS: ref, "note": "and this"})
    assert (later["strategy"], later["note"]) == ("rollback", "and this")


@pytest.mark.parametrize("ref", ["decision:2", "option:1", "nothing:1"])
def test_only_a_record_of_its_own_kind_can_be_amended(ref: str, seat: Seat) -> None:
    here = seat("commander", 60)
    b = give(here, small(here.room.briefing("commander")))
    card = acts.RecordOption(
        action=b.options("actions")[0].id, coverage=(b.options("segments")[0].id,), minutes_to_effect=1
    )
    give(here, card)
    answer = here.room.submit(small(b).model_copy(update={"amends": Ref(ref)}), here.person)
    assert answer.refusal is not None
    assert answer.refusal.code == "unknown"


def later(here: Here, seconds: int) -> Briefing:
    """Let time pass, whatever comes meanwhile."""
    until = here.room.version[1] + seconds
    while here.room.version[1] <= until:
        here.room.skip_ahead(here.person, 15)
    return here.room.briefing("commander")


def asked_for(b: Briefing) -> list[str]:
    return [need.text for need in needs(b) if need.label == TO_FILL_IN]


def test_the_deputy_asks_for_one_thing_at_a_time_and_only_while_it_is_new(seat: Seat) -> None:
    here = seat("commander", 60)
    deputy = here.room.briefing("commander").catalogue.seat_for("deputises")
    assert deputy is not None
    b = give(here, acts.AssignRole(role="commander", to="commander"), acts.AssignRole(role="deputy", to=deputy))
    give(here, small(b))
    assert asked_for(here.room.briefing("commander")) == []
    b = later(here, followups.ASKS_AFTER)
    one = asked_for(b)
    assert len(one) == 1
    assert "Decision 1" in one[0]
    assert b.incident.person(deputy) is None
    assert (b.catalogue.role(deputy).handle in one[0]) == (b.incident.holder("deputy") == deputy)  # type: ignore[union-attr]
    button = next(need for need in needs(b) if need.label == TO_FILL_IN).buttons[0]
    assert (button.opens, button.about) == ("record_decision", "decision:1")
    left = next(followups.next_open(b)).shape.path
    assert left in prefilled("record_decision", b) or left not in prefilled("record_decision", b, "decision:1")
    # A newer one takes its place; the older one is asked about no more.
    give(here, small(b))
    newer = asked_for(later(here, followups.ASKS_AFTER))
    assert len(newer) == 1
    assert "Decision 2" in newer[0]
    assert asked_for(later(here, followups.ASKS_FOR)) == []


def test_records_are_those_that_are_written_and_not_sent() -> None:
    assert {act.__name__ for act in ACTS.values() if issubclass(act, Record)} == {
        "RecordOption", "RecordContradiction", "RecordReadiness", "RecordDecision", "RecordSnapshot", "RecordPacket",
        "StateScope",
    }  # fmt: skip
