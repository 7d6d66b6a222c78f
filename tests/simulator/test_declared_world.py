"""A declared world: what moves it, and what of it is refused before it ever moves."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.scenario.declared.blocks import BLOCKS
from simulator.scenario.declared.program import Program, compiled
from simulator.scenario.declared.spec import Readings, WorldSpec
from simulator.scenario.declared.world import DeclaredWorld
from simulator.scenario.world import World

GROUPS = {"one": {"title": "One", "weight": 0.6, "rate": 2}, "two": {"title": "Two", "weight": 0.4, "rate": 1}}
FAULT = -600


def spec(**parts: Any) -> WorldSpec:
    """Return a small world with other parts."""
    base: dict[str, Any] = {
        "groups": GROUPS, "levers": {"broken": 0, "push": 0}, "let": {"affected": "min(1, full / 100)"},
        "state": {"full": "rate * broken"}, "harm": {"bad": {"title": "Bad", "rate": "full", "weight": 1}},
        "figures": {"all": ["All of it", "total(full)"]},
        "happens": [{"at": "-10m", "service": "s", "says": "it breaks", "set": {"broken": 1}}],
    }  # fmt: skip
    return WorldSpec.model_validate({**base, **parts})


def program(readings: Readings | None = None, **parts: Any) -> Program:
    """Return the program of a small world, in which nothing may be wrong."""
    made = compiled(spec(**parts), readings or Readings())
    assert made.problems == []
    return made


def at(seconds: int, made: Program, begins: int = FAULT) -> DeclaredWorld:
    """Return a world that stands at a second of the drill."""
    world = DeclaredWorld(made, FAULT)
    world.start(-1200, begins)
    world.step(seconds + 1200)
    return world


def test_it_is_a_world_like_any_other() -> None:
    world: World = at(0, program())
    assert world.figures()["all"] == pytest.approx(30)  # ten minutes of 2 and 1
    assert world.outside() == pytest.approx({"one": 0.2, "two": 0.1})
    assert world.facts()["fallback"] == "ready"
    assert world.harm() == {"bad": 0}


def test_a_lever_stays_where_it_is_unless_something_moves_it() -> None:
    later = {"at": "10m", "service": "s", "says": "more", "set": {"push": 1}}
    made = program(Readings(pulses={"broken": 60}), happens=[*spec().model_dump(by_alias=True)["happens"], later])
    world = at(0, made)
    assert not world.stays("push", 0), "something is to turn it yet"
    world.step(660)
    world.turn("push", 2, 60)
    assert not world.stays("push", 1), "it is on its way"
    world.step(120)
    assert world.stays("push", 2)
    assert not world.stays("push", 1)
    world.turn("broken", 2, 0)
    assert not world.stays("broken", 2), "a pulse goes back by itself, and begins anew"


def test_what_happened_before_moves_with_the_fault() -> None:
    assert at(0, program(), FAULT - 60).figures()["all"] == pytest.approx(33)


def test_harm_is_counted_from_the_first_page_on() -> None:
    world = at(60, program())
    assert world.harm()["bad"] == pytest.approx(sum(world.borne().values()))
    assert 30 < world.harm()["bad"] < 33.1


def test_a_lever_moves_gradually_and_a_pulse_goes_back_by_itself() -> None:
    made = program(Readings(pulses={"push": 120}), state={"full": "push"})
    world = at(0, made)
    world.turn("push", 1, 0)
    world.step(60)
    assert world.knobs()["push"] == 1
    world.step(120)
    assert world.knobs()["push"] == 0
    world.turn("broken", 0, 60)
    world.step(30)
    world.step(15)
    assert 0 < world.knobs()["broken"] < 1


def test_a_stock_stays_within_its_bounds_and_says_by_how_much_it_was_cut_off() -> None:
    world = at(600, program(state={"full": "-1"}))
    assert world.value("full", "one") == 0
    assert max(world.beyond.values()) == pytest.approx(0.25)
    full = {"change": "10", "most": 5, "starts": "rate"}
    assert at(600, program(state={"full": full})).value("full", "one") == 5


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 90), min_size=1, max_size=8))
def test_looking_at_it_and_stepping_it_in_pieces_changes_nothing(pieces: list[int]) -> None:
    made = program()
    looked, alone = at(0, made), at(0, made)
    for piece in pieces:
        looked.context()
        looked.step(15 * piece)
    alone.step(15 * sum(pieces))
    assert looked.harm() == alone.harm()
    assert looked.figures() == alone.figures()


def test_a_copy_goes_its_own_way_and_shares_what_never_changes() -> None:
    world = at(0, program())
    other = copy.deepcopy(world)
    other.turn("broken", 0, 0)
    other.step(600)
    assert other.program is world.program
    assert world.figures()["all"] == pytest.approx(30)
    assert world.knobs()["broken"] == 1


WRONG: list[tuple[dict[str, Any], tuple[str, ...], str]] = [
    ({"state": {"full": "rat * broken"}}, ("world", "state", "full"), "unknown name 'rat'"),
    ({"figures": {"all": ["All", "full"]}}, ("world", "figures", "all"), "'full' is by group"),
    ({"let": {"affected": "a", "a": "b", "b": "a + full"}}, ("world", "let", "a"), "goes round in a circle: a → b → a"),
    ({"let": {"affected": "full.real"}}, ("world", "let", "affected"), "a dot between names"),
    ({"facts": {"x": "broken ** 99"}}, ("world", "facts", "x"), "a power is not possible"),
    ({"levers": {"broken": 0, "full": 0}}, ("world", "state", "full"), "'full' is a lever already"),
    ({"levers": {"broken": 0, "minute": 0}}, (), ""),
    ({"state": {"full": {"change": 1, "starts": "broken"}}}, ("world", "state", "full"), "is not known before"),
    ({"blocks": {"lag": {"use": "backlogs"}}}, ("world", "blocks", "lag"), "no block 'backlogs'"),
    ({"blocks": {"lag": {"use": "backlog", "inflow": 1}}}, ("world", "blocks", "lag"), "needs 'capacity'"),
    ({"blocks": {"lag": {"use": "leak", "rate": 1, "rat": 1}}}, ("world", "blocks", "lag"), "has no 'rat'"),
    ({"groups": {**GROUPS, "two": {"title": "T", "weight": 0.4}}}, ("world", "state", "full"), "has no number 'rate'"),
]


def test_what_grows_beyond_all_bounds_is_held() -> None:
    world = at(0, program(
        Readings(signals={"up": ("total(grown)", ""), "none": ("total(grown) - total(grown)", "")}),
        let={"affected": "min(1, full / 100)", "grown": " * ".join(["full", *["1e14"] * 25])},
        harm={"bad": {"title": "Bad", "rate": "grown", "weight": 1}}, figures={"all": ["All of it", "total(grown)"]},
    ))  # fmt: skip
    world.step(600)
    seen = [*world.figures().values(), *world.observe().values(), *world.harm().values()]
    assert all(math.isfinite(one) for one in seen)
    assert json.loads(json.dumps(world.context(), allow_nan=False))


@pytest.mark.parametrize(("parts", "path", "what"), WRONG)
def test_what_is_wrong_is_told_where_it_stands(parts: dict[str, Any], path: tuple[str, ...], what: str) -> None:
    found = compiled(spec(**parts), Readings()).problems
    assert (not path) or any(where == path and what in said for where, said, _ in found), found


GIVEN = {
    "source": "0.5", "rate": "0.1", "inflow": "10", "capacity": "5", "demand": "20", "lasts": "30", "stopped": "1",
    "asked": "3", "budget": "50",
}  # fmt: skip


@pytest.mark.parametrize("name", BLOCKS)
def test_every_ready_made_mechanism_moves_and_ends_at_a_finite_place(name: str) -> None:
    used = {"use": name, **{one: GIVEN[one] for one in BLOCKS[name].needs}}
    made = program(blocks={"it": used}, let={"affected": "min(1, it / 100)"}, state={"full": 0})
    early, late = at(-1200, made).value("it", "one"), at(3600, made).value("it", "one")
    assert early != late
    assert 0 <= late < 1e6
