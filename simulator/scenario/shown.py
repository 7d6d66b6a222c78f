"""What shows that a part of a scenario is there: until somebody has seen that, they are not offered it."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.scenario.data import Pickable
from simulator.scenario.model import Scenario
from simulator.scenario.parts import AlertRule, Metric, Reach
from simulator.values import Ref

GROUPS = (
    "queries", "actions", "alerts", "causes", "metrics", "segments", "figures", "topics", "blast", "residual_risks",
    "unknowns", "reasons", "needs", "revisions", "factors", "reaches",
)  # fmt: skip
"""Parts of a scenario of which one may have to know before they are offered."""
Gates = Mapping[tuple[str, str], tuple[Ref, ...]]


def gates(scenario: Scenario) -> Gates:
    """Return (group, id) -> what shows that it is there, for all that not everybody knows from the start."""
    parts = ((group, part) for group in GROUPS for part in getattr(scenario, group))
    found = {(group, part.id): shown_by(part) for group, part in parts}
    for inject in (*scenario.injects, *scenario.expert.injects):
        if found.get(("actions", inject.proposes or "")):  # who hears a proposal knows of it
            found["actions", inject.proposes] += (Ref.to("inject", inject.id),)
    return {what: refs for what, refs in found.items() if refs}


def shown_by(part: Pickable | AlertRule) -> tuple[Ref, ...]:
    """Return what shows that something is there; empty for what everybody knows."""
    if isinstance(part, AlertRule):
        return (Ref.to("alert", part.id),)
    if isinstance(part, Metric) and part.panel:
        return ()  # it is in front of everybody
    if isinstance(part, Reach) and not part.known_by:
        return tuple(Ref.to("query", query) for query in part.shown_by)
    return part.known_by
