"""Variants of scenario C: the same report, and another place where permission is lost."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Any

import pytest

from analytics import playbook
from analytics.record import loss_of
from analytics.runs.counterfactual import add_references
from analytics.score import score
from scenarios import load, variants
from scenarios.permission_leak.pops import SHARES, WAYS, groups
from simulator import acts
from simulator import events as e
from simulator.engine import Engine, new_header
from simulator.monitoring.onset import onset_shift
from tests import played
from tests.each import each
from tests.scenarios.worlds import printed

OF_C = variants("permission_leak")
OTHERS = OF_C[1:]
SEEDS = (1, 2, 3)
drill = partial(played.drill, "permission_leak")
CAUSE = {"base": "decision_key", "dunlin": "cdn_rule", "siskin": "link_memory"}
Turns = tuple[tuple[float, str, float], ...]
SAVED: Turns = ((5.75, "hold", 1),)
BACK: Turns = ((6, "rollback", 1), (7.5, "unpin", 1))
CLEANED: Turns = ((9.5, "purge", 1), (9.5, "epoch", 1), (10.5, "epoch_sync", 1))
BY_THE_BASE: Turns = (*SAVED, *BACK, *CLEANED)
"""What mends the base: evidence, rollback, pin, copies, tokens."""


def world(variant: str, minute: float, turns: Turns = ()):
    loaded = load("permission_leak", variant)
    made = loaded.make_world()
    made.start(loaded.scenario.starts_at, loaded.scenario.fault_at)
    pending = sorted(turns)
    while made.now < 60 * minute:
        while pending and 60 * pending[0][0] <= made.now:
            _, knob, value = pending.pop(0)
            made.turn(knob, value, 0)
        made.step(15)
    return made


def loss(variant: str, turns: Turns) -> float:
    return loss_of(world(variant, 120, turns).harm(), load("permission_leak", variant).scenario)


# --- what people see, and what is true ---------------------------------------------------------------------


def test_there_is_a_base_and_two_more() -> None:
    assert OF_C == ("base", "dunlin", "siskin")


@pytest.mark.parametrize("variant", OTHERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_first_minutes_and_the_same_green_graphs(variant: str, seed: int) -> None:
    """Nothing tells a variant but what somebody asks; panels differ by no more than their noise shows anyway."""
    engines = []
    for name in ("base", variant):
        loaded = load("permission_leak", name)
        engines.append(Engine(loaded, new_header(loaded, seed, mode="assessment", automation=False)))
        engines[-1].advance(150)
        assert onset_shift(loaded, seed) == 0

    def told(engine: Engine) -> list[tuple[int, e.Event]]:
        kinds = (e.InjectDelivered, e.AlertFired, e.PageSent, e.ChangeHappened)
        return [(x.at, x.body) for x in engine.journal.entries if isinstance(x.body, kinds)]

    base, other = engines
    assert told(base) == told(other)
    for metric in base.scenario.metrics:
        if metric.panel:
            shown = [engine.telemetry.series(metric.id, engine.now) for engine in engines]
            for (_, usual), (_, here) in zip(*shown, strict=True):
                assert usual == pytest.approx(here, rel=0.01, abs=1e-9), metric.id


def test_each_variant_has_a_truth_of_its_own() -> None:
    for variant in OF_C:
        scenario = load("permission_leak", variant).scenario
        assert [one.id for one in scenario.causes if one.true] == [CAUSE[variant]]
        telling = {q.id for q in scenario.queries if CAUSE[variant] in q.supports}
        assert {"repro_warm", "audit_count"} <= telling
        wrong = {cause for q in scenario.queries for cause in (*q.discriminates, *q.supports)}
        assert {one.id for one in scenario.causes} <= wrong
        assert not [q.id for q in scenario.queries if CAUSE[variant] in q.discriminates]
        false = {one.id for one in scenario.causes if not one.true}
        assert not [q.id for q in scenario.queries if false & set(q.supports)]
    scenarios = [load("permission_leak", variant).scenario for variant in OF_C]
    for group in ("residual_risks", "factors"):
        true = [frozenset(one.id for one in getattr(s, group) if one.true) for s in scenarios]
        assert len(set(true)) == len(OF_C)
    assert len({s.fault for s in scenarios}) == len(OF_C)


@pytest.mark.parametrize("variant", OF_C)
def test_actions_say_what_they_do_here(variant: str) -> None:
    """What covers a segment moves it, what is said to change nothing closes nothing, what wipes a trace says so."""
    scenario = load("permission_leak", variant).scenario
    for action in scenario.actions:
        # What only matters to a place that did not follow is tried on one that did not.
        first: Turns = ((9, "rollback", 1),) if action.id in ("unpin", "drain_fra", "roll_forward") else ()
        turns = (*first, *((10.0, effect.knob, effect.value) for effect in action.effects))
        made, calm = world(variant, 12, (*SAVED, *turns)), world(variant, 12, (*SAVED, *first))
        better = {s for s, share in made.outside().items() if share < calm.outside()[s] - 0.01}
        assert set(action.coverage) <= better | {"apac"}, action.id  # a pin keeps its region from being whole
        if "no_effect_on_cause" in action.side_effects:
            assert not better & {"americas", "europe", "apac"}, action.id
        wipes = {"trace_wiped", "copies_trace_wiped", "answers_trace_wiped"} & set(action.side_effects)
        lost = world(variant, 12, turns).trace_lost > world(variant, 12, first).trace_lost
        assert bool(wipes) == lost, action.id


# --- the lever of the base, and the right one ---------------------------------------------------------------


def test_what_mends_the_base_leaves_copies_in_one_place_of_dunlin_and_everything_open_in_siskin() -> None:
    assert not world("base", 20, BY_THE_BASE).facts()["leaking"]
    assert world("base", 20, BY_THE_BASE).facts()["contained"]
    left = world("dunlin", 20, BY_THE_BASE)
    assert not left.facts()["leaking"]
    assert left.outside()["previews"] == pytest.approx(0.14 * 46 / 60 + 0.14 * 0, abs=0.02)
    assert {row["name"] for row in left.context()["pops"] if row["objects"]} == {"sjc"}
    assert world("siskin", 20, BY_THE_BASE).outside()["europe"] == 1


def test_what_mends_each_variant() -> None:
    dunlin = (*SAVED, (3, "rollback", 1), (7, "unpin", 1), (9, "purge_paths", 1))
    siskin = (*SAVED, (7, "resolver_off", 1), (8, "epoch", 1))
    assert world("dunlin", 12, dunlin).facts()["contained"]
    assert world("siskin", 12, siskin).facts()["contained"]
    assert loss("dunlin", dunlin) < 0.5 * loss("dunlin", BY_THE_BASE)
    assert loss("siskin", siskin) < 0.3 * loss("siskin", BY_THE_BASE)
    assert not world("base", 12, siskin).facts()["contained"]


def test_the_pin_is_on_another_and_larger_place() -> None:
    back: Turns = (*SAVED, (6, "rollback", 1))
    assert {v: world(v, 8, back).facts()["open_traffic_pct"] for v in OF_C} == {"base": 6, "dunlin": 22, "siskin": 100}
    assert world("dunlin", 8, back).outside()["europe"] == pytest.approx(0.22 / 0.37)
    drained = world("dunlin", 9, (*back, (8, "drain_fra", 1)))
    assert not drained.facts()["leaking"]
    assert world("dunlin", 9, (*SAVED, (8, "drain_fra", 1))).outside()["europe"] == 1  # the others leak as well


@pytest.mark.parametrize("variant", OTHERS)
def test_the_workers_hold_no_evidence(variant: str) -> None:
    turns: Turns = ((3, "rollback", 1), (4, "restart", 1), (4, "flush", 1), (5, "unpin", 1), (6, "redeploy", 1))
    assert world(variant, 8, turns).trace_lost == world(variant, 8).trace_lost
    assert world(variant, 2).facts()["fallback"] == "ready"
    assert world("base", 2).facts()["fallback"] == "blocked"


def test_in_dunlin_going_back_is_free_and_purging_costs_the_trace() -> None:
    early = ((2.5, "rollback", 1), (6, "unpin", 1), (8, "purge", 1), (9, "purge_paths", 1))
    purged_first: Turns = ((4, "purge", 1), *SAVED, *early)
    assert world("dunlin", 10, (*SAVED, *early)).trace_lost == 0
    assert not world("dunlin", 10, (*SAVED, *early)).facts()["evidence_destroyed"]
    assert world("dunlin", 10, purged_first).facts()["evidence_destroyed"]
    assert world("dunlin", 10, purged_first).context()["trace"]["where"] == "sjc only"
    assert loss("dunlin", (*SAVED, *early)) + 0.2 < loss("dunlin", purged_first)
    # The same two orders in the base: there it is the rollback that must wait.
    assert loss("base", (*SAVED, *early)) > 0.2 + loss("base", (*SAVED, (6, "rollback", 1), *early[1:]))


def test_in_siskin_containing_first_beats_saving_first() -> None:
    fix: Turns = ((7.5, "resolver_off", 1), (8, "epoch", 1))
    closed: Turns = ((3.5, "block", 1), (8.5, "block", 0))
    save_first = loss("siskin", (*SAVED, *fix))
    close_first = loss("siskin", (*SAVED, *closed, *fix))
    assert close_first < 0.7 * save_first
    # Without a snapshot behind the closed route, switching off wipes what was left of the trace.
    assert loss("siskin", (*closed, *fix)) > 0.15 + close_first
    # In the base nobody uses it yet: closing the route turns away more than it saves.
    calm = (*SAVED, *BACK, *CLEANED)
    assert loss("base", (*calm, *closed)) > loss("base", calm)


def test_in_siskin_use_writes_over_the_trace_until_it_is_held_or_closed() -> None:
    lost = [world("siskin", minute).trace_lost for minute in (0, 3, 6, 12, 40)]
    assert lost == sorted(lost)
    assert lost[0] == 0
    assert 0 < lost[1] < 0.1 < lost[3] < 1 == lost[4]
    assert world("siskin", 12, ((4, "hold", 1),)).trace_lost == world("siskin", 4).trace_lost
    assert world("siskin", 12, ((4, "block", 1),)).trace_lost == world("siskin", 4).trace_lost


def test_what_is_left_behind_differs() -> None:
    at = {variant: world(variant, 5).outside() for variant in OF_C}
    assert {v: (round(o["previews"]), round(o["tokens"])) for v, o in at.items()} == {
        "base": (1, 1), "dunlin": (1, 0), "siskin": (0, 1),
    }  # fmt: skip
    # Copies served by the shared cache fade at full strength; tokens are used until they are refused.
    back: Turns = ((3, "rollback", 1), (3, "unpin", 1))
    in_dunlin, in_base = (world(v, 60, back).harm()["unauthorised_reads"] for v in ("dunlin", "base"))
    assert in_dunlin > 2 * in_base
    off: Turns = ((3, "resolver_off", 1),)
    bumped = world("siskin", 120, (*off, (4, "epoch", 1))).harm()["unauthorised_reads"]
    assert world("siskin", 120, off).harm()["unauthorised_reads"] > 5 + bumped


def test_a_reporter_who_is_asked_to_go_on_goes_on() -> None:
    for variant in OF_C:
        calm, more = world(variant, 24), world(variant, 24, ((19, "invited", 1),))
        assert more.harm()["unauthorised_reads"] > 5 + calm.harm()["unauthorised_reads"]
    shut: Turns = (*BY_THE_BASE, (19, "invited", 1))
    assert world("base", 40, shut).harm()["unauthorised_reads"] == pytest.approx(
        world("base", 40, BY_THE_BASE).harm()["unauthorised_reads"], abs=0.01
    )


def test_doing_nothing_is_about_one_whole_loss() -> None:
    """Beside it, each variant's own course of harm: reads by T+60 and T+120."""
    reads = {v: [world(v, minute).harm()["unauthorised_reads"] for minute in (60, 120)] for v in OF_C}
    assert reads == {
        "base": pytest.approx([346, 1055], rel=0.01),
        "dunlin": pytest.approx([526, 1244], rel=0.01),
        "siskin": pytest.approx([879, 2195], rel=0.01),
    }
    assert all(0.75 < drill(v, "null", 1)[0].world.harm()["tenants_over"] / 201 <= 1 for v in OF_C)


