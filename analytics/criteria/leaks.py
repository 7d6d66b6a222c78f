"""Caps on what gets out by its structure: a protected matter carried into a channel that others read."""

from __future__ import annotations

from analytics.criteria.judging import judges
from analytics.criteria.protected import spoken_outside
from analytics.playbook import Cap
from analytics.scorecard import CapHit, clock
from analytics.view import RecordView
from simulator.need_to_know import NeedToKnow
from simulator.record.entry import sees


@judges(post_message="channel attached")
def leaked(view: RecordView, cap: Cap) -> list[CapHit]:
    """Somebody of the circle attached a result, a cue or another thing that is the circle's to an open message."""
    circle = NeedToKnow(view.scenario)
    hits = []
    for m in spoken_outside(view):
        closed = [
            x for x in view.cited(m.body.attached, m) if not all(sees(x, role, circle) for role in circle.outside)
        ]
        if closed:
            why = f"At {clock(m.at)} something that is the circle's went into #{m.body.channel} with a message."
            seqs = (*(x.seq for x in closed), m.seq)
            hits.append(CapHit(cap.id, cap.title, cap.limit, why, seqs, cap.source, act=m.seq, further=cap.further))
    return hits
