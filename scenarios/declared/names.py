"""Names in a drill that nothing there has: what has to be right before anything can be worked out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from scenarios.declared.drill import DrillData
from scenarios.declared.expand import say_id
from scenarios.declared.spelling import able, people_of
from simulator.errors import nearest
from simulator.scenario.declared.program import POSTED
from simulator.scenario.document import Steps

Found = tuple[Steps, str, str]


def unknown(drill: DrillData) -> Iterator[Found]:
    """Yield every name that nothing has, with where it stands and the nearest one there is."""
    for path, names, what, known in _named(drill):
        for name in names:
            if name not in known:
                yield path, f"unknown name {name!r}", f"use one of {what}{nearest(name, known)}"
    for path, what, remedy in _unfit(drill):
        yield path, what, remedy


def _named(d: DrillData) -> Iterator[tuple[Steps, Sequence[str], str, Collection[str]]]:
    levers = {*d.world.levers, POSTED}
    seats = people_of(d)
    yield ("freeze",), d.freeze, "services", d.services
    yield ("write_freeze",), d.write_freeze, "moves", d.moves
    yield ("boundary",), d.boundary, "looks", d.looks
    c = d.course
    yield ("course", "hold"), c.hold, "moves", d.moves
    yield ("course", "ready"), (c.ready,) if c.ready else (), "moves", d.moves
    yield ("course", "mend"), c.mend, "moves", d.moves
    yield ("course", "finish"), c.finish, "moves", d.moves
    yield ("course", "test"), c.test, "looks", d.looks
    yield ("course", "cause"), (c.cause,), "causes", d.causes
    figures = {*d.world.figures, *d.world.harm}
    for name, look in d.looks.items():
        yield ("looks", name, "by"), look.by if "by" in look.model_fields_set else (), "people", seats
        yield ("looks", name, "tells"), look.tells, "causes", d.causes
        yield ("looks", name, "figures"), look.figures, "figures", figures
    for name, move in d.moves.items():
        yield ("moves", name, "by"), move.by if "by" in move.model_fields_set else (), "people", seats
        yield ("moves", name, "set"), tuple(move.set), "levers", levers
        yield ("moves", name, "treats"), move.treats or (), "groups", d.world.groups
        yield ("moves", name, "undo"), (move.undo,) if move.undo else (), "moves", d.moves
        yield ("moves", name, "check"), (move.check,) if move.check else (), "looks", d.looks
        yield ("moves", name, "against"), move.against, "moves", d.moves
    for index, one in enumerate(d.world.happens):
        yield ("world", "happens", index, "set"), tuple(one.set), "levers", levers
        yield ("world", "happens", index, "service"), (one.service,), "services", d.services
    for group, says in ((("says",), d.says), (("expert", "says"), d.expert.says)):
        for index, say in enumerate(says):
            path: Steps = (*group, index)
            yield (*path, "claims"), (say.claims,) if say.claims else (), "causes", d.causes
            yield (*path, "killed_by"), say.killed_by, "looks", d.looks
            yield (*path, "pushes"), (say.pushes,) if say.pushes else (), "moves", d.moves
            yield (*path, "set"), tuple(say.set), "levers", levers
    for name, log in d.logs.items():
        yield ("logs", name, "service"), (log.service,), "services", d.services


def _pulses(d: DrillData) -> Iterator[Found]:
    """Yield pulses whose lever something else sets too: it would go back after the pulse's time, whoever set it."""
    says = [(f"says {say.who}", say.set) for say in (*d.says, *d.expert.says)]
    others: list[tuple[str, dict[str, float], int]] = [
        *((name, move.set, move.for_) for name, move in d.moves.items()),
        *((what, turned, 0) for what, turned in says),
        *((f"happens {one.says!r}", one.set, 0) for one in d.world.happens),
    ]
    for name, move in d.moves.items():
        for lever in move.set if move.for_ else ():
            for other, turned, lasts in others:
                # What puts it back to where it stood at first is no matter: that is what the pulse does.
                if lasts != move.for_ and turned.get(lever, d.world.levers.get(lever)) != d.world.levers.get(lever):
                    what = f"turns {lever!r} for {move.for_} s, and {other!r} for another time"
                    yield ("moves", name, "for"), what, "give each a lever of its own"


def _counted(d: DrillData) -> Iterator[Found]:
    """Yield references to lines that are called after their place: another line before them is called so then."""
    nameless = {f"inject:{say_id(say, index)}": say for index, say in enumerate(d.says)
                if not say.id and say_id(say, index) != say_id(say, index + 1)}  # fmt: skip
    for who, person in d.people.items():
        for name, cue in person.knows.items():
            for ref in (one for debt in cue.owes for one in debt.taken_up_by if one in nameless):
                remedy = f"give what @{nameless[ref].who.lstrip('@')} says an `id: NAME` and write inject:NAME"
                yield ("people", who, "knows", name, "owes"), f"{ref!r} is called after its place", remedy


def _unfit(d: DrillData) -> Iterator[Found]:
    yield from _pulses(d)
    yield from _counted(d)
    for group, parts in (("looks", d.looks), ("moves", d.moves)):
        for name, part in parts.items():
            if not able(d, part):
                yield (group, name, "by"), "nobody here can do it", f"name one of {', '.join(people_of(d))}"
    pages = [name for name, one in d.signals.items() if one.page]
    if not pages:
        yield ("signals",), "nothing pages, so nothing opens the drill", "give one signal a `page`"
    if not d.course.mend:
        yield ("course", "mend"), "mends nothing", "name the moves that mend it"
    if not d.course.test:
        yield ("course", "test"), "tests nothing", "name the looks that tell the true cause"
    if not any(look.rerun_when for look in d.looks.values()):
        yield ("looks",), "none reruns the failing path", "give one `rerun_when`: while what holds it passes"
    if not any(look.figures for look in d.looks.values()):
        yield ("looks",), "none gives a figure that people could state", "give one `figures`"
    if not any(one.panel for one in d.signals.values()):
        yield ("signals",), "none is on the console", "give one `panel: true`"
    total = sum(group.weight for group in d.world.groups.values())
    if abs(total - 1) > 1e-6:
        yield ("world", "groups"), f"weights add up to {total:g}", "make them add up to 1"
    total = sum(harm.weight for harm in d.world.harm.values())
    if abs(total - 1) > 1e-6:
        yield ("world", "harm"), f"weights add up to {total:g}", "make them add up to 1"
