"""What a drill in one file means wrongly: what is typed beside what its world says, found by walking the world."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator

from scenarios.declared.courses import earliest
from scenarios.declared.derive import TRIED_AT, Ran, loss
from scenarios.declared.made import MadeDrill
from scenarios.problem import Level
from simulator.scenario.document import Steps

Found = tuple[Steps, str, str, Level]
APART = 3.0
"""How many times a typed scale may be off what doing nothing costs."""
LATER, DEARER = 600, 0.01
"""Seconds by which a move is put off to see whether sooner hurts, and the loss from which it does."""
COARSE, MATTERS = 0.05, 0.02
"""Share by which a finer step may change the loss of doing nothing, and the loss below which that is nothing."""
NEAR_ZERO = 0.02
"""Share of a stock's size that it may be cut off at its bound."""
_FILLED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_BY_HAND = re.compile(r"\b[0-2]?\d:[0-5]\d(?::[0-5]\d)?Z?\b")


def sense(drill: MadeDrill) -> Iterator[Found]:
    """Yield what a drill means wrongly: where, what, how to mend it, and whether it is advice alone."""
    if drill.numbers.shift is None:
        signal = next(name for name, one in drill.drill.signals.items() if one.page)
        where: Steps = ("signals", signal, "page")
        yield where, "never pages, so there is no T+0", "lower its limit, or let the fault hit harder", "error"
        return
    yield from _typed(drill)
    yield from _moves(drill)
    yield from _sooner(drill)
    yield from _stocks(drill)
    yield from _step(drill)
    yield from _words(drill)


def _typed(m: MadeDrill) -> Iterator[Found]:
    """Yield what is typed and the world says otherwise."""
    d, found = m.drill, m.numbers
    for name, harm in d.world.harm.items():
        cost = found.null.harm[name]
        if harm.scale and cost > 0 and not cost / APART <= harm.scale <= cost * APART:
            what = f"is {harm.scale:g}; doing nothing costs {cost:.4g}"
            yield ("world", "harm", name, "scale"), what, "leave it out, or write what doing nothing costs", "error"
    for name, move in d.moves.items():
        if move.treats is not None and set(move.treats) != set(found.coverage[name]):
            what = f"says {_listed(move.treats)}; the world says {_listed(found.coverage[name])}"
            yield ("moves", name, "treats"), what, "leave it out, or mend the world", "error"
        if move.minutes is not None and abs(move.minutes - found.minutes[name]) > max(1.0, 0.5 * found.minutes[name]):
            what = f"says {move.minutes:g}; the world says {found.minutes[name]:g}"
            yield ("moves", name, "minutes"), what, "leave it out, or mend the world", "error"
    for name, signal in d.signals.items():
        calm = found.normal[name]
        if signal.normal is not None and abs(signal.normal - calm) > max(0.25 * abs(calm), 1e-6):
            what = f"says {signal.normal:g}; before the fault it is {calm:.4g}"
            yield ("signals", name, "normal"), what, "leave it out, or mend the formula", "error"
    seats = [name for name in d.world.groups if not any(one.by_group is not None for one in d.signals.values())]
    if seats:
        yield ("signals",), "no signal is by group, so nothing measures each of them", "give one `by_group`", "error"
    for index, say in enumerate(d.says):
        if say.asks and not say.right:
            yield ("says", index), "asks, and no answer is right", "give `right`, and others in `wrong`", "error"


def _moves(m: MadeDrill) -> Iterator[Found]:
    """Yield moves that are worth something else than their author says."""
    d, found = m.drill, m.numbers
    nobody = found.loss[""]
    honest = {name for name in d.course.moves if not d.moves[name].support}
    worst = max((found.loss[name] for name in honest), default=nobody)
    dearest = max(honest, key=lambda name: found.loss[name], default="")
    for name in honest:
        move = d.moves[name]
        if not found.coverage[name]:
            yield (
                ("moves", name),
                "is in the course and helps nobody",
                "mend the world, or mark it `support: true`",
                "error",
            )
        elif found.loss[name] >= nobody:
            what = f"costs {found.loss[name]:.2f}, doing nothing {nobody:.2f}"
            yield ("moves", name), what, "let an honest move help, or mark it `support: true`", "error"
        if move.trap:
            yield ("moves", name, "trap"), "is in the course", "take it out of one of the two", "error"
    for name, move in d.moves.items():
        if move.trap and move.check is None:
            yield ("moves", name), "is a trap that nothing shows", "name the look that shows it in `check`", "error"
        if move.trap and found.loss[name] <= worst:
            what = f"is a trap and costs {found.loss[name]:.2f}, the honest {dearest} {worst:.2f}"
            yield ("moves", name), what, "let it cost more: harm of its own, with a weight", "error"
        if move.set and not _does(m, name):
            yield ("moves", name), "changes nothing in the world", "let a formula use its levers", "warning"
        if (move.cap or (move.irreversible and move.wide)) and not move.trap and name not in d.course.moves:
            yield (
                ("moves", name),
                "is dangerous and not marked",
                "write `trap: true`, or make it part of the course",
                "warning",
            )


