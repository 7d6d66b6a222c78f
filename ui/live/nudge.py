"""The first step of a hint: a question about what a seat has looked at so far, and what it has not.

It is made of what that seat has seen and of its duties. What is wrong, what would help and what the scenario's hints
say play no part in it, so it cannot give them away: with another truth and the same record it is the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator import acts
from simulator import events as e
from simulator.briefing import Briefing
from simulator.record.journal import refused
from simulator.values import Duty, Ref

KINDS: Mapping[str, str] = {
    "physics": "measured on the system itself", "artifact": "read in what is written down or deployed",
    "receipt": "got confirmed by whatever did it",
}  # fmt: skip
"""Class of evidence -> how one comes by it. What somebody says is the fourth, and nobody has to be sent for that."""
RECENT = 2
"""Things looked at last that are named."""
CAUSE = "Which cause do you think of, and what would you see if it were not that one?"
OPEN: Mapping[Duty, tuple[tuple[type[acts.Act], ...], str]] = {
    "speaks": ((acts.UpdateStakeholders, acts.UpdateExecutives),
               "Who outside this channel waits to hear from you, and since when?"),
    "commands": ((acts.StateHypothesis,), CAUSE),
    "deputises": ((acts.NoteTimeline, acts.StateScope),
                  "Could somebody who joins now read what is known, and what is not?"),
    "investigates": ((acts.StateHypothesis,), CAUSE),
    "executes": ((acts.RecordOption,), "If you were told to act now: what could you do, and how is it taken back?"),
    "verifies": ((acts.RecordVerification,), "What did it look like before, and what will you compare with that?"),
    "signs": ((acts.SignOff,), "What would you have to see before you sign?"),
}  # fmt: skip
"""Duty -> what shows that somebody saw to it, and what is asked where nothing does."""
DONE = "What have you promised by now, and who does what next?"


def nudge(b: Briefing) -> str:
    """Return what to ask a seat that is stuck."""
    return f"{_looked(b)} {_open(b)}"


def _looked(b: Briefing) -> str:
    found = [x.body for x in b.entries if isinstance(x.body, e.QueryFinished) and x.body.ok]
    pinned = [x.body for x in b.entries if isinstance(x.body, e.MetricPinned)]
    if not found and not pinned:
        return "So far you have the alerts and what people say. What would show you who is hit, and who is not?"
    titles = [b.title_of(Ref.to("query", x.query)) for x in found if x.query]
    titles += [b.title_of(Ref.to("metric", x.metric)) for x in pinned]
    last = list(dict.fromkeys(reversed(titles)))[:RECENT]
    seen = {x.evidence for x in found} | ({"physics"} if pinned else set())
    lacks = next((words for kind, words in KINDS.items() if kind not in seen), "")
    after = f"Looked at last: {'; '.join(reversed(last))}." if last else ""
    asks = f"Nothing yet was {lacks}: what could be?" if lacks else "What would you see there if you were wrong?"
    return f"{after} {asks}".strip()


def _open(b: Briefing) -> str:
    no, duties = refused(b.entries), b.incident.duties(b.role)
    given = {type(x.body) for x in b.entries if x.is_act and x.seq not in no}
    wanted = (words for duty, (kinds, words) in OPEN.items() if duty in duties and not given & set(kinds))
    return next(wanted, DONE)
