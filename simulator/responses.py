"""Whether the response that an inject calls for came: in time, late, never, or before anybody had to ask for it.

The facilitator's list of events, the debrief and the documents share this one definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from simulator import acts
from simulator.record.entry import Entry
from simulator.scenario.conditions import fits
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Inject

Verdict = Literal["on time", "already done", "late", "missed", "kept", "broken"]
GOOD: tuple[Verdict, ...] = ("on time", "already done", "kept")
LASTS = (
    acts.AcknowledgePage, acts.Declare, acts.AssignLane, acts.PageTeam, acts.AssignTask, acts.Freeze, acts.TakeAction,
    acts.PublishDecisionNote,
)  # fmt: skip
"""What need not be done again once it is done. An answer, an update and a handoff belong to their occasion."""
LOOKS = (acts.RunQuery, acts.RecordVerification)
"""What shows how things stand until something changes the world."""


class Response(NamedTuple):
    """What came of what an inject called for: the entry that did it, if any, and the verdict."""

    entry: Entry | None
    verdict: Verdict


def response(entries: Sequence[Entry], scenario: Scenario, inject: Inject, came: Entry, changed: Iterable[int]
             ) -> Response:
    """Return what came of the response that `inject`, delivered by entry `came`, calls for.

    `entries` are accepted ones, `changed` the sequence numbers of what changed the world. Raises ValueError where the
    inject calls for nothing.
    """
    wanted = inject.expects
    if wanted is None:
        raise ValueError(f"{inject.id} calls for no response")
    found = list(_fitting(entries, scenario, inject))
    reply = next((x for x in found if x.seq > came.seq), None)
    in_time = reply is not None and reply.at - came.at <= wanted.within
    if wanted.never:
        return Response(reply, "broken") if in_time else Response(None, "kept")
    if in_time:
        return Response(reply, "on time")
    last = max((seq for seq in changed if seq < came.seq), default=0)
    lifted = max((x.seq for x in entries if x.seq < came.seq and isinstance(x.body, acts.LiftFreeze)), default=0)
    for x in (x for x in found if x.seq < came.seq):
        since = last if isinstance(x.body, LOOKS) else lifted if isinstance(x.body, acts.Freeze) else 0
        if isinstance(x.body, (*LASTS, *LOOKS)) and x.seq > since:
            return Response(x, "already done")
    return Response(reply, "missed" if reply is None else "late")


def _fitting(entries: Iterable[Entry], scenario: Scenario, inject: Inject) -> Iterator[Entry]:
    """Yield the acts that are what an inject calls for."""
    wanted = inject.expects
    assert wanted is not None
    for x in entries:
        if not x.is_act or x.body.kind != wanted.command or not fits(wanted.fields, x.body):
            continue
        if isinstance(x.body, acts.RecordContradiction) and not _about(x.body, scenario, inject):
            continue
        yield x


def _about(record: acts.RecordContradiction, scenario: Scenario, inject: Inject) -> bool:
    """Tell whether a contradiction is of the dispute to which an inject belongs: it names a side, or both ways out."""
    assert inject.expects is not None
    sides = [one for one in scenario.injects if one.expects and one.expects.label == inject.expects.label]
    proposed = {one.proposes for one in sides if one.proposes}
    voices = {one.voice for one in record.recommendations}
    named = bool(voices & {one.id for one in sides})
    return named or (len(proposed) > 1 and proposed <= {one.action for one in record.recommendations})
