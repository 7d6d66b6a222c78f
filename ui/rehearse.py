"""What is wrong with a scenario that only playing it shows: `drill check --run`.

An action that changes nothing, an inject that is never delivered whoever plays, a best course that loses to
doing nothing. What lives in one variant only is alive; what is dead in all of them is a problem, with file and line
of the scenario or of the patch that wrote it, like those of `scenarios.lint`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from analytics.runs.counterfactual import Ends
from analytics.runs.courses import library_of
from scenarios.lint import Problem
from scenarios.loader import BASE, Written, load, names, variants, written
from simulator import acts
from simulator import events as e
from simulator.engine import Engine
from simulator.errors import DrillError
from simulator.loaded import LoadedScenario
from simulator.play import play, play_orders
from simulator.policy import Order
from simulator.scenario.document import Steps
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Action
from simulator.scenario.world import World
from simulator.text import Utc, render

SEEDS = (1, 2, 3)
TRIED_AT, SETTLES = 600, 600
"""Drill second at which an action is tried, and seconds after which its effect must show somewhere."""
Progress = Callable[[int, int], None]
Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Variant:
    """A variant of the scenario, and where each part of it was written."""

    loaded: LoadedScenario
    source: Written

    @property
    def name(self) -> str:
        return self.loaded.scenario.variant

    def find(self, path: Steps, what: str, remedy: str, level: Level = "error") -> Problem:
        """Return a problem at `path`."""
        return Problem(*self.source.place(path), what, remedy, level)


def problems(path: Path, progress: Progress) -> list[Problem]:
    """Play the scenario at `path`, its variants included, and return what is wrong with it."""
    yaml = path / "scenario.yaml" if path.is_dir() else path
    name = yaml.resolve().parent.name
    package = Path(str(resources.files("scenarios"))).resolve()
    # A copy has its original's name, and what would be played is the original.
    if name not in names() or yaml.resolve() != package / name / "scenario.yaml":
        raise DrillError(
            f"{path}: --run plays the package's own scenarios, no copies: {', '.join(names())} in {package}"
        )
    found = list(_variants(name, yaml))
    return sorted([*(one for v in found for one in _best(v)), *_actions(found), *_injects(found, progress)])


def _variants(name: str, yaml: Path) -> Iterator[Variant]:
    text = yaml.read_text(encoding="utf-8")
    for variant in variants(name):
        patch = None
        if variant != BASE:
            file = yaml.parent / "variants" / f"{variant}.yaml"
            patch = file.read_text(encoding="utf-8"), str(file)
        yield Variant(load(name, variant), written(text, str(yaml), patch))


def _best(variant: Variant) -> Iterator[Problem]:
    loaded = variant.loaded
    null, best = Ends(loaded, library_of(loaded.scenario.id, variant.name)).of(SEEDS[0])
    if best.loss < null.loss:
        return
    what = f"{variant.name}: the best course ({best.name}, loss {best.loss:.3f}) does no better than doing nothing"
    remedy = "make an action help, or renew the library's finalists"
    if variant.source.patch is not None:
        # The base has its own line; that it is so in the variant, the patch has to mend.
        yield Problem(variant.source.patch.file, 1, f"{what} ({null.loss:.3f})", remedy)
    else:
        yield variant.find(("actions",), f"{what} ({null.loss:.3f})", remedy)


def _actions(found: list[Variant]) -> Iterator[Problem]:
    dead: dict[str, Problem] = {}
    alive: dict[str, bool] = {}
    for variant in found:
        actions = variant.loaded.scenario.actions
        untouched = _after(variant.loaded, None)
        for index, action in enumerate(actions):
            if alive.get(action.id):
                continue
            undone = next((a for a in actions if a.reversible_by == action.id), None)
            # What takes something back only shows where there is something to take back.
            before = _after(variant.loaded, undone) if undone else untouched
            alive[action.id] = _after(variant.loaded, undone, action) != before
            what = f"actions.{action.id}: changes nothing that anybody can see, count or suffer from"
            if action.id not in dead:
                dead[action.id] = variant.find(
                    ("actions", index, "effects"), what, "give it effects the world knows, or take it out"
                )
    yield from (one for ident, one in dead.items() if not alive[ident])


def _after(loaded: LoadedScenario, *actions: Action | None) -> Mapping[str, Any]:
    """Return all that shows of the world a while after these actions: panels, logs, outputs, facts, harm."""
    world: World = loaded.make_world()
    world.start(loaded.scenario.starts_at, loaded.scenario.fault_at)
    _walk(world, TRIED_AT)
    for action in actions:
        if action is None:
            continue
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
    scope = {**scenario.context, **world.context(), "t": world.now, "utc": Utc(scenario.t0_utc, world.now)}
    seen = {name: value for name, value in world.observe().items() if name in sources}
    return seen, {query.id: render(query.output, scope) for query in scenario.queries}


def _walk(world: World, to: int) -> None:
    while world.now < to:
        world.step(min(world.step_seconds, to - world.now))


def _injects(found: list[Variant], progress: Progress) -> Iterator[Problem]:
    """Yield the injects that come in none of the drills; they are played until all have come, or there are no more."""
    dead: dict[str, Problem] = {}
    for variant in found:
        responders = len(variant.loaded.responders)
        for index, inject in enumerate(variant.loaded.scenario.injects):
            what = f"injects.{inject.id}: never delivered, whoever of {responders} responders plays and whichever"
            dead.setdefault(inject.id, variant.find(
                ("injects", index), f"{what} action is taken alone",
                "check `at`, `until` and `when`, or write a responder who brings it about", "warning",
            ))  # fmt: skip
    of = sum(1 for variant in found for _ in _drills(variant.loaded))
    drills = (engine for variant in found for engine in _drills(variant.loaded))
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
        yield Order(0, f"{role.id}:rehearsal", acts.TakeSeat(seat=role.id, name="rehearsal"))
    for role in scenario.roles:
        if not role.present:
            yield Order(60, f"{lead}:rehearsal", acts.PageTeam(role=role.id))
    for signer in action.sign_offs:
        yield Order(TRIED_AT + 300, f"{signer}:rehearsal", acts.SignOff(action=action.id))
    executor = action.executors[0]
    seated = any(role.id == executor for role in scenario.seats())
    by = executor if seated else lead
    yield Order(TRIED_AT + 300, f"{by}:rehearsal", acts.TakeAction(action=action.id, executor=executor))
