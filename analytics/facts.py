"""Whether what people stated was so: figures, picks, status, severity, and the weight of evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from analytics.view import B, Moment, RecordView
from simulator import acts, values
from simulator import events as e
from simulator.record.entry import Entry
from simulator.scenario.conditions import holds
from simulator.scenario.parts import Tick

WITHIN, WITHIN_AHEAD = 0.20, 0.50
"""A stated figure may be this far off the truth, one of what is to come that far."""
WIDEST = 2.0
"""An interval is honest while its high end is at most this many times its low end."""
LONGEST_PROMISE = 60
"""Minutes within which a promised check has to come."""
FARTHEST = 50
"""How many tolerances of its metric a promised threshold may be away from normal: beyond that nothing fails it."""
LEVELS = ("L1", "L2", "L3")
LAG = 180
"""Seconds by which what is stated may lag behind the world."""
CAUTIOUS = 600
"""Seconds after a green rerun for which it is no mistake to go on calling it mitigated."""

WORTH = {"physics": 1.0, "receipt": 1.0, "artifact": 0.5, "narrative": 0.0}
"""What evidence of a class is worth: what the system did, over panels, over what somebody says."""


def figure_true(view: RecordView, figure: values.Figure, at: int) -> bool | None:
    """Tell whether a stated figure holds against the truth of the three minutes before; None if nobody can tell."""
    truth = view.figure_range(figure.name, at)
    return None if truth is None else _matches(figure, truth, WITHIN)


def _matches(figure: values.Figure, truth: tuple[float, float], within: float) -> bool:
    low, high = truth
    if figure.high is None or figure.high == figure.low:
        return low - within * abs(low) <= figure.low <= high + within * abs(high)
    if figure.high < figure.low:
        return False
    # An interval must be narrow enough to say something; around a small truth its width is measured against that.
    narrow = figure.high <= WIDEST * figure.low or figure.high - figure.low <= max(1.0, within * 2 * abs(high))
    return narrow and figure.low <= high and figure.high >= low


def risk_true(view: RecordView, snapshot: Moment[acts.RecordSnapshot]) -> bool | None:
    """Tell whether a snapshot's risk of waiting fits what doing nothing for 30 minutes would have come to.

    A figure that only grows (a dimension of harm) may be given as its level by then or as what is added.
    """
    # A snapshot that was corrected later is two under one name.
    alike = [one for one in view.references.waiting if one.ref == snapshot.ref]
    waiting = next((one for one in alike if one.at == snapshot.at), alike[0] if alike else None)
    figure = snapshot.body.risk_of_waiting
    if waiting is None or figure is None or figure.name not in waiting.then:
        return None
    then, now = waiting.then[figure.name], waiting.now.get(figure.name, 0.0)
    ways = [then]
    if figure.name in {one.id for one in view.scenario.harm}:
        ways.append(then - now)
    return any(_matches(figure, (way, way), WITHIN_AHEAD) for way in ways)


def tick_true(view: RecordView, group: str, ident: str, at: int) -> bool:
    """Tell whether a pickable statement (risk, residual risk, unknown, revision) is so at a second."""
    tick = view.scenario.find(group, ident)
    return tick is not None and _so(view, tick, at)


def _so(view: RecordView, tick: Tick, at: int) -> bool:
    return tick.true and (not tick.true_when or any(
        holds(one, facts) for one in tick.true_when for facts in view.facts(at)))  # fmt: skip


def discriminates(view: RecordView, group: str, idents: Iterable[str], at: int, wanted: int = 1) -> float:
    """Return how well a set of picks tells what is so from what is not (0 … 1): all is 0, and so is none.

    `wanted` true ones are enough; each false one takes off its share of all that are false.
    """
    picked = set(idents)
    every = getattr(view.scenario, group)
    true = {one.id for one in every if _so(view, one, at)}
    return hits_less_misses(picked, true, {one.id for one in every} - true, wanted)


def hits_less_misses(picked: Collection[str], true: Collection[str], false: Collection[str], wanted: int) -> float:
    """Return the share of the true ones that were picked, `wanted` being enough, less the share of the false ones."""
    hits, misses = len(set(picked) & set(true)), len(set(picked) - set(true))
    found = min(1.0, hits / min(wanted, len(true))) if true else float(not picked)
    return max(0.0, found - misses / max(1, len(false)))


def status_true(view: RecordView, status: str, at: int) -> bool:
    """Tell whether a stated status holds. A cautious one does until a green rerun shows more; recovered, in the world.

    Three minutes of lag are allowed either way.
    """
    if status == "recovered":
        return any(not view.outside(t) for t in (at, at - LAG, at + LAG))
    begun = any(run.begun <= at + LAG for run in view.mitigations)
    if status == "investigating":
        return not any(run.begun <= at - LAG for run in view.mitigations)
    return begun and not view.recovery.fresh_green(view.recovery.last_change, at - CAUTIOUS)


def can_fail(view: RecordView, check: values.Check) -> bool:
    """Tell whether a promised check says something: the right way round, near the metric's normal, within an hour."""
    metric = view.scenario.find("metrics", check.metric)
    if metric is None or check.within_minutes > LONGEST_PROMISE:
        return False
    if metric.good != "flat" and (check.is_ == "below") != (metric.good == "low"):
        return False
    if metric.unit == "ratio" and not 0 < check.threshold < 1:
        return False
    normal = metric.normal or 0.0
    tolerance = max(metric.within_abs, metric.within * abs(normal))
    return not tolerance or abs(check.threshold - normal) <= FARTHEST * tolerance


