"""Difficulty as a change of data: the same world, seen less or more clearly, with more or less help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulator.errors import UnknownName
from simulator.loaded import LoadedScenario
from simulator.scenario.data import Duration
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Metric
from simulator.scenario.people import Cue, Role

DIFFICULTIES = ("novice", "standard", "expert")
CALM, NOISY = 0.5, 1.6
"""Factor on the noise of every series."""
SOONER, LATER = 0.6, 1.3
"""Factor on the time at which a simulated holder brings a cue up unasked."""
UNASKED = 20 * 60
"""When a novice is told at the latest what others would have to ask for."""
CLUMSY = 2.0
"""Factor on the probability that an expert's simulated teammates slip; a novice's never do."""
SECONDARY = 1.5
"""Factor on the time in which the secondary of an absent specialist answers."""


def at(loaded: LoadedScenario, difficulty: str) -> LoadedScenario:
    """Return a scenario as it is played at a difficulty; `standard` is as it was written. Raises UnknownName."""
    if difficulty not in DIFFICULTIES:
        raise UnknownName("difficulty", difficulty, DIFFICULTIES)
    if difficulty == "standard":
        return loaded
    return replace(loaded, scenario=_CHANGES[difficulty](loaded.scenario), difficulty=difficulty)


def _novice(s: Scenario) -> Scenario:
    return s.model_copy(
        update={
            "metrics": tuple(
                _with(m, missing_from=None, panel=m.panel or m.id in s.novice.panels, **_noise(m, CALM))
                for m in s.metrics
            ),
            "roles": tuple(
                _with(r, cues=tuple(_sooner(cue) for cue in r.cues), unanswered=0.0, slips=0.0) for r in s.roles
            ),
            # A page more would move T+0: the first page opens the drill.
            "alerts": (*s.alerts, *(_with(rule, page=None) for rule in s.novice.alerts)),
        }
    )


def _expert(s: Scenario) -> Scenario:
    return s.model_copy(
        update={
            "metrics": tuple(
                _with(m, missing_from=_sooner_gone(m, s.expert.missing.get(m.id)), **_noise(m, NOISY))
                for m in s.metrics
            ),
            "roles": tuple(_absent(_later(r), s.expert.absent) for r in s.roles),
            "hints": (),
            "injects": (*s.injects, *s.expert.injects),
            "merges": (*s.merges, *s.expert.merges),
        }
    )


def _with(part: Any, **changes: Any) -> Any:
    return part.model_copy(update=changes)


def _noise(metric: Metric, factor: float) -> dict[str, float]:
    return {"noise": round(metric.noise * factor, 6), "floor": round(metric.floor * factor, 6)}


def _sooner_gone(metric: Metric, since: int | None) -> int | None:
    given = [at for at in (metric.missing_from, since) if at is not None]
    return min(given, default=None)


def _sooner(cue: Cue) -> Cue:
    told = UNASKED if cue.volunteered_at is None else round(SOONER * cue.volunteered_at)
    return _with(cue, volunteered_at=told)  # type: ignore[no-any-return]


def _later(role: Role) -> Role:
    cues = tuple(
        _with(cue, volunteered_at=None if cue.volunteered_at is None else round(LATER * cue.volunteered_at))
        for cue in role.cues
    )
    return _with(role, cues=cues, slips=min(1.0, CLUMSY * role.slips))  # type: ignore[no-any-return]


def _absent(role: Role, absent: tuple[str, ...]) -> Role:
    if role.id not in absent:
        return role
    slower = Duration(median=round(SECONDARY * role.joins_after.median), spread=role.joins_after.spread)
    return _with(role, unanswered=1.0, joins_after=slower)  # type: ignore[no-any-return]


_CHANGES: dict[str, Callable[[Scenario], Scenario]] = {"novice": _novice, "expert": _expert}
