"""What is wrong with a scenario that only playing it shows: `drill check --run`.

An action that changes nothing, an inject that is never delivered whoever plays, a best course that loses to
doing nothing. Each is a finding with file and line, like those of `scenarios.check`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from analytics.counterfactual import Ends
from analytics.courses import library_of
from scenarios.check import Finding
from scenarios.loader import line_of, load, names, read_yaml
from simulator import commands as c
from simulator import events as e
from simulator.engine import Engine
from simulator.errors import DrillError
from simulator.play import play, play_orders
from simulator.policy import Order
from simulator.scenario import Action, LoadedScenario
from simulator.world import World

SEEDS = (1, 2, 3)
TRIED_AT, SETTLES = 600, 600
"""Drill second at which an action is tried, and seconds after which its effect must show somewhere."""
Progress = Callable[[int, int], None]
Steps = tuple[str | int, ...]
Level = Literal["error", "warning"]
Find = Callable[..., Finding]


def findings(path: Path, progress: Progress) -> list[Finding]:
    """Play the scenario at `path` with each of its responders and return what is wrong with it."""
    yaml = path / "scenario.yaml" if path.is_dir() else path
    name, file = yaml.resolve().parent.name, str(yaml)
    if name not in names() or not yaml.exists():
        raise DrillError(f"{path}: --run plays scenarios of the package: {', '.join(names())}; name one's folder")
    loaded = load(name)
    nodes = read_yaml(yaml.read_text(encoding="utf-8"), file, lines=True)

    def find(path: Steps, what: str, remedy: str, level: Level = "error") -> Finding:
        return Finding(file, line_of(nodes, path), what, remedy, level)

    found = [
        *_best(loaded, find),
        *_actions(loaded, find),
        *_injects(loaded, find, progress),
    ]
    return sorted(found)


def _best(loaded: LoadedScenario, find: Find) -> Iterator[Finding]:
    null, best = Ends(loaded, library_of(loaded.scenario.id)).of(SEEDS[0])
    if best.loss >= null.loss:
        yield find(
            ("actions",),
            f"the best course ({best.name}, loss {best.loss:.3f}) does no better than doing nothing ({null.loss:.3f})",
            "make an action help, or renew the library's finalists",
        )


def _actions(loaded: LoadedScenario, find: Find) -> Iterator[Finding]:
    untouched = _after(loaded, None)
    for index, action in enumerate(loaded.scenario.actions):
        undone = next((a for a in loaded.scenario.actions if a.reversible_by == action.id), None)
        # What takes something back only shows where there is something to take back.
        before = _after(loaded, undone) if undone else untouched
        if _after(loaded, undone, action) == before:
            yield find(
                ("actions", index, "effects"),
                f"actions.{action.id}: changes nothing that anybody can see, count or suffer from",
                "give it effects the world knows, or take it out",
            )


def _after(loaded: LoadedScenario, *actions: Action | None) -> Mapping[str, Any]:
    """Return everything the world says of itself a while after these actions."""
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
        "observe": dict(world.observe()), "facts": dict(world.facts()), "figures": dict(world.figures()),
        "harm": dict(world.harm()), "outside": dict(world.outside()), "context": dict(world.context()),
    }  # fmt: skip


def _walk(world: World, to: int) -> None:
    while world.now < to:
        world.step(min(world.step_seconds, to - world.now))


def _injects(loaded: LoadedScenario, find: Find, progress: Progress) -> Iterator[Finding]:
    delivered: dict[str, bool] = {}
    scenario = loaded.scenario
    drills = [(policy, seed) for policy in loaded.responders for seed in SEEDS]
    of = len(drills) + len(scenario.actions)
    for done, (policy, seed) in enumerate(drills, start=1):
        _note(delivered, play(loaded, policy, seed))
        progress(done, of)
    for done, action in enumerate(scenario.actions, start=len(drills) + 1):
        _note(delivered, play_orders(loaded, list(_only(loaded, action)), SEEDS[0]))
        progress(done, of)
    for index, inject in enumerate(scenario.injects):
        if inject.id not in delivered:
            yield find(
                ("injects", index),
                f"injects.{inject.id}: never delivered, whoever of {len(loaded.responders)} responders plays and"
                " whichever action is taken alone",
                "check `at`, `until` and `when`, or write a responder who brings it about",
                "warning",
            )


def _only(loaded: LoadedScenario, action: Action) -> Iterator[Order]:
    """Yield the orders of a drill in which everybody is paged and one action is taken."""
    scenario = loaded.scenario
    lead = scenario.seats()[0].id
    for role in scenario.seats():
        yield Order(0, f"{role.id}:rehearsal", c.TakeSeat(seat=role.id, name="rehearsal"))
    for role in scenario.roles:
        if not role.present:
            yield Order(60, f"{lead}:rehearsal", c.PageTeam(role=role.id))
    for signer in action.sign_offs:
        yield Order(TRIED_AT + 300, f"{signer}:rehearsal", c.SignOff(action=action.id))
    executor = action.executors[0]
    seated = any(role.id == executor for role in scenario.seats())
    by = executor if seated else lead
    yield Order(TRIED_AT + 300, f"{by}:rehearsal", c.TakeAction(action=action.id, executor=executor))


def _note(delivered: dict[str, bool], engine: Engine) -> None:
    delivered.update((x.body.inject, True) for x in engine.journal if isinstance(x.body, e.InjectDelivered))