def can_go_off(view: RecordView, trigger: values.Check) -> bool:
    """Tell whether a trigger can ever go off: a metric there is, towards what is bad, above nothing, within an hour."""
    metric = view.scenario.find("metrics", trigger.metric)
    if metric is None or trigger.within_minutes > LONGEST_PROMISE or trigger.threshold < 0:
        return False
    worse = "above" if metric.good == "low" else "below"
    return bool(metric.good == "flat" or trigger.is_ == worse)


def severity_truth(view: RecordView, at: int) -> str:
    """Return the level that the playbook gives for what could be known at a second."""
    world = next(iter(view.samples_near(at)), {})
    known = frozenset(
        one.fact
        for one in view.scenario.severity_facts
        if one.known_from <= at and (one.until is None or at < one.until) and world.get(one.fact, True)
    )
    return view.playbook.severity.level(known)


# --- evidence ----------------------------------------------------------------------------------------------


def weight(entry: Entry) -> float:
    """Return what one piece of evidence is worth by its class."""
    body = entry.body
    match body:
        case e.QueryFinished():
            return WORTH[body.evidence] if body.ok else 0.0
        case e.ActionFinished() | e.AlertFired() | e.ChangeHappened() | acts.RecordVerification():
            return WORTH["receipt"]
        case e.MetricPinned() | acts.RecordPacket() | acts.RecordReadiness() | acts.RecordSnapshot():
            return WORTH["artifact"]
        case _:
            return WORTH["narrative"]


def queried(view: RecordView, refs: Iterable[str], moment: Moment[B]) -> tuple[Entry, ...]:
    """Return those of the cited entries that are good query runs or log searches."""
    return tuple(x for x in view.cited(refs, moment) if isinstance(x.body, e.QueryFinished) and x.body.ok)


def solid(view: RecordView, refs: Iterable[str], moment: Moment[B]) -> tuple[Entry, ...]:
    """Return those of the cited entries that are more than somebody's word."""
    return tuple(x for x in view.cited(refs, moment) if weight(x) > 0)


def telling(view: RecordView, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the query runs among `entries` that test the true cause, for or against a rival."""
    found = []
    for entry in entries:
        spec = view.spec_of(entry.body) if isinstance(entry.body, e.QueryFinished) else None
        if spec and (spec.discriminates or any(view.is_true("causes", cause) for cause in spec.supports)):
            found.append(entry)
    return tuple(found)
