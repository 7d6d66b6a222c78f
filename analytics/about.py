"""What a scorecard is of: which drill, played how and by whom, when its turning points came, and what was true.

Plain data that is published with the score. It names roles, never people.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analytics.recovery import Certificate
from analytics.scorecard import clock
from analytics.view import B, RecordView
from simulator import acts
from simulator import events as e
from simulator.values import HOST

TURNS = {
    "acknowledged": "Acknowledged", "declared": "Declared", "first_update": "First update",
    "first_mitigation": "First mitigation", "recovered": "Recovered", "verified": "Verified", "closed": "Closed",
}  # fmt: skip
"""Turning points of a drill, in the order in which they should come, as charts and tables name them."""
TURNING = {**TURNS, "first_mitigation": "First mitigation begun", "verified": "Recovery verified"}
"""The same where nothing around them says what of it counts."""
TIMES = tuple(TURNS)
LOOK = 15
"""Seconds between two looks of the record at what is within tolerance."""


def about(view: RecordView) -> dict[str, Any]:
    """Return what a score of this record is of."""
    head, book = view.header, view.playbook
    return {
        "playbook": {"id": book.id, "title": book.title, "version": book.version, "digest": book.digest()},
        "drill": {
            "scenario": head.scenario, "title": view.scenario.title, "variant": head.variant,
            "difficulty": head.difficulty, "seed": head.seed, "mode": head.mode, "policy": head.policy,
            "playbook": {"id": head.playbook.id, "digest": head.playbook.digest} if head.playbook else None,
            "scenario_version": head.scenario_version, "engine": head.engine,
            "roles": list(_roles(view)),
            **({"ended_early": view.left} if view.stopped_by_host else {}),
        },
        "times": times(view),
        "causes": [{"id": cause.id, "title": cause.title} for cause in view.scenario.causes if cause.true],
    }  # fmt: skip


def _roles(view: RecordView) -> Iterator[dict[str, Any]]:
    """Yield the roles that people held, with the minutes for which they did."""
    for seat in view.scenario.seats():
        sat = view.history.sat.get(seat.id, [])
        seconds = sum(
            max(0, min(stretch.until if stretch.until is not None else view.left, view.left) - max(0, stretch.since))
            for stretch in sat
        )
        if sat:
            yield {"role": seat.id, "title": seat.title, "minutes": round(seconds / 60, 1)}


def ending(view: RecordView) -> str:
    """Return in words how people stopped, and by whom; empty where the record stops before."""
    end = view.first(e.DrillEnded)
    if end is None:
        return ""
    if end.body.how == "resolved":
        return "closed by the team"
    asked = next((m for m in reversed(view.all(acts.EndDrill)) if m.seq < end.seq), None)
    if asked is None:
        return "time was up" if end.body.how == "time" else "stopped by the facilitator"
    if asked.role == HOST:
        return f"{'stopped' if end.body.how == 'stopped' else 'ended'} by the facilitator"
    return f"ended by the {view.title('roles', asked.role)}"


def times(view: RecordView) -> dict[str, int | None]:
    """Return drill second of each turning point, None for what never came."""
    first, recovered, verified = view.first_mitigation, _recovered(view), verification(view)
    found = {
        "acknowledged": _first(view, acts.AcknowledgePage),
        "declared": _first(view, acts.Declare),
        "first_update": _first(view, acts.UpdateStakeholders, acts.UpdateExecutives),
        "first_mitigation": first.begun if first else None,
        "recovered": recovered,
        # A check between two looks at the world may be green some seconds before the look that finds it recovered.
        "verified": None if verified is None or recovered is None else max(verified.at, recovered),
        "closed": view.closed.at if view.closed else None,
    }
    return {name: found[name] for name in TIMES}


def unmet(view: RecordView, name: str) -> str:
    """Return in words why a turning point has no time: it never came, or nothing had paged to be acknowledged."""
    paged = any(m.body.page for m in view.all(e.AlertFired))
    return "never" if paged or name != "acknowledged" else "nothing had paged"


def _first(view: RecordView, *kinds: type[B]) -> int | None:
    return next((m.at for m in view.all(*kinds)), None)


def _recovered(view: RecordView) -> int | None:
    """Return since when everything is within tolerance, None where something is out of it in the end or never was."""
    end = view.known_to
    if view.outside(end) or not view.affected:
        return None
    back = [m.at for m in view.all(e.ToleranceCrossed) if m.body.within and m.at <= end]
    sampled = [m.at for m in view.samples if m.at <= end and view.outside(m.at)]
    since = max(sampled, default=0)
    return max((at for at in back if at >= since), default=since if sampled else None)


def verification(view: RecordView) -> Certificate | None:
    """Return the first green rerun or comparison after the last change of what had recovered, if there was one."""
    recovered = _recovered(view)
    if not view.in_effect or recovered is None:
        return None
    found = view.recovery.fresh_green(view.recovery.last_change)
    return next((one for one in found if one.at > recovered - LOOK), None)


def how_verified(view: RecordView) -> str:
    """Return in words by which check it was verified, and which later one was not green; empty where it was not."""
    first = verification(view)
    if first is None:
        return ""
    red = [one for one in view.recovery.certificates if one.seq > first.seq and not one.green]
    but = f"; {_check(view, red[-1])} at {clock(red[-1].at)} was not green" if red else ""
    return f"by {_check(view, first)}{but}"


def _check(view: RecordView, one: Certificate) -> str:
    return "the rerun" if isinstance(view.entry(one.seq).body, e.QueryFinished) else "the comparison"
