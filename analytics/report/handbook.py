"""A playbook as Markdown: what is judged, for how much, by when, by which predicate and with which parameters.

Pages of the documentation and `drill playbook` print it; nobody writes it by hand, so it cannot say something else.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping

from analytics.criteria import CAPS, CRITERIA, PATTERNS
from analytics.criteria.judging import Judge
from analytics.judged import Judged
from analytics.playbook import Criterion, Playbook


def handbook(playbook: Playbook) -> str:
    """Return the whole of a playbook."""
    lines = [f"## {playbook.title}", "", *_severity(playbook), *_criteria(playbook), *_limits(playbook)]
    return "\n".join(lines).rstrip() + "\n"


def section(name: str, playbook: Playbook) -> str:
    """Return one section: its levels (`severity`), its criteria part by part, or its caps and anti-patterns (`limits`).
    """
    lines = {"severity": _severity, "criteria": _criteria, "limits": _limits}[name]
    return "\n".join(lines(playbook)).rstrip() + "\n"


def _severity(playbook: Playbook) -> Iterator[str]:
    yield "### Severity"
    yield ""
    heads = ("level", "when", "response", "posture", "stakeholders hear")
    rows = (
        (one.id, one.title, one.response, one.posture, f"every {one.update_minutes:g} min")
        for one in playbook.severity.levels
    )
    yield from _table(heads, rows)


def _criteria(playbook: Playbook) -> Iterator[str]:
    for part in playbook.parts:
        yield f"### {part.title}, {part.points:g}"
        yield ""
        heads = ("id", "pts", "t1 / t2", "owners", "what is judged")
        rows = (
            (one.id, f"{one.points:g}", _window(one), ", ".join(one.owners), f"**{one.title}.** {_says(one, CRITERIA)}")
            for one in part.criteria
        )
        yield from _table(heads, rows)


def _limits(playbook: Playbook) -> Iterator[str]:
    yield "### Caps"
    yield ""
    rows = (
        (f"{cap.id} {cap.title}", _says(cap, CAPS), f"{cap.limit}", f"−{cap.further}" if cap.further else "–")
        for cap in playbook.caps
    )
    yield from _table(("cap", "when", "limit", "each further act"), rows)
    yield "### Anti-patterns"
    yield ""
    shown = (
        (one.title, _says(one, PATTERNS), f"{one.limit}", ", ".join(one.owners)) for one in playbook.anti_patterns
    )
    yield from _table(("anti-pattern", "when", "limit", "whose, of persons"), shown)


def _window(one: Criterion) -> str:
    return "–" if one.t1 is None or one.t2 is None else f"{one.t1:g} / {one.t2:g}"


def _says(one: Judged, known: Mapping[str, Judge[object]]) -> str:
    """Return what a predicate looks at, in its own words, with the parameters it is given."""
    said = inspect.getdoc(known[one.kind].judge) or ""
    given = ", ".join(f"{name} {value}" for name, value in one.given.items())
    words = " ".join(said.split())
    return f"{words} (`{one.kind}`{f': {given}' if given else ''})"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    heads = tuple(heads)
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"
    yield ""
