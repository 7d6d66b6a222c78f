"""How far a response is along its playbook's timeline: done, due, late, not yet, too late to be had at all.

A row is done when its record exists. Whether the record was right is for the debrief, and nothing here tells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from analytics import playbook as books
from analytics.criteria import CRITERIA
from simulator import acts
from simulator import events as e
from simulator.acts import ACTS, Act
from simulator.briefing import Briefing
from simulator.values import COMMANDER, DEPUTY, PLACES, SCRIBE, Lane
from ui.documents.known import SeatView
from ui.parts.catalogue import kind_of
from ui.parts.marks import counts_for

State = Literal["done", "due", "late", "not yet", "too late"]
SOON = 600
"""Seconds before its time from which a row is due."""
EVERY = 10
"""Drill seconds between two looks at the clock: what stands on a board changes no oftener by time alone."""
EASY = {"run_query", "search_logs", "pin_metric"}
"""Acts that by themselves are no record of anything."""
RERUN = kind_of(acts.RunQuery)
"""By what the gate's condition is met that the failing path was walked again."""
Found = Callable[[SeatView], int | None]
"""When what a row asks for was on record, None where it is not."""


class Milestone(NamedTuple):
    """One line of a playbook's timeline."""

    id: str
    title: str
    by: int
    """Drill second until which it is in time."""
    state: State
    at: int | None
    """When it was done, where a time can be said."""
    mine: bool
    """It is about this seat."""
    opens: str
    """Kind of the act that does it."""


def at(b: Briefing) -> int:
    """Return the second as of which a board is drawn."""
    return b.now - b.now % EVERY


def played(b: Briefing) -> books.Playbook:
    """Return the playbook of a drill; of one that was opened with a file of its own, the default."""
    return _book(b.incident.playbook)


@lru_cache(maxsize=32)
def _book(name: str) -> books.Playbook:
    """Return a playbook; which there are is looked up in a folder, and each is read once in a process."""
    return books.load(name if name in books.names() else books.DEFAULT)


def progress(b: Briefing) -> list[Milestone]:
    """Return the rows of the playbook that is played, by the time at which they are due."""
    book, k = played(b), SeatView(b)
    duties, moved = b.incident.duties(b.role), dict(b.catalogue.moved)
    rows = []
    for _, one in book.criteria():
        if one.t1 is None:
            continue
        done, by = when(one.kind)(k), round(60 * moved.get(one.id, one.t1))
        open_now: State = "late" if at(b) > by else "due" if at(b) >= by - SOON else "not yet"
        if one.kind in _BEFORE and _BEFORE[one.kind](k) is not None:
            open_now = "too late"
        state: State = "done" if done is not None else open_now
        mine = counts_for(frozenset(one.owners), duties)
        rows.append(Milestone(one.id, one.title.partition(",")[0], by, state, done, mine, opens(one.kind)))
    return sorted(rows, key=lambda row: row.by)


def when(kind: str) -> Found:
    """Return how one finds that what a predicate judges is on record; of an unknown one, any act that it reads."""
    return _ROWS[kind][0] if kind in _ROWS else lambda k: _first(k, *_read(kind))


def opens(kind: str) -> str:
    """Return the act by which one sees to a row."""
    act = _ROWS[kind][1] if kind in _ROWS else next(iter(_read(kind)), acts.NoteTimeline)
    return kind_of(act)


def _read(kind: str) -> list[type[Act]]:
    read = dict.fromkeys(one.partition(".")[0] for one in CRITERIA[kind].reads)
    return [ACTS[one] for one in read if one not in EASY and ACTS[one].tab]


def _first(k: SeatView, *kinds: type[Act] | type[e.Event]) -> int | None:
    return min((x.at for x in k.done(*kinds)), default=None)


def _all(*found: int | None) -> int | None:
    """Return when the last of several was there, None where one is missing."""
    there = [one for one in found if one is not None]
    return max(there) if there and len(there) == len(found) else None


def _held(k: SeatView, post: str) -> int | None:
    return min((one.since for one in k.b.incident.posts[post].held), default=None)


def _lane(k: SeatView, *lanes: str) -> int | None:
    named: dict[str, int] = {}
    for x in k.done(acts.AssignLane):
        if isinstance(x.body, acts.AssignLane):
            named.setdefault(x.body.lane, x.at)
    return _all(*(named.get(lane) for lane in lanes))


def _pair(k: SeatView) -> int | None:
    return _all(_held(k, COMMANDER), _held(k, DEPUTY)) if k.b.incident.paired else None