OUTCOMES: dict[str, tuple[tuple[Turns, float, float, float, float], ...]] = {
    "dunlin": (
        (((2.5, "rollback", 1), *SAVED, (6, "unpin", 1), (8, "purge", 1), (10, "purge_paths", 1)),
         0.1, 0.1, 11, 0.0083),
        (BY_THE_BASE, 34.5, 35.0, 43, 0.049),
        (((2.5, "rollback", 1), (4, "purge", 1), *SAVED, (6, "unpin", 1), (10, "purge_paths", 1)),
         0.1, 0.1, 184, 0.213),
        (((2.5, "rollback", 1), *SAVED, (10, "purge_paths", 1)), 53.5, 209.9, 141, 0.197),
        (((2.5, "rollback", 1), *SAVED, (6, "unpin", 1)), 221.8, 223.1, 146, 0.209),
        (((38, "patch", 1), (42, "purge", 1)), 329.1, 349.5, 207, 0.399),
    ),
    "siskin": (
        (((3.75, "block", 1), *SAVED, (7.5, "resolver_off", 1), (8, "epoch", 1), (8.5, "block", 0)),
         14.8, 14.8, 36, 0.037),
        ((*SAVED, (7.5, "resolver_off", 1), (8, "epoch", 1)), 54.8, 54.8, 79, 0.081),
        (((3.75, "block", 1), (7.5, "resolver_off", 1), (8, "epoch", 1), (8.5, "block", 0)), 14.8, 14.8, 212, 0.263),
        (((3.75, "block", 1), *SAVED, (7.5, "resolver_off", 1), (8.5, "block", 0)), 27.1, 40.4, 57, 0.151),
        (BY_THE_BASE, 836.9, 2106.0, 212, 0.610),
        (((38, "patch", 1),), 879.4, 2195.4, 212, 0.800),
    ),
}  # fmt: skip
"""Turns -> reads by T+60 and T+120, customers told, loss: the table of the facilitator notes."""


