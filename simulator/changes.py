"""What changed the world while an incident went on. Whatever was verified before the last change is stale.

A change is an action that was carried out (mitigating or not, an undo included) or stopped half-way, a queued merge
that landed, a mishap, an inject with effects. Looking, capturing and recording are none. The closure gate, reruns and
comparisons, claims of recovery and scoring share this one definition; it reads the record only.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.record.history import History
from simulator.scenario.model import Scenario


@dataclass(frozen=True, slots=True)
class WorldChange:
    """Something that changed the world: when, which entry tells of it, and what it is called."""

    at: int
    seq: int
    what: str


def changes(history: History, scenario: Scenario) -> list[WorldChange]:
    """Return what changed the world since T+0, in order."""
    found = []
    for run in history.runs.values():
        spec = scenario.find("actions", run.ident) if run.what == "action" else None
        if spec is None or spec.looks or run.started is None:
            continue
        if run.state == "done" and spec.effects + spec.starts_with:
            found.append(WorldChange(run.finished or run.started, run.finish_seq, f"“{spec.title}”"))
        elif run.state == "aborted" and spec.starts_with + spec.abort_effects:
            found.append(WorldChange(run.aborted or run.started, run.finish_seq, f"stopping “{spec.title}”"))
    turned = {f"inject:{one.id}": one.persona for one in scenario.injects if one.effects}
    turned |= {f"change:{one.id}": one.summary for one in scenario.merges if one.effects}
    turned |= {f"change:{one.id}_defect": f"what came of “{one.title}”" for one in scenario.actions if one.mishap}
    found += [WorldChange(at, seq, turned[ref]) for at, seq, ref in history.happened if at >= 0 and ref in turned]
    return sorted(found, key=lambda change: (change.at, change.seq))


def last_change(history: History, scenario: Scenario) -> WorldChange | None:
    """Return the last of them."""
    return max(changes(history, scenario), key=lambda change: (change.at, change.seq), default=None)
