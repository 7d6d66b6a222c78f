"""Drills that nobody played: recorded scorecards with chance laid over, to show what many drills look like."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

from simulator.record.result import CriterionResult, DrillResult, Forecast, Held, with_body

SHIPPED = Path(__file__).with_name("sample.json")
"""Rows of the recorded drills under tests/golden, one a scenario and responder."""
DAY = 86_400.0
NAMES = ("Ana", "Ben", "Chi", "Dov", "Eli", "Fay", "Gus", "Hana")
SEED = 20
BANDS = ((85, "P"), (70, "S"), (50, "M"), (0, "U"))
LEARNT = 0.25
"""How much of what a first drill leaves open is closed by the last one, where somebody drills often."""


@cache
def recorded() -> tuple[DrillResult, ...]:
    """Return the rows that samples are made from."""
    found = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return tuple(with_body(json.dumps(one.pop("body")), **one) for one in found)


def samples(number: int, team: str, until: float, *, stem: str = "sample", seed: int = SEED) -> Iterator[DrillResult]:
    """Yield so many made-up drills of a team, the last one at `until`; the same ones for the same seed."""
    chance = Random(seed)
    models = [one for one in recorded() if one.total is not None]
    begun = until - 7 * DAY * min(number, 52)
    for n in range(number):
        model = models[chance.randrange(len(models))]
        at = begun + (until - begun) * (n + 1) / number
        yield _varied(model, chance, (n + 1) / number, f"{stem}-{n:05d}-{team}"[:40], team, at)


def _all_patterns() -> list[tuple[str, str]]:
    return sorted({pair for one in recorded() for pair in one.patterns.items()})


def _varied(model: DrillResult, chance: Random, learnt: float, drill: str, team: str, at: float) -> DrillResult:
    quality = min(1.0, max(0.15, chance.gauss(0.62, 0.16) + LEARNT * learnt))
    criteria = tuple(_criterion(one, chance, quality) for one in model.criteria)
    sums = {part.id: sum(one.points for one in criteria if one.part == part.id) for part in model.parts}
    parts = [replace(part, points=round(sums[part.id], 1)) for part in model.parts]
    earned, of = sum(one.points for one in parts), sum(one.out_of for one in parts)
    uncapped = int(100 * earned / of) if of else 0
    shown = {ident: title for ident, title in _all_patterns() if chance.random() > quality + 0.1}
    total = min(uncapped, 84) if shown else uncapped
    spread, names = chance.randrange(1, 6), chance.sample(NAMES, len(model.held))
    return replace(
        model, drill=drill, team=team, ended=at, sample=True, kind="team", mode="training", criteria=criteria,
        parts=tuple(parts), patterns=shown, uncapped=uncapped, total=total,
        band=next(band for least, band in BANDS if total >= least),
        low=max(0, total - spread), high=min(100, total + spread), caps=(), people=3,
        times={name: None if second is None else round(second * (1.9 - quality) * chance.uniform(0.8, 1.25))
               for name, second in model.times.items()},
        held=tuple(Held(name, one.role, one.title) for one, name in zip(model.held, names, strict=True)),
        forecasts=tuple(_forecast(chance) for _ in range(3)),
    )  # fmt: skip


def _criterion(one: CriterionResult, chance: Random, quality: float) -> CriterionResult:
    if one.status == "not_applicable" or not one.out_of:
        return one
    share = min(1.0, max(0.0, chance.gauss(quality, 0.3)))
    share = 1.0 if share > 0.9 else 0.0 if share < 0.15 else share
    status = "met" if share == 1.0 else "missed" if share == 0.0 else "partial"
    return replace(one, status=status, points=round(share * one.out_of, 1))


def _forecast(chance: Random) -> Forecast:
    said = chance.choice((0.3, 0.5, 0.6, 0.7, 0.8, 0.9))
    return Forecast(said, chance.random() < 0.75 * said + 0.05)
