"""A recorded verification at work: hold still, then compare the window held with the baseline window."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from simulator import acts
from simulator import events as e
from simulator.monitoring.series import SCRAPE_SECONDS, Telemetry
from simulator.scenario.parts import Metric
from simulator.stage import Stage


def measure(
    stage: Stage, telemetry: Telemetry, command: acts.RecordVerification, run: str
) -> Generator[simpy.Event, Any, None]:
    """Wait `hold_minutes`, then emit what monitoring shows of each metric against its baseline."""
    began = stage.now
    hold = round(60 * command.hold_minutes)
    # The panel lags, so a window shorter than two scrapes would compare against one stale sample.
    yield stage.env.timeout(max(1, hold))
    since = min(began, stage.now - 2 * SCRAPE_SECONDS)
    rows = []
    for ident in command.metrics:
        metric = stage.scenario.find("metrics", ident)
        baseline = telemetry.mean(ident, round(60 * command.baseline_from), round(60 * command.baseline_to))
        current = telemetry.mean(ident, since, stage.now - metric.lag)
        if current is None:
            current = telemetry.latest(ident, stage.now)
        rows.append(
            e.MeasuredRow(
                metric=ident,
                segment=metric.segment,
                baseline=_rounded(baseline, metric),
                current=_rounded(current, metric),
                within=within(metric, baseline, current),
            )
        )
    stage.emit(e.VerificationMeasured(run=run, held=stage.now - began, rows=tuple(rows)))


def within(metric: Metric, baseline: float | None, current: float | None) -> bool:
    """Tell whether `current` is back at `baseline`, in the direction that is good for this metric."""
    if baseline is None or current is None:
        return False
    slack = max(metric.within * abs(baseline), metric.within_abs)
    too_high = round(current - baseline, 6) > slack
    too_low = round(baseline - current, 6) > slack
    return not (too_high if metric.good == "low" else too_low if metric.good == "high" else too_high or too_low)


def _rounded(value: float | None, metric: Metric) -> float | None:
    return None if value is None else round(value, metric.decimals)