@pytest.mark.parametrize(("variant", "row"), [(v, row) for v, rows in OUTCOMES.items() for row in range(len(rows))])
def test_reference_outcomes_of_the_variants(variant: str, row: int) -> None:
    turns, by_60, by_120, told, lost = OUTCOMES[variant][row]
    assert world(variant, 60, turns).harm()["unauthorised_reads"] == pytest.approx(by_60, rel=0.1, abs=0.1)
    made = world(variant, 120, turns)
    assert made.harm()["unauthorised_reads"] == pytest.approx(by_120, rel=0.1, abs=0.1)
    assert made.tenants_to_tell() == pytest.approx(told, rel=0.1)
    assert loss(variant, turns) == pytest.approx(lost, rel=0.1)


@each(product(WAYS, SHARES, (None, *SHARES)))
def test_every_place_is_in_one_group(drill: tuple[Any, str, str | None]) -> None:
    way, pinned, untagged = drill
    main, one, apart = groups(way, pinned, untagged)
    made = (main, one, *apart)
    assert sorted(place for group in made for place in group.places) == sorted(SHARES)
    assert sum(group.weight for group in made) == pytest.approx(1)
    assert [group.pinned for group in made].count(True) == 1
    assert [p for group in made if not group.tagged for p in group.places] == ([untagged] if untagged else [])


