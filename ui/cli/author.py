"""What authors of scenarios use: begin one, look at its world, and have it checked whenever it is saved."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from simulator.errors import DrillError
from ui.cli import shared, tables
from ui.cli.check import looked_at
from ui.cli.shared import Form, Variant, progress, put, say

SIGNING_IN = r"\b(auth\w*|tokens?|log-?ins?|sign(ed|ing)?[ -]?(in|on)s?|sessions?|sso|certificates?|credentials?)\b"
"""Words of an incident for which a draft begins with people who cannot sign in."""
EVERY = 1.0
"""Seconds between two looks at whether a file was saved."""
Where = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario's name, or the path of its folder.")]
Folder = Annotated[
    Path | None, typer.Option("--in", metavar="DIR", help="Folder of your scenarios; else the one that is set.")
]


def new(
    name: Annotated[str, typer.Argument(help="What it is called, and its folder: small letters, digits, underscores.")],
    kind: Annotated[str, typer.Option("--from", help="What to begin with: auth or queue.")] = "queue",
    folder: Folder = None,
) -> None:
    """Begin a drill in one file that plays as it stands."""
    from scenarios.roots import own_roots
    from scenarios.templates import begin

    roots = own_roots()
    file = begin(name, kind, folder or (roots[0] if roots else Path()))
    say(f"wrote {file}, a draft; look at it with `drill curves {file.parent}`, then `drill check {file.parent}`")


def pack(
    scenario: Where,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Else NAME.drill.zip here.")] = None,
) -> None:
    """Make one file of a scenario, for another team to `drill add`; it gives the drill away."""
    from scenarios.pack import SUFFIX, packed
    from simulator import files

    made, left = packed(scenario)
    _listed("left out", left)
    file = out or Path(f"{made.manifest.name}{SUFFIX}")
    files.write(file, made.content())
    also = "; it holds Python, which whoever adds it has to trust" if made.python else ""
    say(f"wrote {file}, {made.manifest.title!r} version {made.manifest.version}{also}")


def _listed(what: str, names: tuple[str, ...]) -> None:
    if names:
        say(f"{what}, since they are no part of a scenario: {', '.join(names[:5])}{' …' * (len(names) > 5)}")


def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `drill pack` wrote.")],
    folder: Folder = None,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of the one of its name.")] = False,
) -> None:
    """Put a scenario that somebody packed into a folder of your own, once it has been checked."""
    from scenarios import roots
    from scenarios.pack import LARGEST_PACK, added, beside, opened
    from simulator import files

    found = opened(files.bytes_of(file, "give what `drill pack` wrote", LARGEST_PACK), str(file))
    own = roots.own_roots()
    root = folder or (own[0] if own else Path())
    place = roots.found()[0].get(found.manifest.name)
    if place is not None and place.folder.parent.resolve() != root.resolve():
        raise DrillError(f"there is a scenario {place.name!r} in {place.folder.parent}; rename one of the two")
    there = added(found, root, str(file), replace)
    _listed("kept beside it", beside(there))
    say(f"wrote {there}, {found.manifest.title!r} version {found.manifest.version}")
    if root.resolve() not in [one.resolve() for one in own]:
        say(f"it is listed once {roots.FOLDERS}={root} is set, or `drill --scenarios {root}` is said")


def draft(file: Path, name: str | None, kind: str | None, folder: Path | None) -> None:
    """Begin a drill with an incident or exercise that was written elsewhere, and say what is left to do."""
    import re

    from analytics.report.draft import draft as made_of
    from analytics.report.exercise import LARGEST_FILE, read_exercise
    from scenarios import templates
    from scenarios.roots import own_roots
    from simulator import files

    called = name or re.sub(r"[^a-z0-9]+", "_", file.name.casefold().partition(".")[0]).strip("_")
    try:
        templates.named(called)
    except DrillError as error:
        raise DrillError(f"{error}" if name else f"{file}: {error}, and say it with --name") from None
    incident = read_exercise(files.bytes_of(file, "give a timeline or a list of events", LARGEST_FILE), str(file))
    words = " ".join((incident.title, incident.about, *(line.text for line in incident.lines)))
    chosen = kind or ("auth" if re.search(SIGNING_IN, words, re.IGNORECASE) else "queue")
    roots = own_roots()
    text = made_of(incident, called, templates.template(chosen), file.name)
    there = templates.put(called, folder or (roots[0] if roots else Path()), text)
    for problem in looked_at(there, run=False):
        say(str(problem))
    say(f"wrote {there} on the template {chosen!r}; do what is left to do, then `drill check {there.parent}`")


def curves(scenario: Where, variant: Variant = "base", form: Form = "table") -> None:
    """Show a scenario's world under nobody and under each action at T+5: who is hit, helped and hurt."""
    from dataclasses import asdict

    from analytics.runs import curves as walked

    loaded = shared.find(scenario, variant, "standard")
    with loaded.guard(), progress("walking") as report:
        found = []
        for curve in walked.curves(loaded):
            found.append(curve)
            report(len({one.move for one in found}), len(loaded.scenario.actions) + 1)
    if form == "json":
        put([asdict(one) for one in found])
    else:
        tables.curves(found)


def dev(
    path: Annotated[Path, typer.Argument(help="A drill's folder or file.")],
    once: Annotated[bool, typer.Option("--once", help="Look once, and do not wait for the next save.")] = False,
) -> None:
    """Check a drill whenever it is saved: what is wrong, its curves, what it comes to by the book."""
    from simulator.files import known

    known(path, "give a drill's folder or file")
    before: dict[Path, int] | None = None
    while True:
        now = _saved(path)
        if now != before:
            before = now
            _looked(path)
        if once:
            return
        time.sleep(EVERY)


def _saved(path: Path) -> dict[Path, int]:
    """Return when each file of a scenario was saved; one that is being replaced is there again in a moment."""
    folder = path if path.is_dir() else path.parent
    found: dict[Path, int] = {}
    for file in (*folder.glob("*"), *folder.glob("variants/*"), *folder.parent.glob("company.yaml")):
        try:
            found[file] = file.stat().st_mtime_ns
        except OSError:
            continue
    return found


def _looked(path: Path) -> None:
    from scenarios.loader import forget

    forget()
    problems = looked_at(path, run=False)
    for problem in problems:
        say(str(problem))
    if any(problem.level == "error" for problem in problems):
        say(f"{path}: mend that first")
        return
    from analytics.playbook import DEFAULT
    from analytics.playbook import load as load_playbook
    from analytics.runs import curves as walked
    from analytics.runs.calibrate import rows

    loaded = shared.find(str(path), "base", "standard")
    with loaded.guard():
        tables.curves(list(walked.curves(loaded)))
    if "by_the_book" in loaded.responders:
        row = rows(loaded, ("by_the_book",), 1, load_playbook(DEFAULT))[0]
        caps = f", capped by {' '.join(row.caps)}" if row.caps else ""
        say(f"{path}: by the book {row.total} of 100 on seed 1, loss {row.loss:.2f}{caps}")
