"""How people worked together, as tables: tasks and their loops, who held what, who was told when, who did what.

Seats and roles, never people: nobody is ranked by them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analytics.criteria.common import in_command
from analytics.criteria.comms import promised
from analytics.criteria.protocols import work_shares
from analytics.report.tables import table
from analytics.view import RecordView
from simulator import acts, values
from simulator import events as e
from simulator.record.history import UPDATE_GRACE
from simulator.values import COMMANDER

if TYPE_CHECKING:
    import pandas as pd

PROMPT = 120
"""Seconds within which a task is acknowledged where the loop is closed."""
NAN = float("nan")
SAID, CONCLUDED, ORGANISED, CARRIED = "said and told", "concluded", "organised", "looked and did"
SITTING = (acts.TakeSeat, acts.LeaveSeat)
"""Acts that are no contribution."""
PARTS = (SAID, CONCLUDED, ORGANISED, CARRIED)
_PART = {"message": SAID, "decision": CONCLUDED, "lead": ORGANISED}
LEADERSHIP, EXECUTIVES, OUTSIDE = "leadership", "executives", "outside"
UPDATE, DUE, SILENCE = "update", "due", "silence"
HELD, HANDOFF = "held", "handoff"


def _minute(at: int | None) -> float:
    return NAN if at is None else at / 60


@table(
    task="str", text="str", owner="str", minute="float64", acknowledged="float64", reported="float64", due="float64",
    loop="str", seq="int64",
)  # fmt: skip
def tasks(view: RecordView) -> Iterator[Any]:
    """Return every task with when it was given, acknowledged, reported and due.

    `loop` is closed (acknowledged within two minutes, reported by the time it was due), late, or open: never reported.
    """
    for one in view.history.tasks.values():
        prompt = one.acknowledged is not None and one.acknowledged - one.begun_at <= PROMPT
        loop = "open" if one.reported is None else "closed" if prompt and one.reported <= one.due else "late"
        yield (one.id, one.text, view.title("roles", one.owner), one.begun_at / 60, _minute(one.acknowledged),
               _minute(one.reported), one.due / 60, loop, one.seq)  # fmt: skip


@table(kind="str", what="str", who="str", minute="float64", until="float64", label="str", seq="int64")
def holdings(view: RecordView) -> Iterator[Any]:
    """Return who held each post and lane and until when, and each handoff from its offer to its acceptance.

    `until` of a handoff is NaN where it was never accepted.
    """
    for post, tenure in view.history.posts.items():
        for one in tenure.held:
            until = min(view.left, view.left if one.until is None else one.until)
            who = in_command(view, one) if post == COMMANDER else view.title("roles", one.who)
            yield HELD, post, who, one.since / 60, until / 60, f"{post}: {who}", one.seq
    given = [(m.at, m.seq, str(m.body.lane), m.body.owner, f", next {view.title('roles', m.body.next_owner)}")
             for m in view.all(acts.AssignLane)]  # fmt: skip
    # A lane that was handed over is held by whoever took it, until it is assigned anew.
    given += [(m.at, m.seq, m.body.what, m.body.receiver, ", handed over")
              for m in view.all(e.HandOffAccepted) if m.body.what in values.LANES]  # fmt: skip
    for at, seq, lane, owner, how in sorted(given):
        after = min((later[0] for later in given if later[1] > seq and later[2] == lane), default=view.left)
        who = view.title("roles", owner)
        yield HELD, lane, who, at / 60, min(after, view.left) / 60, f"{lane}: {who}{how}", seq
    taken = {m.body.handoff: m.at for m in view.all(e.HandOffAccepted)}
    offers = {one.id: one for one in view.history.handoffs.values()}
    for offer in view.all(e.HandOffOffered):
        made = offers[offer.body.handoff]
        to = view.title("roles", made.receiver)
        label = f"{made.what} handed to {to}" + ("" if made.id in taken else ", never accepted")
        yield HANDOFF, made.what, to, offer.at / 60, _minute(taken.get(made.id)), label, made.seq


@table(kind="str", audience="str", minute="float64", until="float64", label="str", seq="int64")
def cadence(view: RecordView) -> Iterator[Any]:
    """Return every word to those outside, when the next was due, and each silence beyond a due time.

    `until` is the end of a silence, NaN for the rest. What was due was due to those outside, or to executives.
    """
    for m in view.all(acts.EscalateInternally, acts.UpdateStakeholders, acts.UpdateExecutives):
        heard = getattr(m.body, "audience", LEADERSHIP if isinstance(m.body, acts.EscalateInternally) else EXECUTIVES)
        status = getattr(m.body, "status", "")
        words = view.scenario.conventions.audience(heard)
        yield UPDATE, heard, m.at / 60, NAN, f"{words} told{f': {status}' if status else ''}", m.seq
    outside, executives = view.all(acts.UpdateStakeholders), view.all(acts.UpdateExecutives)
    owed = _first_due(view)
    pairs = [(owed, outside[0].at if outside else view.over)] if owed is not None and view.affected else []
    whom = [(OUTSIDE, [*pairs, *promised(view, outside)]), (EXECUTIVES, promised(view, executives))]
    for due, following, audience in sorted((*pair, audience) for audience, found in whom for pair in found):
        # What was due after people had left, nobody could give any more.
        if due > view.left:
            continue
        yield DUE, audience, due / 60, NAN, "an update was due", 0
        until = min(following, view.left)
        if until > due + UPDATE_GRACE:
            over = f"{(until - due) / 60:.0f} min beyond the due time"
            yield SILENCE, audience, due / 60, until / 60, over, 0


def _first_due(view: RecordView) -> int | None:
    """Return by when the playbook wants the first word to those outside."""
    windows = (view.window(one) for _, one in view.playbook.criteria() if one.kind == "communication")
    return next((round(60 * window[0]) for window in windows if window is not None), None)


@table(role="str", title="str", part="str", count="int64")
def participation(view: RecordView) -> Iterator[Any]:
    """Return how often each seat said, concluded, organised, and carried something out, in the scenario's order."""
    given: dict[tuple[str, str], int] = {}
    for x in view.entries:
        part = _PART.get(x.body.group)
        if x.is_act and part is not None and not isinstance(x.body, SITTING):
            given[x.role, part] = given.get((x.role, part), 0) + 1
    carried = work_shares(view)
    seats = {seat.id for seat in view.scenario.seats()}
    for role in view.scenario.roles:
        if role.id in seats or role.id in carried:
            for part in PARTS:
                count = len(carried.get(role.id, ())) if part == CARRIED else given.get((role.id, part), 0)
                yield role.id, role.title, part, count


