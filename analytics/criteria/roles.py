"""Roles and severity: who leads, does, speaks and writes, who decides next, and how bad it was said to be."""

from __future__ import annotations

from analytics.criteria.common import late, nothing_seen, settle, timely
from analytics.criteria.judging import judges
from analytics.facts import severity_truth, solid
from analytics.levels import rank, stated
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock
from analytics.view import Moment, RecordView
from simulator import acts
from simulator.values import Lane, Post


@judges(
    assign_role="role to", accept_role="role", release_role="role", hand_off="what to", accept_hand_off="handoff",
    assign_lane="lane", record_packet="next_checkpoint_minutes", record_snapshot="next_checkpoint_minutes",
)  # fmt: skip
def roles_named(
    view: RecordView,
    criterion: Criterion,
    *,
    posts: tuple[Post, ...] = (),
    lanes: tuple[Lane, ...] = (),
    decides: bool = False,
    within: float = 60,
) -> Finding:
    """Each of these posts was accepted by somebody and each of these lanes given to somebody, in time.

    One holder for several is no mistake as long as each is named. With `decides` it is on record too who decides next,
    and that within so many minutes.
    """
    marks = [*(_post(view, criterion, post) for post in posts), *(_lane(view, criterion, lane) for lane in lanes)]
    if decides:
        marks.append(_next_decision(view, criterion, within))
    if not any(mark.evidence for mark in marks):
        return nothing_seen(criterion, "Nobody was named for any role.")
    return settle(criterion, marks)


def _post(view: RecordView, criterion: Criterion, post: str) -> Mark:
    held = [stretch for stretch in view.history.posts[post].held if stretch.since <= view.over]
    if not held:
        return Mark(0, 1, f"Nobody was {post}.")
    share = timely(view, criterion, held[0].since)
    who = view.title("roles", held[0].who)
    return Mark(share, 1, f"{who} was {post} from {clock(held[0].since)}{late(share)}.", (held[0].seq,))


def _lane(view: RecordView, criterion: Criterion, lane: str) -> Mark:
    given = next((m for m in view.all(acts.AssignLane) if m.body.lane == lane), None)
    if given is None:
        return Mark(0, 1, f"Nobody was named to lead {lane}.")
    share = timely(view, criterion, given.at)
    who = view.title("roles", given.body.owner)
    return Mark(share, 1, f"{who} was named to lead {lane} at {clock(given.at)}{late(share)}.", (given.seq,))


def _next_decision(view: RecordView, criterion: Criterion, within: float) -> Mark:
    points: tuple[Moment[acts.RecordPacket | acts.RecordSnapshot], ...]
    points = view.all(acts.RecordPacket, acts.RecordSnapshot)
    named = next((m for m in points if 0 < m.body.next_checkpoint_minutes <= within), None)
    if named is None:
        return Mark(0, 1, "It is on no record who decides next, and when.")
    share = timely(view, criterion, named.at)
    who = view.title("roles", named.body.next_owner)
    due = f"in {named.body.next_checkpoint_minutes:g} min{late(share)}"
    why = f"At {clock(named.at)} the next decision was {who}'s, {due}."
    return Mark(share, 1, why, (named.seq,))


@judges(declare="severity evidence", change_severity="severity evidence")
def severity_level(view: RecordView, criterion: Criterion, *, patience: float = 10) -> Finding:
    """The severity is what the playbook gives for what could be known, rests on evidence, and was kept right.

    One level above the truth is caution for so many minutes, and half right from then on.
    """
    said = view.severities
    if not said:
        return nothing_seen(criterion, "The severity was never stated.")
    first = said[0]
    share = timely(view, criterion, first.at)
    right, of = _minutes_right(view, first, patience)
    truth = severity_truth(view, first.at)
    why = f"{first.body.severity} at {clock(first.at)}, where the playbook gives {truth}{late(share)};"
    why += f" right for {100 * right / of:.0f} % of the time from there."
    bare = [m for m in said if not solid(view, m.body.evidence, m)]
    resting = (
        f"Stated at {clock(bare[0].at)} with nothing linked that shows it." if bare else "It rests on linked evidence."
    )
    shown = tuple(m.seq for m in said)
    return settle(criterion, [
        Mark(share * right / of, 2, why, shown),
        Mark(share * (1 - len(bare) / len(said)), 1, resting, shown),
    ])  # fmt: skip


def _minutes_right(
    view: RecordView, first: Moment[acts.Declare | acts.ChangeSeverity], patience: float
) -> tuple[float, int]:
    """Return for how many minutes from the first statement on, while users were hit, the level was right, of how many.

    Who leaves it where it was while things get better has not got it wrong.
    """
    minutes = [at for at in range(first.at, view.over + 1, 60) if at == first.at or view.outside(at)]
    right = 0.0
    for at in minutes:
        standing = [m for m in view.severities if m.at <= at][-1]
        now, then = rank(view, severity_truth(view, at)), rank(view, severity_truth(view, standing.at))
        level = rank(view, stated(view, standing.body.severity))
        above = min(now, then) - level
        if level <= now and above <= 1:
            right += 1.0 if above <= 0 or at - standing.at <= 60 * patience else 0.5
    return right, len(minutes)
