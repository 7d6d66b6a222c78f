"""What is wrong with a scenario that only playing it shows: `drill check --run`.

An action that changes nothing, an inject that is never delivered whoever plays, a best course that loses to
doing nothing. What lives in one variant only is alive; what is dead in all of them is remarked on, with file and line
of the scenario or of the patch that wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple, Protocol

from analytics.runs.counterfactual import Ends
from analytics.runs.library import library_for
from analytics.runs.preview import outputs
from simulator import acts
from simulator import events as e
from simulator.engine import Engine
from simulator.loaded import LoadedScenario
from simulator.monitoring.onset import onset_shift
from simulator.play import play, play_orders
from simulator.policy import Order
from simulator.scenario.document import Steps
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Action
from simulator.scenario.world import World
from simulator.text import clock
from simulator.values import Author

SEEDS = (1, 2, 3)
TRIED_AT, SETTLES = 600, 600
"""Drill second at which an action is tried, and seconds after which its effect must show somewhere."""
MOVED = 30
"""Seconds by which history may move for the first page to come at T+0."""
NAME = "rehearsal"
"""Of whoever gives the orders."""
Progress = Callable[[int, int], None]
Level = Literal["error", "warning"]


class Source(Protocol):
    """Where each part of a scenario was written."""

    @property
    def patch_file(self) -> str:
        """Return the file of the patch that makes the variant, empty for the base."""

    def place(self, path: Steps, /) -> tuple[str, int]:
        """Return file and line of what stands at `path`."""

    def called(self, path: Steps, /) -> str:
        """Return what stands at `path`, as its author calls it."""


class Remark(NamedTuple):
    """Something that is of no use: where it is written, what it is, what to do about it."""

    file: str
    line: int
    what: str
    remedy: str
    level: Level = "error"


@dataclass(frozen=True)
class Variant:
    """A variant of the scenario, and where each part of it was written."""

    loaded: LoadedScenario
    source: Source

    @property
    def name(self) -> str:
        return self.loaded.scenario.variant

    def remark(self, path: Steps, what: str, remedy: str, level: Level = "error") -> Remark:
        """Return a remark on what stands at `path`."""
        return Remark(*self.source.place(path), what, remedy, level)


def rehearse(variants: list[Variant], progress: Progress) -> list[Remark]:
    """Play all variants of a scenario and return what is wrong with it."""
    best = [remark for variant in variants for remark in (*_best(variant), *_moved(variant))]
    return sorted([*best, *_actions(variants), *_injects(variants, progress)])


def _best(variant: Variant) -> Iterator[Remark]:
    loaded = variant.loaded
    null, best = Ends(loaded, library_for(loaded)).of(SEEDS[0])
    if best.loss < null.loss:
        return
    what = f"{variant.name}: the best course ({best.name}, loss {best.loss:.3f}) does no better than doing nothing"
    # The base has its own line; that it is so in a variant, the patch has to mend.
    patch = variant.source.patch_file
    place = (patch, 1) if patch else variant.source.place(("actions",))
    yield Remark(*place, f"{what} ({null.loss:.3f})", "make an action help, or renew the library's finalists")


def _moved(variant: Variant) -> Iterator[Remark]:
    furthest = max((onset_shift(variant.loaded, seed) for seed in SEEDS), key=abs)
    if abs(furthest) > MOVED:
        what = f"{variant.name}: the first page comes at {clock(-furthest)}, so all that was before it moves"
        remedy = f"move the fault, and what happened before the page, by about {furthest:+} s"
        yield variant.remark(("fault_at",), what, remedy, "warning")


def _actions(found: list[Variant]) -> Iterator[Remark]:
    dead: dict[str, Remark] = {}
    alive: dict[str, bool] = {}
    for variant in found:
        actions = variant.loaded.scenario.actions
        untouched = _after(variant.loaded)
        for index, action in enumerate(actions):
            if alive.get(action.id):
                continue
            # What takes something back only shows where there is something to take back.
            undone = [a for a in actions if a.reversible_by == action.id][:1]
            before = _after(variant.loaded, *undone) if undone else untouched
            alive[action.id] = _after(variant.loaded, *undone, action) != before
            if action.id not in dead:
                called = variant.source.called(("actions", index))
                what = f"{called}: changes nothing that anybody can see, count or suffer from"
                remedy = f"give it effects that show when it is taken at {clock(TRIED_AT)}, or take it out"
                dead[action.id] = variant.remark(("actions", index, "effects"), what, remedy)
    yield from (remark for ident, remark in dead.items() if not alive[ident])


def _after(loaded: LoadedScenario, *actions: Action) -> Mapping[str, Any]:
    """Return all that shows of the world a while after these actions: panels, logs, outputs, facts, harm."""
    world: World = loaded.make_world()
    world.start(loaded.scenario.starts_at, loaded.scenario.fault_at)
    _walk(world, TRIED_AT)
    for action in actions:
        for effect in (*action.starts_with, *action.effects):
            world.turn(effect.knob, effect.value, effect.over)
        _walk(world, world.now + SETTLES)
    _walk(world, TRIED_AT + 2 * SETTLES)
    return {
        "shown": _shown(loaded.scenario, world), "facts": dict(world.facts()), "figures": dict(world.figures()),
        "harm": dict(world.harm()), "outside": dict(world.outside()),
    }  # fmt: skip


def _shown(scenario: Scenario, world: World) -> tuple[Mapping[str, float], Mapping[str, str]]:
    """Return what panels and logs read, and what every query would print."""
    sources = {*(m.source for m in scenario.metrics), *(x.rate for x in scenario.logs if isinstance(x.rate, str))}
    seen = {name: value for name, value in world.observe().items() if name in sources}
    return seen, outputs(scenario, world)


def _walk(world: World, to: int) -> None:
    while world.now < to:
        world.step(min(world.step_seconds, to - world.now))


def _injects(found: list[Variant], progress: Progress) -> Iterator[Remark]:
    """Yield the injects that come in none of the drills; they are played until all have come, or there are no more."""
    dead: dict[str, Remark] = {}
    for variant in found:
        responders = len(variant.loaded.responders)
        for index, inject in enumerate(variant.loaded.scenario.injects):
            what = f"injects.{inject.id}: never delivered, whoever of {responders} responders plays and whichever"
            dead.setdefault(inject.id, variant.remark(
                ("injects", index), f"{what} action is taken alone",
                "check `at`, `until` and `when`, or write a responder who brings it about", "warning",
            ))  # fmt: skip
    drills = [drill for variant in found for drill in _drills(variant.loaded)]
    of = len(drills)
    for done, play_it in enumerate(drills, start=1):
        if not dead:
            break
        for entry in play_it().journal:
            if isinstance(entry.body, e.InjectDelivered):
                dead.pop(entry.body.inject, None)
        progress(done, of)
    progress(of, of)
    yield from dead.values()


def _drills(loaded: LoadedScenario) -> Iterator[Callable[[], Engine]]:
    """Yield the drills of a variant, not yet played: each responder, then each action taken alone."""
    for policy in loaded.responders:
        for seed in SEEDS:
            yield partial(play, loaded, policy, seed)
    for action in loaded.scenario.actions:
        yield partial(play_orders, loaded, list(_only(loaded, action)), SEEDS[0])


def _only(loaded: LoadedScenario, action: Action) -> Iterator[Order]:
    """Yield the orders of a drill in which everybody is paged and one action is taken."""
    scenario = loaded.scenario
    lead = scenario.seats()[0].id
    for role in scenario.seats():
        yield Order(0, Author.person(role.id, NAME), acts.TakeSeat(seat=role.id, name=NAME))
    for role in scenario.roles:
        if not role.present:
            yield Order(60, Author.person(lead, NAME), acts.PageTeam(role=role.id))
    for signer in action.sign_offs:
        yield Order(TRIED_AT + 300, Author.person(signer, NAME), acts.SignOff(action=action.id))
    executor = action.executors[0]
    seated = any(role.id == executor for role in scenario.seats())
    by = executor if seated else lead
    yield Order(TRIED_AT + 300, Author.person(by, NAME), acts.TakeAction(action=action.id, executor=executor))