@table(measure="str", value="str", state="str")
def process(view: RecordView) -> Iterator[Any]:
    """Return the team's process in five lines: loops closed, cues shared, updates, handoffs, balance.

    `state` is good, more (to gain), or none where the drill has nothing of the kind.
    """
    from analytics.report.story import cues

    loops = tasks(view)
    closed = int((loops["loop"] == "closed").sum())
    yield _line("Tasks with a closed loop", closed, len(loops), 0.8)
    known = cues(view)
    held = known[known["known"].notna() & (known["how"] != "overtaken")]
    shared = held[held["shared"].notna()]
    yield _line("Facts only one role held that reached everybody", len(shared), len(held), 0.8)
    told = cadence(view)
    silent = told[told["kind"] == SILENCE]
    due = int((told["kind"] == DUE).sum())
    yield _line("Updates made by the time they were due", max(0, due - len(silent)), due, 1.0)
    handed = holdings(view)
    handed = handed[handed["kind"] == HANDOFF]
    yield _line("Handoffs accepted", int(handed["until"].notna().sum()), len(handed), 1.0)
    counts: pd.Series[int] = participation(view).groupby("role", sort=False)["count"].sum()
    seats = [seat.id for seat in view.scenario.seats()]
    took_part = sum(1 for seat in seats if counts.get(seat, 0) > 0)
    yield _line("Seats that said, concluded or did something", took_part, len(seats), 1.0)


def _line(measure: str, done: int, of: int, enough: float) -> tuple[str, str, str]:
    if not of:
        return measure, "none in this drill", "none"
    return measure, f"{done} of {of}", "good" if done >= enough * of else "more"
