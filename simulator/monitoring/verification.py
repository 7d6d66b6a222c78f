"""A recorded verification at work: hold still, then compare the window held with the baseline window."""

from __future__ import annotations

from collections.abc import Sequence

from simulator import events as e
from simulator.drill import Drill, Process
from simulator.monitoring.series import SCRAPE_SECONDS
from simulator.scenario.parts import Metric
from simulator.values import Ref


def measure(drill: Drill, run: Ref, metrics: Sequence[str], baseline: tuple[int, int], hold: int) -> Process:
    """Wait `hold` seconds, then emit what monitoring shows of each metric against its mean in the baseline window."""
    began, telemetry = drill.now, drill.telemetry
    # The panel lags, so a window shorter than two scrapes would compare against one stale sample.
    yield drill.env.timeout(max(1, hold))
    since = min(began, drill.now - 2 * SCRAPE_SECONDS)
    rows = []
    for ident in metrics:
        metric = drill.scenario.find("metrics", ident)
        before = telemetry.mean(ident, *baseline)
        current = telemetry.mean(ident, since, drill.now - metric.lag)
        if current is None:
            current = telemetry.latest(ident, drill.now)
        rows.append(
            e.MeasuredRow(
                metric=ident,
                segment=metric.segment,
                baseline=_rounded(before, metric),
                current=_rounded(current, metric),
                within=within(metric, before, current),
            )
        )
    drill.emit(e.VerificationMeasured(run=run, held=drill.now - began, rows=tuple(rows), baseline_to=baseline[1] / 60))


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
