"""What a scenario that reads well can still mean wrongly: rules of the house that can be read off its data alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from analytics.playbook import load, names
from simulator.errors import nearest
from simulator.scenario.document import Steps
from simulator.scenario.model import Scenario

Found = tuple[Steps, str, str]
TELLTALE = 300
"""Seconds before the fault in which a quiet window must not end: it would say when the fault began."""
LONGEST = 7200
"""Seconds of a horizon up to which the playbooks' minutes fit; beyond it a scenario gives windows of its own."""
SOON = 120
"""Seconds in which a false cause can be killed: its cheapest test."""
CONTRACT = ("simulation", "real world")
"""What a briefing must speak of, so that nobody takes it for real, or cannot leave it."""


def meant(s: Scenario) -> Iterator[Found]:
    """Yield what is meant wrongly, as far as the data alone can tell."""
    yield from _opening(s)
    yield from _measured(s)
    yield from _people(s)
    yield from _told(s)


def _opening(s: Scenario) -> Iterator[Found]:
    if datetime.fromisoformat(s.t0_utc).tzinfo is None:
        yield ("t0_utc",), f"{s.t0_utc!r} has no zone", "write it like 2026-03-12T14:02:00Z"
    lacks = [words for words in CONTRACT if words not in s.briefing.casefold()]
    if lacks:
        what = f"does not speak of {' or '.join(repr(one) for one in lacks)}"
        yield ("briefing",), what, "say that it is a simulation, and that “real world” leaves it for an emergency"
    for index, merge in enumerate(s.merges):
        if s.overlay.freeze_scope and merge.harmful and merge.service not in s.overlay.freeze_scope:
            what = f"harms, and {merge.service} is not in overlay.freeze_scope, so no freeze that is asked for holds it"
            yield ("merges", index), what, "name its service there, or say `harmful: false`"


def _measured(s: Scenario) -> Iterator[Found]:
    known, classes = _asked()
    for index, one in enumerate(s.severity_facts):
        if one.fact not in known:
            what = f"no playbook's severity asks for {one.fact!r}"
            yield ("severity_facts", index), what, f"use what they ask for{nearest(one.fact, known)}"
    if s.overlay.dependency not in classes:
        what = f"no playbook has the class {s.overlay.dependency!r}"
        yield (
            ("overlay", "dependency"),
            what,
            f"use one there is{nearest(s.overlay.dependency, classes)}",
        )
    for name in s.conventions.postures:
        if name not in classes:
            what = f"no playbook has the class {name!r}"
            yield ("conventions", "postures", name), what, f"use one there is{nearest(name, classes)}"
    for index, segment in enumerate(s.segments):
        if segment.id not in s.overlay.segment_indicators:
            remedy = "name a metric of it in overlay.segment_indicators"
            yield ("segments", index), "nothing that people could measure shows it", remedy
    if 0 < s.fault_at - 60 * s.overlay.baseline.to < TELLTALE:
        remedy = "take ten minutes near the oldest that panels show"
        yield ("overlay", "baseline"), "ends where the fault begins, and so gives that away", remedy
    if s.horizon > LONGEST and not s.overlay.windows:
        what = f"{s.horizon // 60} minutes, and the playbook's windows are those of an hour"
        yield ("horizon",), what, "shorten it, or give its own times in overlay.windows"


@cache
def _asked() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the facts that playbooks' severities ask for, and the classes of what may be hit."""
    books = [load(name) for name in names()]
    facts = sorted({fact for book in books for _, fact in book.severity.facts() if fact})
    return tuple(facts), tuple(sorted({one.id for book in books for one in book.dependencies}))


def _people(s: Scenario) -> Iterator[Found]:
    absent = {role.id for role in s.roles if not role.present}
    for index, rule in enumerate(s.alerts):
        if rule.page in absent:
            what = f"pages {rule.page}, who is not there at T+0"
            yield ("alerts", index, "page"), what, "page a seat; a specialist is paged by people"


def _told(s: Scenario) -> Iterator[Found]:
    for index, cause in enumerate(s.causes):
        tests = [q.takes.median for q in s.queries if cause.id in q.discriminates]
        if not cause.true and tests and min(tests) > SOON:
            yield ("causes", index), f"takes {min(tests)} s to rule out", f"give it a test of at most {SOON} s"
