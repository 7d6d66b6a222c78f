"""Whether what a team did rests on what had been seen, and came soon after: apart from the score, for tests of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analytics.timeline import Attempt
from analytics.view import RecordView
from simulator import events as e
from simulator.scenario.conditions import holds

LATE = 200
"""Seconds after which a step that could be taken counts as waited for: three minutes, and what it takes to say it."""


def too_late(view: RecordView) -> Iterator[str]:
    """Yield in words each first order of a step that rests on nothing seen, or came later than it could have."""
    known = seen(view)
    for run in first_orders(view):
        grounds = [known[ref] for ref in run.spec.justified_by if ref in known and known[ref] <= run.ordered]
        if not grounds:
            yield f"{run.ident} at {run.ordered}: nothing that makes it right had been seen"
            continue
        waited = run.ordered - max(0, min(grounds), feasible(view, run, known))
        if waited > LATE:
            yield f"{run.ident} at {run.ordered}, {waited} s after it could have been ordered"


def seen(view: RecordView) -> Mapping[str, int]:
    """Return reference -> the second at which somebody had first seen it: an output, an alert, what was said."""
    found: dict[str, int] = {}
    for m in view.queries:
        found.setdefault(f"query:{m.body.query}", m.at)
    for fired in view.all(e.AlertFired):
        found.setdefault(f"alert:{fired.body.alert}", fired.at)
    for said in view.all(e.CueShared):
        found.setdefault(f"cue:{said.body.cue}", said.at)
    for came in view.all(e.InjectDelivered):
        found.setdefault(f"inject:{came.body.inject}", came.at)
    return found


def first_orders(view: RecordView) -> Iterator[Attempt]:
    """Yield the first order of each mitigating action that treats something."""
    done: set[str] = set()
    for run in view.runs:
        if run.spec.treats and run.ident not in done and run.started is not None:
            done.add(run.ident)
            yield run


def feasible(view: RecordView, run: Attempt, known: Mapping[str, int]) -> int:
    """Return the second from which a step could be taken.

    Whoever does it is there, its own check has been read, what it needs is so, and no other change is on its way.
    """
    spec, role = run.spec, view.scenario.find("roles", run.executor)
    joined = [0 if role.present else m.at for m in view.all(e.RoleJoined) if m.body.role == run.executor]
    ready = [min(joined, default=0)]
    if spec.precheck:
        ready.append(known.get(f"query:{spec.precheck}", 0))
    for when in (*(one.when for one in spec.preconditions), spec.ready_when):
        ready += [known[f"query:{fact[6:]}"] for fact in when if fact.startswith("query.")]
        so = (m.at for m in view.samples if m.at >= 0 and any(holds(when, facts) for facts in view.facts(m.at)))
        ready.append(min(next(so, 0), run.ordered))
    earlier = [other for other in view.runs if other.ordered < run.ordered and other.started is not None]
    ready += [min(other.landed, run.ordered) for other in earlier if other.landed > ready[0]]
    return max(ready)
