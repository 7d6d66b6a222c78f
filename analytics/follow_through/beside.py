"""What the record of a drill shows beside a question that people answer after it, and which answers it bears out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, get_args

from analytics.about import TURNING, times
from analytics.report import story
from analytics.report.tables import each
from analytics.scorecard import clock
from analytics.stages import Beside
from analytics.view import RecordView
from simulator import acts
from simulator.scenario.model import Scenario
from simulator.values import COMMANDER, DEPUTY, Lane

NOTHING = "nothing"
"""What is picked where there was nothing of the kind."""
IGNORED = 5.0
"""Minutes after which a signal that nobody took up was passed over."""
UNCLEAR = 300
"""Seconds without an owner, or without an answer, after which it was unclear whose something was."""


class RecordShows(NamedTuple):
    """One thing that the record shows, which may be picked as an answer."""

    id: str
    title: str
    note: str
    """What the record says of it."""
    share: float = 0.0
    """How far the record bears this answer out, 0 to 1."""


@lru_cache(maxsize=64)
def beside(view: RecordView, what: Beside) -> tuple[RecordShows, ...]:
    """Return what the record shows of something."""
    return tuple(_SHOWS[what](view))


# --- the first signal that was passed over ---------------------------------------------------------------


def _signals(view: RecordView) -> Iterator[RecordShows]:
    rows = sorted(_passed_over(view), key=lambda row: (row[0], row[1]))
    late = [row for row in rows if row[4]]
    for row in rows:
        # What was there at the same moment is equally the first.
        first = bool(late) and row[0] <= late[0][0]
        yield RecordShows(row[1], row[2], row[3], (1.0 if first else 0.5) if row[4] else 0.0)
    yield RecordShows(NOTHING, "No signal was passed over", "", 0.0 if late else 1.0)


def _passed_over(view: RecordView) -> Iterator[tuple[float, str, str, str, bool]]:
    """Yield (minute it was there, id, title, what became of it, whether it was passed over) of every signal."""
    for state in view.history.alerts.values():
        if state.page is None:
            continue
        taken = next((m.at for m in view.all(acts.AcknowledgePage) if m.body.alert == state.alert), None)
        wait = (taken if taken is not None else view.left) - state.since
        said = f"acknowledged {clock(taken)}" if taken is not None else "never acknowledged"
        title = f"Alert: {view.title('alerts', state.alert)}"
        yield state.since / 60, f"alert:{state.alert}", title, f"there from {clock(state.since)}, {said}", \
            wait > 60 * IGNORED
    for row in each(story.cues(view)):
        if math.isnan(row.known):
            continue
        shared = "nobody heard of it" if math.isnan(row.shared) else f"shared {clock(round(60 * row.shared))}"
        over = row.how == "never" or (not math.isnan(row.waited) and row.waited > IGNORED)
        yield row.known, f"cue:{row.cue}", f"{row.title} knew: {row.text}", \
            f"known from {clock(round(60 * row.known))}, {shared}", over
    for row in each(story.injects(view)):
        if row.verdict in ("late", "missed"):
            yield row.at / 60, f"inject:{row.inject}", f"{row.persona} said: {row.text}", \
                f"at {clock(row.at)}; what it called for came {row.verdict}" if row.verdict == "late" else \
                f"at {clock(row.at)}; what it called for never came", True


# --- the slowest checkpoint ------------------------------------------------------------------------------


def _checkpoints(view: RecordView) -> Iterator[RecordShows]:
    decided = list(view.decisions)
    declared = next((m.at for m in view.all(acts.Declare)), 0)
    waits = {m.ref: m.at - before for m, before in zip(decided, [declared, *(m.at for m in decided)], strict=False)}
    most = max(waits.values(), default=0)
    for m in decided:
        what = view.titles("actions", m.body.actions) if m.body.actions else m.body.decision
        note = f"at {clock(m.at)}, {_minutes(waits[m.ref])} after the last checkpoint"
        yield RecordShows(str(m.ref), f"Decision {m.ref.ident}: {what}", note, 1.0 if waits[m.ref] == most else 0.0)
    none = "No checkpoint decision is on record"
    yield RecordShows(NOTHING, none, "", 0.0 if decided else 1.0)


# --- where it was unclear whose something was -----------------------------------------------------------


def _ownership(view: RecordView) -> Iterator[RecordShows]:
    gaps = sorted(_unowned(view), key=lambda row: -row[0])
    for seconds, ident, title, note in gaps:
        yield RecordShows(ident, title, note, 1.0 if seconds > UNCLEAR else 0.0)
    yield RecordShows(NOTHING, "It was clear throughout", "", 0.0 if any(row[0] > UNCLEAR for row in gaps) else 1.0)


def _unowned(view: RecordView) -> Iterator[tuple[float, str, str, str]]:
    """Yield (seconds for which nobody had it, id, title, what the record says)."""
    for post, spans in ((COMMANDER, view.commanders), (DEPUTY, view.deputies)):
        first = spans[0].since if spans else None
        holes = [(max(0, first), "")] if first is not None else [(view.left, "")]
        holes += [(b.since - a.until, f" after {clock(a.until)}") for a, b in pairwise(spans) ]
        seconds, when = max(holes)
        said = f"nobody held it for {_minutes(seconds)}{when}" if first is not None else "nobody ever held it"
        yield seconds, f"post:{post}", f"The post of {post}", said
    for lane in get_args(Lane):
        given = next((m.at for m in view.all(acts.AssignLane) if m.body.lane == lane), None)
        said = "nobody was ever named" if given is None else f"first named at {clock(given)}"
        yield (view.left if given is None else max(0, given)), f"lane:{lane}", f"The {lane} lane", said
    for offer in view.history.handoffs.values():
        at = view.entry(offer.seq).at
        wait = (offer.accepted if offer.accepted is not None else view.left) - at
        said = f"accepted after {_minutes(wait)}" if offer.accepted is not None else "never accepted"
        who = f"{view.title('roles', offer.giver)} to {view.title('roles', offer.receiver)}"
        yield wait, f"handoff:{offer.id.ident}", f"Handoff of {offer.what}, {who}", f"offered {clock(at)}, {said}"
    for task in view.history.tasks.values():
        wait = (task.acknowledged if task.acknowledged is not None else view.left) - task.since
        if wait > UNCLEAR and task.reported is None:
            title = f"Task for {view.title('roles', task.owner)}: {task.text}"
            yield wait, f"task:{task.id.ident}", title, f"given {clock(task.since)}, never answered"


# --- factors, steps, times --------------------------------------------------------------------------------


def factor_options(scenario: Scenario) -> tuple[RecordShows, ...]:
    """Return the scenario's factors in the order of their titles, so that the order says nothing."""
    found = (RecordShows(f.id, f.title, f.layer, float(f.true)) for f in scenario.factors)
    return tuple(sorted(found, key=lambda one: one.title.casefold()))


