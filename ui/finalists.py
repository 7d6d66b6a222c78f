"""Search the courses of every library again and write its finalists: `make finalists`.

Rewrites `scenario_version` and `finalists` of each `library.yaml` and `variants/*.library.yaml`; review the diff.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import scenarios
from analytics.runs.courses import Finalist, Library, Step, begin, library_of, search
from simulator.loaded import LoadedScenario

FOLDER = Path(scenarios.__file__).parent


def main(wanted: list[str]) -> None:
    """Search again for these scenarios, or for all of them."""
    for name in wanted or scenarios.names():
        for variant in scenarios.variants(name):
            own = f"variants/{variant}.library.yaml" if variant != "base" else "library.yaml"
            file = FOLDER / name / own
            if file.is_file():
                loaded = scenarios.load(name, variant)
                found = finalists(loaded, library_of(name, variant))
                file.write_text(renewed(file.read_text(encoding="utf-8"), loaded, found), encoding="utf-8")
                sys.stderr.write(f"{file}: {len(found)} finalists, best {found[0].loss:.4f} ({found[0].name})\n")


def finalists(loaded: LoadedScenario, library: Library) -> list[Finalist]:
    """Return the best courses of a library's grid on a nominal history."""
    return search(begin(loaded.make_world, loaded.scenario, 0), library)


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


def _step(step: Step) -> str:
    return f"{{{'action' if step.action else 'knob'}: {step.action or step.knob}, at: {step.at:g}}}"


if __name__ == "__main__":
    main(sys.argv[1:])
