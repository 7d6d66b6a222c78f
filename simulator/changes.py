"""What changed the world while an incident went on. Whatever was verified before the last change is stale.

A change is an action that was carried out (mitigating or not, an undo included) or stopped half-way, a queued merge
that landed, a mishap, an inject with effects. Looking, capturing and recording are none. The closure gate, reruns and
comparisons, claims of recovery and scoring share this one definition; it reads the record only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from simulator.record.history import History
from simulator.record.tracked import Run
from simulator.scenario.model import Scenario
from simulator.values import Ref


@dataclass(frozen=True, slots=True)
class WorldChange:
    """Something that changed the world: when, which entry tells of it, and what it is called."""

    at: int
    seq: int
    what: str


_LAST: WeakKeyDictionary[History, tuple[int, WorldChange | None]] = WeakKeyDictionary()
"""History -> how much had happened in it, and the last change by then."""


def changes(history: History, scenario: Scenario) -> list[WorldChange]:
    """Return what changed the world since T+0, in order."""
    return sorted(_newest_first(history, scenario), key=lambda change: (change.at, change.seq))


def last_change(history: History, scenario: Scenario) -> WorldChange | None:
    """Return the last of them; looked for again only once something more has happened."""
    known = _LAST.get(history)
    if known is None or known[0] != len(history.happened):
        known = _LAST[history] = (len(history.happened), next(_newest_first(history, scenario), None))
    return known[1]


def _newest_first(history: History, scenario: Scenario) -> Iterator[WorldChange]:
    for at, seq, ref in reversed(history.happened):
        what = _run(history.runs[ref], scenario) if ref in history.runs else _from_outside(ref, scenario, at)
        if what is not None:
            yield WorldChange(at, seq, what)


def _run(run: Run, scenario: Scenario) -> str | None:
    """Return what a run that is over is called where it changed the world."""
    spec = scenario.find("actions", run.ident)
    if spec is None or spec.looks or run.started is None:
        return None
    if run.state == "done":
        return f"“{spec.title}”" if spec.effects + spec.starts_with else None
    return f"stopping “{spec.title}”" if spec.starts_with + spec.abort_effects else None


def _from_outside(ref: Ref, scenario: Scenario, at: int) -> str | None:
    """Return what an inject, a merge or a mishap is called where it changed the world after T+0."""
    if at < 0:
        return None
    if ref.kind == "inject":
        inject = scenario.find("injects", ref.ident)
        return inject.persona if inject is not None and inject.effects else None
    merge = scenario.find("merges", ref.ident)
    if merge is not None:
        return merge.summary if merge.effects else None
    slips = (one for one in scenario.actions if one.mishap and ref.ident == f"{one.id}_defect")
    return next((f"what came of “{one.title}”" for one in slips), None)