def _steps(view: RecordView) -> Iterator[RecordShows]:
    firsts = {run.spec.id: run for run in reversed(view.started)}
    for run in reversed(firsts.values()):
        took = f"in effect {clock(run.effect)}" if run.effect is not None else "no effect on record"
        waited = f"begun {clock(run.begun)}"
        yield RecordShows(f"action:{run.spec.id}", run.spec.title, f"{waited}, {took}", float(run.effect is not None))
    came = any(run.effect is not None for run in firsts.values())
    yield RecordShows(NOTHING, "Nothing that was done", "", 0.0 if came else 1.0)


def _turning_points(view: RecordView) -> Iterator[RecordShows]:
    for name, at in times(view).items():
        yield RecordShows(name, TURNING[name], "never" if at is None else clock(at), float(at is not None))


def _impact(view: RecordView) -> Iterator[RecordShows]:
    for segment, weight in view.affected.items():
        yield RecordShows(segment, view.title("segments", segment), f"{100 * weight:.0f} % of what was hit")


def _harm(view: RecordView) -> Iterator[RecordShows]:
    done = view.final.body.harm if view.final else {}
    for one in view.scenario.harm:
        null, best = (run.harm.get(one.id) for run in (view.references.null, view.references.best))
        also = "" if null is None or best is None else f"; nobody acting {_count(null)}, best found {_count(best)}"
        yield RecordShows(one.id, one.title, f"{_count(done.get(one.id, 0.0))}{also}")


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min"


_SHOWS: Mapping[Beside, Callable[[RecordView], Iterator[RecordShows] | tuple[RecordShows, ...]]] = {
    "signals": _signals, "checkpoints": _checkpoints, "ownership": _ownership, "steps": _steps,
    "turning_points": _turning_points, "times": _turning_points, "impact": _impact, "harm": _harm,
    "factors": lambda view: factor_options(view.scenario),
}  # fmt: skip
