"""What a record is judged by, one function each, and beside it what it reads of people's acts.

A criterion is `(view, criterion) -> Finding`, a cap `(view, cap) -> CapHit | None`, an anti-pattern `(view) -> Seen`:
pure functions. To add one, write it in the module it belongs to and give it a row in a playbook: nothing else lists it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from analytics.criteria import antipatterns, blueprint, caps, comms, gates, ladders, outcome, protocols
from analytics.criteria.antipatterns import Seen
from analytics.criteria.judging import Judge, found_in
from analytics.playbook import Cap, Criterion, Playbook
from analytics.scorecard import CapHit, Finding, Owner
from analytics.view import RecordView
from simulator.scenario.document import Steps

CRITERIA = cast(
    "Mapping[str, Judge[[RecordView, Criterion], Finding]]",
    found_in(blueprint, comms, gates, ladders, outcome, protocols),
)
CAPS = cast("Mapping[str, Judge[[RecordView, Cap], CapHit | None]]", found_in(caps))
PATTERNS = cast("Mapping[str, Judge[[RecordView], Seen]]", found_in(antipatterns))


def unjudged(playbook: Playbook) -> Iterator[tuple[Steps, str, str, Mapping[str, object]]]:
    """Yield (path in the playbook, what it is, its id, what there is) for what no function judges."""
    criteria = (
        (("parts", at, "criteria", number), one.id)
        for at, part in enumerate(playbook.parts)
        for number, one in enumerate(part.criteria)
    )
    caps = ((("caps", at), cap.id) for at, cap in enumerate(playbook.caps))
    patterns = ((("anti_patterns", at), pattern.id) for at, pattern in enumerate(playbook.anti_patterns))
    for what, there, known in (
        ("criterion", criteria, CRITERIA), ("cap", caps, CAPS), ("anti-pattern", patterns, PATTERNS),
    ):  # fmt: skip
        yield from (((*path, "id"), what, ident, known) for path, ident in there if ident not in known)


def reads(playbook: Playbook) -> Mapping[str, Mapping[str, frozenset[Owner]]]:
    """Return act -> field -> the duties for which a playbook counts it; `all` stands for everybody's."""
    found: dict[str, dict[str, frozenset[Owner]]] = {}
    judged = [
        *((CRITERIA[one.id].reads, one.owners) for _, one in playbook.criteria()),
        *((CAPS[cap.id].reads, cap.owners) for cap in playbook.caps),
    ]
    for fields_read, owners in judged:
        for read in sorted(fields_read):
            kind, _, field = read.partition(".")
            fields = found.setdefault(kind, {})
            fields[field] = fields.get(field, frozenset()) | frozenset(owners)
    return found
