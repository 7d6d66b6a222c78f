"""What to take from a drill, in its own sentences and figures; and what lay ahead at any moment of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from analytics.record import DrillRecord, WhatIf
from analytics.report import lessons
from analytics.report.charts.course import weightiest
from analytics.report.charts.spec import Reviewed
from analytics.report.tables import each, record_of
from analytics.runs.ahead import CLEAR_UP, ahead
from analytics.view import RecordView
from scenarios.loader import load
from simulator import acts
from simulator import events as e
from tests.analytics.test_charts import GOLDEN, reviewed

SEARCHED, RUSHED = GOLDEN[0], GOLDEN[2]


def knowing(**references: Any) -> RecordView:
    """Return a recorded drill whose reference runs say this besides."""
    view = reviewed(SEARCHED).view
    record = record_of(view.record.journal, view.scenario)
    made = record.references.model_copy(update=references)
    return RecordView(DrillRecord(record.journal, record.scenario, made), view.playbook)


def changed(kind: str, label: str, lost: float) -> RecordView:
    """Return a recorded drill that knows of one thing different."""
    view = reviewed(SEARCHED).view
    one = WhatIf(kind=kind, label=label, seq=100, at=880, loss=lost / 1e6, low=-0.2, high=0.2,
                 harm={view.scenario.harm[0].id: lost}, share={view.scenario.harm[0].id: lost / 1000})  # fmt: skip
    return knowing(what_if=(one,))


@pytest.mark.parametrize(("kind", "label", "lost", "words"), [
    ("removed", "without “A” at T+14:40", 500.0, "Without “A” at T+14:40, 500 {unit} (+50 %) would have been lost as"),
    ("removed", "without “A” at T+14:40", -500.0, "Without “A” at T+14:40, 500 {unit} (-50 %) would have been spared"),
    ("moved", "“A” at T+07:00 instead of T+14:40", -500.0, "Doing “A” at T+07:00 instead of T+14:40 would have spared"),
    ("added", "“A” at T+07:00 as well", 500.0, "Doing “A” at T+07:00 as well would have cost 500 {unit}"),
    ("swapped", "“B” instead of “A” at T+07:00", -500.0, "Taking “B” instead of “A” at T+07:00 would have spared"),
])  # fmt: skip
def test_one_thing_different_is_a_sentence_with_a_verb(kind: str, label: str, lost: float, words: str) -> None:
    view = changed(kind, label, lost)
    (row,) = each(lessons.instead(view))
    assert row.sentence.startswith(words.format(unit=view.scenario.harm[0].unit))
    assert row.sentence.endswith(".")
    seen = [view.scenario.find("queries", m.body.query).title for m in view.queries if m.at <= 880]
    assert any(title in row.seen for title in seen)
    for when in re.findall(r"\(T\+(\d+):", row.seen):
        assert int(when) <= 880 // 60  # nothing that came later


def test_what_is_worth_most_speaks_of_this_drill() -> None:
    known = {run.ident: 300 for run in reviewed(SEARCHED).view.mitigations}
    drill = Reviewed(knowing(earliest=known), reviewed(SEARCHED).card)
    rows = list(each(lessons.gaps(drill.view, drill.card or {})))
    late = [row for row in rows if row.kind == "wait"]
    assert late
    reached = 0
    for row in late:
        run = next(run for run in drill.view.runs if run.title in row.title)
        since = drill.view.grounds.since(run.spec)
        unit = drill.view.scenario.find("harm", weightiest(drill.view))
        lost = _harm_at(drill, run.effect or 0, unit.id) - _harm_at(drill, since, unit.id)
        assert row.worth == f"{lost:,.0f} {unit.unit}"
        assert row.evidence == run.seqs
        assert ("in the same minutes as above" in row.text) == (since < reached)
        reached = max(reached, run.effect or 0)
    assert all(row.evidence or row.kind in ("wait",) or row.worth.startswith(("+", "at most")) for row in rows)


def test_what_a_queued_change_did_is_no_cost_of_waiting() -> None:
    drill = reviewed("permission_leak-impatient-7")
    (landed,) = (m.at for m in drill.view.all(e.MergeLanded) if m.body.harmful)
    grown, whole = lessons._grown(drill.view, "tenants_over", landed - 300, landed + 300)
    assert whole > 200
    assert grown < 1


def _harm_at(drill: Reviewed, second: int, ident: str) -> float:
    """Return cumulative harm by the samples of each minute, straight between them."""
    points = {m.at: m.body.harm[ident] for m in drill.view.samples}
    low, high = second - second % 60, second - second % 60 + 60
    return points[low] + (points.get(high, points[low]) - points[low]) * (second - low) / 60


def test_caps_are_among_the_gaps_and_what_they_cost_is_said() -> None:
    drill = reviewed(RUSHED)
    card = drill.card or {}
    rows = list(each(lessons.gaps(drill.view, card)))
    limits = sorted(one["limit"] for one in (*card["caps"], *card["anti_patterns"]))[: lessons.LIMITS]
    told = [row.worth for row in rows if row.worth.startswith("at most")]
    assert [int(re.findall(r"\d+", worth)[0]) for worth in told] == limits
    for worth, limit in zip(told, limits, strict=True):
        assert (f"not {card['uncapped']}" in worth) == (limit < card["uncapped"])


def test_strengths_are_what_was_met() -> None:
    drill = reviewed(SEARCHED)
    card = drill.card or {}
    met = {one["id"]: one for part in card["parts"] for one in part["criteria"] if one["status"] == "met"}
    rows = [row for row in each(lessons.strengths(drill.view, card)) if row.kind != "course"]
    assert rows
    assert all(row.text == met[row.kind]["why"] for row in rows)


def test_a_step_that_was_taken_unsafely_is_no_strength_though_it_mattered() -> None:
    view = changed("removed", "without the flag", 30_000)
    unsafe = next(cap.id for cap in view.playbook.caps if cap.kind == "unsafe")
    for seq, told in ((7, True), (100, False)):
        card = {"parts": [], "caps": [{"id": unsafe, "limit": 50, "evidence": [seq]}]}
        assert [row.kind for row in each(lessons.strengths(view, card))] == ["course"] * told


# --- ahead -------------------------------------------------------------------------------------------------


def test_what_lay_ahead_gets_worse_with_waiting_and_rests_on_what_was_seen() -> None:
    view = reviewed(SEARCHED).view
    header = view.header
    loaded = load(header.scenario, header.variant, header.difficulty)
    early, late = (ahead(view, loaded, at) for at in (900, 1200))
    assert early.ways
    assert early.ways[0].loss < late.ways[0].loss
    for found in (early, late):
        assert found.ways[0].loss <= found.went.loss + 1e-6 <= found.nothing.loss + 2e-6
        assert [one.loss for one in found.ways] == sorted(one.loss for one in found.ways)
        for one in found.ways:
            assert one.steps
            assert all(at >= found.at for at, _ in one.steps)
    assert early.went.loss == pytest.approx(view.loss, abs=0.02)


def test_how_it_went_on_is_what_the_record_holds_a_queued_change_too() -> None:
    view = reviewed("permission_leak-impatient-7").view
    header = view.header
    found = ahead(view, load(header.scenario, header.variant, header.difficulty), 0)
    assert view.final is not None
    assert found.went.harm == view.final.body.harm
    assert found.went.harm["tenants_over"] > 200


def test_what_was_queued_and_not_held_back_yet_is_spoken_of_whether_or_not_it_landed() -> None:
    view = reviewed("auth_token-by_the_book-7").view
    assert not view.all(e.MergeLanded)
    frozen = next(m.at for m in view.all(acts.Freeze))
    assert [ahead(view, load("auth_token"), at).queued for at in (frozen - 1, frozen + 1)] == [True, False]


def test_at_the_end_nothing_more_changes_how_it_went() -> None:
    view = reviewed(SEARCHED).view
    header = view.header
    loaded = load(header.scenario, header.variant, header.difficulty)
    found = ahead(view, loaded, view.scenario.horizon - 60)
    assert found.went.loss == pytest.approx(found.nothing.loss, abs=1e-6)


@pytest.mark.parametrize("name", ["auth_token-impatient-7", "billing_mismatch-by_the_book-7"])
def test_nothing_is_offered_that_the_score_would_call_ordered_on_nothing_seen(name: str) -> None:
    view = reviewed(name).view
    loaded = load(view.header.scenario, view.header.variant, view.header.difficulty)
    actions = {one.title: one for one in view.scenario.actions}
    for at in (0, 200, 420):
        found = ahead(view, loaded, at)
        for way in found.ways:
            assert way.steps or way.name == CLEAR_UP
            assert all(view.grounds.seen(actions[title].justified_by) <= at for _, title in way.steps)
            assert all(begin >= at for begin, _ in way.later)
        if not found.ways:
            assert found.earliest is not None
            assert view.grounds.seen(view.scenario.find("actions", found.earliest.action).justified_by) > at


def test_a_way_is_offered_whole_or_not_at_all() -> None:
    view = reviewed("billing_mismatch-by_the_book-7").view
    loaded = load(view.header.scenario, view.header.variant, view.header.difficulty)
    every = {way.name: way for way in ahead(view, loaded, 230).ways}
    last = "Roll billing-worker back to 2.5.4"
    known = view.scenario.actions
    actions = tuple(one.model_copy(update={"justified_by": ()}) if one.title == last else one for one in known)
    scenario = view.scenario.model_copy(update={"actions": actions})
    unjustified = RecordView(DrillRecord(view.record.journal, scenario, view.references), view.playbook)
    whole = {name for name, way in every.items() if last not in {title for _, title in (*way.steps, *way.later)}}
    assert set() < whole < set(every)
    assert {way.name for way in ahead(unjustified, loaded, 230).ways} == whole


def test_before_anything_is_seen_nothing_is_offered_and_nothing_more_is_no_action() -> None:
    view = reviewed("auth_token-by_the_book-7").view
    found = ahead(view, load("auth_token"), 0)
    assert found.ways == ()  # what only somebody who is not there has been told was seen by nobody either
    assert found.earliest is not None
    assert found.earliest.action == "flag_web"
    assert found.nothing.harm == view.references.null.harm


def test_what_is_done_is_not_advised_again_and_where_nothing_is_left_to_save_that_is_said() -> None:
    view = reviewed("billing_mismatch-by_the_book-7").view
    loaded = load("billing_mismatch")
    titles = {run.ident: run.spec.title for run in view.started}
    begun = {run.ident: run.ordered for run in view.started}
    clear_up = ahead(view, loaded, begun["rollback"]).ways[0]
    assert clear_up.name == CLEAR_UP
    shown = {title for _, title in (*clear_up.steps, *clear_up.later)}
    assert not shown & {titles[one] for one in ("key_off", "pause", "rollback")}
    assert titles["resume"] in shown  # what the pause still asks for
    over = ahead(view, loaded, max(run.effect or 0 for run in view.started))
    assert (over.ways, over.earliest) == ((), None)


def test_what_is_left_of_a_way_on_does_not_wait_for_what_is_done() -> None:
    found = ahead(reviewed("billing_mismatch-by_the_book-7").view, load("billing_mismatch"), 600)
    (fix,) = (way for way in found.ways if way.name == "stop the writing, hotfix without bake")
    assert fix.steps[0] == (600, "Hotfix straight to all pods")  # half a minute after the stop, which stands


def test_where_nothing_seen_opens_a_way_the_best_says_what_to_look_at() -> None:
    view = reviewed("auth_token-impatient-7").view
    looks = {at: ahead(view, load("auth_token"), at).earliest for at in (600, 1800)}
    assert {at: one and one.action for at, one in looks.items()} == {600: "flag_web", 1800: "revoke"}


def test_a_step_taken_already_stands_where_taking_it_once_more_saves_harm() -> None:
    view = reviewed("auth_token-by_the_book-7").view
    revoke = min((run for run in view.started if run.ident == "revoke"), key=lambda run: run.ordered)
    ways = {way.name: [title for _, title in way.steps] for way in ahead(view, load("auth_token"), 500).ways}
    assert revoke.ordered < 500 < (revoke.effect or 0)
    assert any(revoke.spec.title in steps for steps in ways.values())
