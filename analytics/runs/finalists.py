"""The courses of a library's grid, searched again and written into its text."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

from analytics.runs.library import CourseStep, Finalist, Library, library_for, library_in
from analytics.runs.walk import Walk, as_course, begin, loss_from
from simulator.errors import ScenarioError
from simulator.loaded import LoadedScenario

KEPT = 10
"""Finalists that a search keeps."""


def renew(loaded: LoadedScenario, folder: Path) -> tuple[Path, list[Finalist]] | None:
    """Search a variant's courses again, on a nominal history, and write them into its library in a scenario's folder.

    Returns None where the variant has no library of its own, or one without a grid to search.
    """
    file = library_in(folder, loaded.scenario.variant)
    library = library_for(loaded)
    if not file.is_file() or not library.search:
        return None
    found = search(begin(loaded.make_world, loaded.scenario, 0), library)
    file.write_text(renewed(file.read_text(encoding="utf-8"), loaded, found), encoding="utf-8")
    return file, found


def search(walk: Walk, library: Library) -> list[Finalist]:
    """Return the best course of each set of actions in the library's grid, best first, at most KEPT.

    Raises ScenarioError where a step of the grid precedes its action's `earliest`.
    """
    earliest = {one.action: one.minute for one in library.earliest}
    best: dict[tuple[str, ...], Finalist] = {}
    for chosen in product(*library.search):
        steps = tuple(sorted((step for group in chosen for step in group), key=lambda s: (s.at, s.action or "")))
        early = next((s for s in steps if s.action and s.at < earliest.get(s.action, 0.0)), None)
        if early:
            raise ScenarioError(
                f"library of {library.scenario}: {early.action} at minute {early.at:g} comes before it can be justified"
            )
        turns, actions = as_course(steps, walk.scenario)
        loss = loss_from(walk, turns, actions)
        kind = tuple(sorted({s.action or s.knob or "" for s in steps}))
        if kind not in best or loss < best[kind].loss:
            name = ", ".join(f"{library.words.get(s.action, s.action)} T+{round(s.at, 2):g}" for s in steps if s.action)
            best[kind] = Finalist(name=name, steps=steps, loss=loss)
    return sorted(best.values(), key=lambda one: (one.loss, one.name))[:KEPT]


def renewed(text: str, loaded: LoadedScenario, found: list[Finalist]) -> str:
    """Return a library's text with these finalists in the place of its own."""
    text = re.sub(r"(?m)^scenario_version: .*$", f'scenario_version: "{loaded.version}"', text, count=1)
    lines = "".join(
        f"  - name: {one.name}\n    loss: {round(one.loss, 4)}\n"
        f"    steps: [{', '.join(_step(step) for step in one.steps)}]\n"
        for one in found
    )
    # A function, since a replacement text would have its backslashes read.
    return re.sub(r"(?ms)^finalists:[^\n]*\n(?: [^\n]*\n)*", lambda _: f"finalists:\n{lines}", text, count=1)


def _step(step: CourseStep) -> str:
    return f"{{{'action' if step.action else 'knob'}: {step.action or step.knob}, at: {step.at:g}}}"
