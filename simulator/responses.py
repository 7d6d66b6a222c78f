"""Whether the response that an inject calls for came: in time, late, never, or before anybody had to ask for it.

The facilitator's list of events, the debrief and the documents share this one definition.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from simulator import acts
from simulator.changes import changes
from simulator.record.entry import Entry
from simulator.record.facts import about_people
from simulator.record.history import History
from simulator.scenario.conditions import fits
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Inject

Verdict = Literal["on time", "already done", "late", "missed", "kept", "broken", "none expected"]
GOOD: tuple[Verdict, ...] = ("on time", "already done", "kept")
LASTS = (
    acts.AcknowledgePage, acts.Declare, acts.AssignLane, acts.PageTeam, acts.AssignTask, acts.PublishDecisionNote,
)  # fmt: skip
"""What need not be done again once it is done. A look stands until something changes the world, a freeze until it is
lifted, a step until it is taken back; an answer, an update and a handoff belong to their occasion."""


class Response(NamedTuple):
    """What came of what an inject called for: the entry that did it, if any, the verdict, the second it counts from.

    What was under way as the inject came counts from when it took effect or came out, all else from when it was given.
    """

    entry: Entry | None
    verdict: Verdict
    at: int | None = None


def untimely(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the injects that were fired though their condition did not hold: what they say was not so."""
    fired = (x.body for x in entries if isinstance(x.body, acts.FireInject))
    return frozenset(body.inject for body in fired if body.anyway)


class Responses:
    """What came of the injects of a drill so far; made once for all of them."""

    def __init__(self, entries: Iterable[Entry], history: History, scenario: Scenario) -> None:
        """`entries` are the accepted ones, `history` what they add up to."""
        self._acts = [x for x in entries if x.is_act]
        self._scenario = scenario
        self._changed = [one.seq for one in changes(history, scenario)]
        self._untimely = untimely(self._acts)
        self._runs = {run.order_seq: run for run in history.runs.values()}
        self._measured = history.measured

    def to(self, inject: Inject, came: Entry) -> Response:
        """Return what came of the response that `inject`, delivered by entry `came`, calls for.

        What was done before counts while its effect stands. One that was fired though its condition did not hold calls
        for nothing: what it says was not so. Raises ValueError where the inject calls for nothing.
        """
        wanted = inject.expects
        if wanted is None:
            raise ValueError(f"{inject.id} calls for no response")
        if inject.id in self._untimely:
            return Response(None, "none expected")
        found = list(_fitting(self._acts, self._scenario, inject))
        reply = next((x for x in found if x.seq > came.seq), None)
        in_time = reply is not None and reply.at - came.at <= wanted.within
        if wanted.never:
            return Response(reply, "broken", reply.at) if reply and in_time else Response(None, "kept")
        if reply and in_time:
            return Response(reply, "on time", reply.at)
        for x in found:
            if x.seq < came.seq and self._stands(x, inject, came):
                since = self._since(x)
                return Response(x, "already done" if since <= came.at else "on time", int(since))
        return Response(None, "missed") if reply is None else Response(reply, "late", reply.at)

    def _since(self, x: Entry) -> float:
        """Return the second at which what an act asked for took hold or came out; that of the act where it is all.

        Infinity: it is under way.
        """
        match x.body:
            case acts.TakeAction():
                run = self._runs.get(x.seq)
                if run is not None and run.carried is not None:
                    return run.carried + int(self._scenario.find("actions", run.ident).propagation)
            case acts.RunQuery(query=query):
                runs = (one for one in self._runs.values() if one.what == "query" and one.ident == query)
                out = next((one.finished for one in runs if one.order_seq > x.seq), None)
                return math.inf if out is None else out
            case acts.RecordVerification():
                return next((one.at for one in self._measured if one.seq > x.seq), math.inf)
        return x.at

    def _stands(self, x: Entry, inject: Inject, came: Entry) -> bool:
        """Tell whether what `x` did before an inject came still was so then, or was under way and came in time."""
        assert inject.expects is not None
        within = inject.expects.within
        match x.body:
            case acts.TakeAction():
                return self._in_effect(x, inject, came)
            case acts.Freeze():
                return self._frozen(x, came)
            case acts.RunQuery() | acts.RecordVerification():
                fresh = x.seq > max((seq for seq in self._changed if seq < came.seq), default=0)
                return fresh and self._since(x) - came.at <= within
        return isinstance(x.body, LASTS)

    def _in_effect(self, order: Entry, inject: Inject, came: Entry) -> bool:
        """Tell whether a step that was ordered before stands: it held by the inject's limit, and was not taken back.

        What an inject looks at in the world is what the step was to change: where that still was so once the step had
        taken hold, the step was not enough.
        """
        assert inject.expects is not None
        run = self._runs.get(order.seq)
        if run is None or run.outcome != "done" or run.aborted is not None or run.carried is None:
            return False
        spec, holds_from = self._scenario.find("actions", run.ident), self._since(order)
        if holds_from > came.at:
            return holds_from - came.at <= inject.expects.within
        if any(not about_people(name) for name in inject.when):
            return False
        back = (one for one in self._runs.values() if one.outcome == "done" and one.ident == spec.reversible_by)
        return not any(one.carried is not None and run.carried <= one.carried <= came.at for one in back)

    def _frozen(self, x: Entry, came: Entry) -> bool:
        """Tell whether what has to be frozen was, from `x` until an inject came."""
        held = History(self._scenario)
        scope = self._scenario.overlay.freeze_scope
        since = 0
        for one in self._acts:
            if one.seq < came.seq and isinstance(one.body, acts.Freeze | acts.LiftFreeze):
                held.apply(one)
                since = (since or one.seq) if held.is_frozen(scope) else 0
        return 0 < since <= x.seq


def _fitting(entries: Iterable[Entry], scenario: Scenario, inject: Inject) -> Iterator[Entry]:
    """Yield those acts that are what an inject calls for."""
    wanted = inject.expects
    assert wanted is not None
    for x in entries:
        if x.body.kind != wanted.command or not fits(wanted.fields, x.body):
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
