"""What was known, by whom and how surely: cues, reruns and comparisons, and what made it worse meanwhile."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from analytics.facts import tick_true
from analytics.report import story
from analytics.report.tables import each
from simulator import events as e
from simulator.text import clock
from ui.reports.finished import Finished
from ui.reports.numbers import counted

JUMP, STEADY = 0.2, 4
"""A figure jumps by more than this share of its worst, and this many times its step of the minute before."""


def knew(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what one seat alone knew, and when it reached the others: what never did comes first."""
    order = ("never", "late", "asked", "offered", "overtaken")
    rows = [row for row in each(story.cues(drill.view)) if not math.isnan(row.known)]
    for row in sorted(rows, key=lambda row: (order.index(row.how), row.known)):
        moot = "nobody; it mattered no more" if row.how == "overtaken" else "nobody"
        yield {"seat": row.title, "what": row.text, "matters_for": row.matters_for,
               "known": clock(round(60 * row.known)),
               "reached": moot if math.isnan(row.shared) else clock(round(60 * row.shared))}  # fmt: skip


def checks(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield each rerun of the failing path and each comparison with a baseline, with what it came to.

    `stale` tells of one that something was changed after it had begun.
    """
    view = drill.view
    for one in view.recovery.certificates:
        body, rows, stale = view.entry(one.seq).body, list[str](), one.since < view.recovery.last_change
        if isinstance(body, e.VerificationMeasured):
            rows = [row.sentence(drill.names) for row in body.rows]
            what, came = "Comparison with a baseline", "all within it" if one.green else "not back to it"
        elif isinstance(body, e.QueryFinished):
            what, came = drill.names.title("queries", body.query), "green" if one.green else "red"
        else:
            continue
        yield {"at": clock(one.at), "what": what, "came": came, "green": one.green, "stale": stale, "rows": rows}


def unsaid(drill: Finished) -> list[str]:
    """Return the residual risks that were so when people left, and that nobody put on record."""
    view = drill.view
    return [one.title for one in drill.scenario.residual_risks if not one.nothing
            and one.id not in view.history.residual_risks and tick_true(view, "residual_risks", one.id, view.left)]


def worsened(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield each queued change that landed and did harm, with what jumped in the minute around it."""
    for m in drill.view.all(e.MergeLanded):
        if m.body.harmful:
            merge = drill.scenario.find("merges", m.body.merge)
            yield {"at": clock(m.at), "what": merge.summary if merge else m.body.merge,
                   "service": drill.names.title("services", m.body.service), "jumped": list(_jumps(drill, m.at))}


def _jumps(drill: Finished, at: int) -> Iterator[str]:
    samples = [(m.at, {**m.body.harm, **m.body.figures}) for m in drill.view.samples]
    for one in {one.id: one for one in (*drill.scenario.figures, *drill.scenario.harm)}.values():
        given = [(then, values[one.id]) for then, values in samples if one.id in values]
        before, after = [value for then, value in given if then < at], [value for then, value in given if then > at]
        if len(before) > 1 and after:
            step, usual = after[0] - before[-1], abs(before[-1] - before[-2])
            if step > max(JUMP * max(value for _, value in given), STEADY * usual):
                yield f"{one.title}: {counted(before[-1], one.unit)} before, {counted(after[0], one.unit)} after"