def _does(m: MadeDrill, name: str) -> bool:
    """Tell whether a lever of a move is in any formula or condition of the world."""
    levers = set(m.drill.moves[name].set)
    words = set(re.findall(r"[a-z_]\w*", str(m.drill.world.model_dump(exclude={"levers", "happens"}))))
    printed = set(re.findall(r"[a-z_]\w*", " ".join(look.shows for look in m.drill.looks.values())))
    return bool(levers & (words | printed))


def _sooner(m: MadeDrill) -> Iterator[Found]:
    """Yield moves of the course that hurt when they come sooner."""
    d = m.drill
    for name in (*d.course.hold, *d.course.mend):
        if name not in d.moves or d.moves[name].support:
            continue
        soon = earliest(d, m.bench, name)
        costs = [loss(d, m.numbers.scale, _at(m, name, at).harm) for at in (soon, soon + LATER)]
        if costs[0] > costs[1] + DEARER:
            what = f"costs {costs[0]:.2f} at T+{soon // 60} and {costs[1]:.2f} ten minutes later"
            yield ("moves", name), what, "let it wait for something in `needs` or `safe_when`", "error"


def _at(m: MadeDrill, name: str, at: int) -> Ran:
    return m.bench.run(m.bench.turns(name, at), frozen=True)


def _stocks(m: MadeDrill) -> Iterator[Found]:
    """Yield stocks that a change would take below nothing, or past a bound that nobody gave."""
    spec, slots = m.program.spec, {slot: key for key, slot in m.program.slots.items()}
    cut: dict[str, tuple[float, str]] = {}
    for what, ran in (("nobody does anything", m.numbers.null), *m.numbers.moved.items()):
        for slot, over in ran.beyond.items():
            name, group = slots[slot]
            if over > cut.get(name, (0.0, ""))[0]:
                cut[name] = over, f"{group}, where {what}" if what.count(" ") else f"{group}, after {what}"
    for name, (over, where) in cut.items():
        stock = spec.state.get(name)
        given = stock is not None and {"least", "most"} & stock.model_fields_set
        if not given and over > NEAR_ZERO * max(1.0, _size(m, name)):
            what = f"would fall {over:.3g} below zero in {where}"
            remedy = "let no more flow out than is there, with min(…), or write `least: 0` if that is meant"
            path: Steps = ("world", "state", name) if stock is not None else ("world", "blocks", name)
            yield path, what, remedy, "error"


def _size(m: MadeDrill, name: str) -> float:
    world = copy.deepcopy(m.bench.begun)
    world.step(m.drill.horizon)
    return max(abs(world.value(name, group)) for group in m.program.groups)


def _step(m: MadeDrill) -> Iterator[Found]:
    """Yield a step that is too coarse for what happens in it."""
    d, step = m.drill, m.drill.world.step
    course = [turn for name in d.course.moves for turn in m.bench.turns(name, TRIED_AT)]
    for turns in ([], course):
        usual = loss(d, m.numbers.scale, m.bench.run(turns, frozen=bool(turns)).harm)
        finer = loss(d, m.numbers.scale, m.bench.run(turns, frozen=bool(turns), step=max(1, step // 5)).harm)
        if abs(usual - finer) > max(MATTERS, COARSE * abs(finer)):
            what = f"{step} s is too coarse: the loss is {usual:.3f}, and {finer:.3f} in finer steps"
            yield (
                ("world", "step") if "step" in d.world.model_fields_set else ("world",),
                what,
                f"write `step: {max(1, step // 5)}s`",
                "error",
            )
            return


def _words(m: MadeDrill) -> Iterator[Found]:
    """Yield times that were typed by hand, and groups that a briefing or look speaks of without having them."""
    d = m.drill
    texts: list[tuple[Steps, str]] = [(("looks", name, "shows"), look.shows) for name, look in d.looks.items()]
    texts += [(("moves", name, "says"), move.says) for name, move in d.moves.items()]
    texts += [(("says", index), say.text or say.asks) for index, say in enumerate(d.says)]
    for path, text in texts:
        by_hand = _BY_HAND.search(_FILLED.sub("", text))
        if by_hand:
            what = f"has the time {by_hand[0]} by hand, and history moves with the seed"
            yield path, what, "write {{ utc(fault_at + seconds) }}", "error"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "nobody"
