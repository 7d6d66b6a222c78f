"""The one who plays the score and not the incident: everything at once, at the highest level, every minute.

It knows no scenario: it picks from what its roles are offered. A fair score gives it less than somebody slow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator import acts, values
from simulator.briefing import Briefing
from simulator.catalogue import CommandLine
from simulator.policy import Brief

QUERY_EVERY, ACTION_EVERY, UPDATE_EVERY = 20, 60, 60
"""Seconds between two of a kind."""


class Gamer:
    """A policy: the worst level, L3, every card, every query, every action, an update a minute."""

    def __init__(self, seats: Sequence[str]) -> None:
        self._hands = [seat for seat in seats if seat not in ("commander", "deputy")]
        self._last = {"query": -QUERY_EVERY, "action": -ACTION_EVERY, "update": -UPDATE_EVERY}
        self._tried: dict[str, bool] = {}
        self._declared = False

    def __call__(self, brief: Brief) -> Iterator[tuple[str, acts.Act]]:
        """Give all that can be given now."""
        b = brief("commander")
        if b.now < 0:
            return
        if not self._declared:
            self._declared = True
            yield from _opening(b)
        if self._due("query", b.now, QUERY_EVERY):
            yield from self._query(b)
        if self._due("action", b.now, ACTION_EVERY):
            yield from self._action(b)
        if self._due("update", b.now, UPDATE_EVERY):
            # Who is outside need-to-know is offered nothing to tell; whoever wants to tell all does it from within.
            yield ("comms" if brief("comms").options("figures") else "commander"), _update(b)

    def _due(self, what: str, now: int, every: int) -> bool:
        if now - self._last[what] < every:
            return False
        self._last[what] = now
        return True

    def _next(self, b: Briefing, what: str) -> CommandLine | None:
        lines = (line for line in b.catalogue.lines if line.what == what and line.id not in self._tried)
        line = next((one for one in lines if any(b.incident.present.get(r) for r in one.executors)), None)
        if line:
            self._tried[line.id] = True
        return line

    def _query(self, b: Briefing) -> Iterator[tuple[str, acts.Act]]:
        line = self._next(b, "query")
        if line:
            seat = next((hand for hand in self._hands if b.catalogue.filling(hand) in line.executors), "commander")
            yield seat, acts.RunQuery(query=line.id)

    def _action(self, b: Briefing) -> Iterator[tuple[str, acts.Act]]:
        line = self._next(b, "action")
        if line is None:
            return
        segments = _ids(b, "segments")
        card = acts.RecordOption(
            action=line.id, coverage=segments, minutes_to_effect=1, risk=segments[0], reversal_minutes=1
        )
        yield "mitigation", card
        if b.options("reasons") and b.catalogue.panels:
            yield "commander", _decision(b, line.id)
        yield "commander", acts.TakeAction(action=line.id)


def _opening(b: Briefing) -> Iterator[tuple[str, acts.Act]]:
    for alert in b.alerts():
        yield "commander", acts.AcknowledgePage(alert=alert.alert)
    yield "commander", acts.Declare(severity=b.incident.levels[0].id, title="Everything is on fire")
    yield "commander", acts.AssignRole(role="commander", to="commander")
    yield "commander", acts.AssignRole(role="deputy", to="commander")
    yield "commander", acts.Freeze(scope=tuple(service.id for service in b.catalogue.services))
    for role in b.catalogue.roles:
        if not b.incident.present[role.id]:
            yield "commander", acts.PageTeam(role=role.places[0])


def _decision(b: Briefing, action: str) -> acts.RecordDecision:
    metric = b.catalogue.panels[0].id
    return acts.RecordDecision.model_validate(
        {
            "decision": "continue mitigation",
            "actions": (action,),
            "strategy": "containment",
            "why_now": b.options("reasons")[0].id,
            "evidence": _ids(b, "evidence")[-8:],
            "rejected": [{"rung": rung, "reason": "uncertainty"} for rung in ("flag", "hotfix", "rollback")],
            "execution_owner": "mitigation",
            "verification_owner": "verification",
            "reversal_minutes": 1,
            "blast_radius": _ids(b, "blast"),
            "check": {"metric": metric, "is": "below", "threshold": 1e9, "within_minutes": 5},
            "confidence": "L3",
            "contained_until_minutes": 60,
        }
    )


def _update(b: Briefing) -> acts.UpdateStakeholders:
    figures = _ids(b, "figures")
    return acts.UpdateStakeholders(
        audience="public",
        status="mitigating",
        impact=values.Figure(name=figures[0], low=0, high=1e9) if figures else None,
        segments=_ids(b, "segments"),
        unknowns=_ids(b, "unknowns"),
        next_update_minutes=1,
    )


def _ids(b: Briefing, source: str) -> tuple[str, ...]:
    return tuple(option.id for option in b.options(source))
