"""The predicates that a playbook composes, and what each reads of people's acts.

One for a criterion is `(view, criterion, *, parameters) -> Finding`, for a cap `(view, cap, …) -> list of CapHit`, for
an anti-pattern `(view, pattern, …) -> PatternHit | None`: pure functions. Its name is its `kind`. To add one, write it
in the module it belongs to and name it in a playbook: nothing else lists it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analytics.criteria import (
    antipatterns,
    blueprint,
    caps,
    checkpoints,
    comms,
    containment,
    detection,
    diagnosis,
    done,
    fixing,
    gates,
    informing,
    keeping,
    kept,
    ladders,
    leaks,
    mitigating,
    outcome,
    protected,
    protocols,
    roles,
    scope,
    telling,
)
from analytics.criteria.judging import Judge, found_in
from analytics.criteria.ladders import POSTURES
from analytics.judged import Judged
from analytics.playbook import Ask, Playbook
from analytics.scorecard import CapHit, Finding, Owner, PatternHit
from simulator.scenario.document import Steps

CRITERIA: Mapping[str, Judge[Finding]] = found_in(
    blueprint, comms, gates, ladders, outcome, protocols,
    containment, detection, diagnosis, done, fixing, kept, telling,
    roles, scope, mitigating, keeping, informing, checkpoints, protected,
)  # fmt: skip
CAPS: Mapping[str, Judge[list[CapHit]]] = found_in(caps, leaks)
PATTERNS: Mapping[str, Judge[PatternHit | None]] = found_in(antipatterns)


def judged(playbook: Playbook) -> Iterator[tuple[Steps, str, Judged | Ask, Mapping[str, Judge[object]]]]:
    """Yield (path in the playbook, what it is, it, the predicates there are for it) for all that is judged."""
    for at, part in enumerate(playbook.parts):
        for number, one in enumerate(part.criteria):
            yield ("parts", at, "criteria", number), "criterion", one, CRITERIA
    for at, cap in enumerate(playbook.caps):
        yield ("caps", at), "cap", cap, CAPS
    for at, pattern in enumerate(playbook.anti_patterns):
        yield ("anti_patterns", at), "anti-pattern", pattern, PATTERNS
    for at, dependency in enumerate(playbook.dependencies):
        for number, ask in enumerate(dependency.asks):
            yield ("dependencies", at, "asks", number), "posture", ask, POSTURES


def reads(playbook: Playbook) -> Mapping[str, Mapping[str, frozenset[Owner]]]:
    """Return act -> field -> the duties for which a playbook counts it; `all` stands for everybody's."""
    found: dict[str, dict[str, frozenset[Owner]]] = {}
    for _, _, one, known in judged(playbook):
        owners: tuple[Owner, ...] = getattr(one, "owners", ("all",))
        for read in sorted(known[one.kind].reads):
            kind, _, field = read.partition(".")
            fields = found.setdefault(kind, {})
            fields[field] = fields.get(field, frozenset()) | frozenset(owners)
    return found
