"""Where an incident stands, for whoever joins late: short enough to be read in a minute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator import acts
from simulator import events as e
from simulator.text import clock
from simulator.values import COMMANDER
from ui.documents.known import SeatView

MOST = 4
"""Lines of a kind that a summary has at most."""


def summary_parts(k: SeatView) -> Mapping[str, Any]:
    """Return what goes into a summary."""
    return {"lead": _lead(k), "happened": _happened(k), "running": _running(k), "waits": _waits(k)}


def _lead(k: SeatView) -> str:
    incident = k.b.incident
    severity = k.severity() or "Not declared"
    title = f", {incident.title}" if incident.title else ""
    led = k.holder(COMMANDER)
    status = "closed" if incident.closed else incident.status
    return f"{severity}{title}. Status {status}. {f'{led} leads.' if led else 'Nobody leads.'}"


def _happened(k: SeatView) -> list[str]:
    b = k.b
    firing = [a for a in b.alerts() if a.firing and a.page]
    found = [f"{k.names.title('alerts', a.alert)} since {clock(a.since)}" for a in firing[:1]]
    results = [x for x in k.done(e.QueryFinished) if isinstance(x.body, e.QueryFinished)]
    if results:
        looked = ", ".join(dict.fromkeys(k.names.title("queries", x.body.query) for x in results[-MOST:]))
        found.append(f"Looked at: {looked}")
    declared = k.b.incident.declared_at
    if declared is not None:
        found.append(f"Declared at {clock(declared)}")
    if k.b.incident.scope is not None and isinstance(k.b.incident.scope.body, acts.StateScope):
        impact = k.figures(k.b.incident.scope.body.impact)
        found += [f"Impact: {impact}"] if impact else []
    found += [f"Thought most likely: {title}, {sure:.0%} ({who})" for title, sure, who in k.hypotheses()[:1]]
    decided = k.b.incident.given("decision")
    for x in decided[-2:]:
        actions = k.names.titles("actions", getattr(x.body, "actions", ()))
        found.append(f"Decided at {clock(x.at)}: {actions or getattr(x.body, 'decision', '')}")
    done = [run for run in k.steps() if run.state in ("done", "failed", "aborted")]
    ended = ((k.names.title("actions", run.ident), run.state, clock(run.finished or 0)) for run in done[-MOST:])
    found += [f"{title}: {state} at {at}" for title, state, at in ended]
    found += [f"Compared with the baseline at {at}: {came}" for at, came, _ in k.measurements()[-1:]]
    return found


def _running(k: SeatView) -> list[str]:
    return _cut(k.under_way())


def _waits(k: SeatView) -> list[str]:
    tasks = [f"{task.text}, {k.names.handle(task.owner)} by {clock(task.due)}" for task in k.tasks()]
    offers = [
        f"{k.names.handle(one.giver)} hands {one.what} to {k.names.handle(one.receiver)}"
        for one in k.b.incident.handoffs.values() if one.accepted is None
    ]  # fmt: skip
    open_asks = set(k.b.incident.asks)
    asks = [f"{x.body.persona} waits for an answer" for x in k.done(e.InjectDelivered) if x.body.inject in open_asks]
    return [*k.promises(), *_cut(offers), *_cut(asks), *_cut(tasks)]


def _cut(found: list[str]) -> list[str]:
    more = len(found) - MOST
    return found if more <= 0 else [*found[:MOST], f"and {more} more"]