def _options(k: SeatView) -> int | None:
    cards: dict[str, int] = {}
    began = _mitigating(k)
    for x in k.b.incident.given("option"):
        if isinstance(x.body, acts.RecordOption) and (began is None or x.at <= began):
            cards.setdefault(x.body.action, x.at)
    return sorted(cards.values())[1] if len(cards) > 1 else None


def _mitigating(k: SeatView) -> int | None:
    return k.b.mitigating_since()


def _carried_out(k: SeatView) -> int | None:
    return min((run.finished or 0 for run in k.steps() if run.state == "done"), default=None)


def _began(k: SeatView) -> int | None:
    return min((run.started for run in k.steps() if run.started is not None), default=None)


def _compared(k: SeatView) -> int | None:
    since = _carried_out(k)
    return None if since is None else min((x.at for x in k.b.incident.measured if x.at >= since), default=None)


def _rerun(k: SeatView) -> int | None:
    """Return when the gate last had nothing against the rerun: whether it ran is what the gate tells everybody."""
    done = _carried_out(k)
    if done is None or any(one.by == RERUN for one in k.b.missing_for_closure()):
        return None
    return max((x.at for x in k.done(e.QueryFinished) if x.at >= done), default=None)


def _told(k: SeatView) -> int | None:
    return _first(k, acts.UpdateStakeholders, acts.UpdateExecutives, acts.EscalateInternally)


def _impact(k: SeatView) -> int | None:
    told = k.done(
        acts.StateScope, acts.RecordPacket, acts.UpdateStakeholders, acts.UpdateExecutives, acts.EscalateInternally
    )
    return min((x.at for x in told if getattr(x.body, "impact", None)), default=None)


def _number(number: str) -> Found:
    return lambda k: min((x.at for x in k.b.incident.given(number)), default=None)


_DECLARED = (lambda k: _first(k, acts.Declare), acts.Declare)
_CONTAINED = (_carried_out, acts.TakeAction)
_ROWS: Mapping[str, tuple[Found, type[Act]]] = {
    "severity_confirmed": _DECLARED, "severity_level": _DECLARED, "severity_by_level": _DECLARED,
    "captured_at_once": _DECLARED,
    "detection": (lambda k: _first(k, acts.AcknowledgePage, acts.Declare), acts.AcknowledgePage),
    "merges_frozen": (lambda k: _first(k, acts.Freeze), acts.Freeze),
    "command_pair": (_pair, acts.AssignRole),
    "roles_named": (
        lambda k: _all(_held(k, COMMANDER), _held(k, SCRIBE), _lane(k, PLACES["executes"], PLACES["speaks"])),
        acts.AssignRole),
    "options_compared": (_options, acts.RecordOption),
    "readiness_known": (_number("readiness"), acts.RecordReadiness),
    "one_branch": (lambda k: _all(_number("decision")(k), _began(k)), acts.RecordDecision),
    "fastest_safe": (lambda k: _first(k, acts.RecordOption, acts.RecordDecision, acts.TakeAction), acts.RecordOption),
    "verified": (_rerun, acts.RunQuery),
    "baseline_compared": (_compared, acts.RecordVerification),
    "recovered_both_ways": (_compared, acts.RecordVerification),
    "verification_checklist": (_compared, acts.RecordVerification),
    "note_published": (_number("note"), acts.PublishDecisionNote),
    "checkpoint_committed": (lambda k: _first(k, acts.CommitCheckpoint), acts.CommitCheckpoint),
    "severity_and_dependency": (
        lambda k: _all(_first(k, acts.Declare), _first(k, acts.ClassifyDependency)), acts.ClassifyDependency),
    "first_minutes": (
        lambda k: _all(
            _pair(k), _first(k, acts.Freeze), _number("readiness")(k),
            _lane(k, *get_args(Lane))),
        acts.AssignLane),
    "evidence": (lambda k: _all(_number("snapshot")(k), _number("packet")(k)), acts.RecordSnapshot),
    "communication": (_told, acts.UpdateStakeholders),
    "scope_bounded": (_number("scope"), acts.StateScope),
    "impact_stated": (_impact, acts.StateScope), "impact_confirmed": (_impact, acts.StateScope),
    "timeline_kinds": (_number("timeline"), acts.NoteTimeline),
    "contained_first": _CONTAINED, "containment_fits": _CONTAINED, "containment_checklist": _CONTAINED,
    "diagnosis_steps": (_number("hypothesis"), acts.StateHypothesis),
}  # fmt: skip
"""Predicate with a time -> how one finds that its record exists, and the act by which one sees to it."""
_BEFORE: Mapping[str, Found] = {"options_compared": _mitigating}
"""Predicate that asks for something before something else -> when that was, None while it was not."""