# --- texts -------------------------------------------------------------------------------------------------

STATES: dict[str, Turns] = {
    "untouched": (),
    "saved and back": (*SAVED, *BACK),
    "mended as the base": BY_THE_BASE,
    "closed": ((3, "block", 1), (5, "probe", 1)),
    "wiped": ((3, "restart", 1), (4, "flush", 1), (5, "resolver_off", 1), (6, "purge_paths", 1)),
    "merged, patched, drained": ((5, "redeploy", 1), (8, "patch", 1), (9, "drain_fra", 1), (9, "epoch", 1)),
}


@pytest.mark.parametrize("variant", OF_C)
@pytest.mark.parametrize("state", STATES)
def test_every_text_can_be_printed_in_every_variant(variant: str, state: str) -> None:
    scenario, made = load("permission_leak", variant).scenario, world(variant, 13, STATES[state])
    texts = printed(scenario, made)
    says_store = [i for i, text in texts.items() if "src=edge-cache" in text or "src=edge_cache" in text]
    if variant != "base":
        assert says_store == []
        assert [i for i, text in texts.items() if "in worker memory" in text or "decision store" in text] == []
    if variant == "dunlin":
        assert [i for i, text in texts.items() if "syd   exp" in text or "syd SKIPPED" in text] == []
    if made.facts()["contained"]:
        assert "FAIL" not in texts["verify.output"]


@pytest.mark.parametrize("variant", OF_C)
def test_log_lines_name_the_source_that_is_true(variant: str) -> None:
    source = {"base": "src=edge_cache", "dunlin": "src=cdn_hit", "siskin": "src=origin"}[variant]
    cross = load("permission_leak", variant).scenario.find("logs", "edge_cross")
    assert source in cross.text
    assert cross.cause == CAUSE[variant]


def test_who_purges_before_the_snapshot_in_dunlin_is_told_and_capped() -> None:
    loaded, book = load("permission_leak", "dunlin"), playbook.load("recovery")
    engine = Engine(loaded, new_header(loaded, 1, mode="assessment", automation=False))
    engine.advance(240)
    engine.submit(acts.TakeAction(action="purge"), "mitigation:Bo")
    engine.run_to_horizon()
    told = {x.body.inject: x.at for x in engine.journal if isinstance(x.body, e.InjectDelivered)}
    assert 240 < told["trace_gone"] < 600
    caps = {cap.id for cap in score(add_references(loaded, engine.journal, book, seeds=0), book).caps}
    assert "C7" in caps


@pytest.mark.parametrize("variant", OTHERS)
def test_an_emptied_store_shows_and_changes_nothing_else(variant: str) -> None:
    calm, flushed = world(variant, 6), world(variant, 6, ((5, "flush", 1),))
    assert flushed.observe()["authz_hit"] < 0.5 * calm.observe()["authz_hit"]
    assert flushed.harm() == calm.harm()
    assert flushed.outside() == calm.outside()
    assert world(variant, 16, ((5, "flush", 1),)).observe()["authz_hit"] == calm.observe()["authz_hit"]
