"""What people are made of: roles, what only they know, how fast and how careful they are, how they tire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from simulator.scenario.data import (
    SEVERAL,
    AnyOf,
    Data,
    Duration,
    Seconds,
    Share,
    Span,
    Template,
    Titled,
    Took,
    TopicId,
    in_a_word,
)
from simulator.values import Duty, Lane, Ref


class Debt(Data):
    """What somebody outside is owed: a notice, a call."""

    what: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    """What they are owed, in words."""
    within: Span | None = None
    """Seconds after the incident was declared by which it is due; None: no time is set."""
    taken_up_by: tuple[Ref, ...] = ()
    """What shows that somebody sees to it: `inject:ID`, in which they say so."""


Debts = Annotated[tuple[Annotated[Debt, in_a_word("what", json_schema_input_type=Debt | str)], ...], SEVERAL]
"""What is owed, one or several; words alone say what."""


class Cue(Data):
    """A piece of knowledge that one role has and the decision needs (hidden profile)."""

    id: str
    text: str
    topics: tuple[TopicId, ...]
    """Asking its holder about any of these brings it out; so does a task about one of them."""
    matters_for: str = ""
    """Which decision it bears on; shown in the debrief."""
    owes: Debts = ()
    """What it says that somebody outside is owed; a report tells it where nobody but its holder came to know."""
    known_from: Seconds = -3600
    volunteered_at: Seconds | None = None
    """When a simulated holder says it unasked; None: only when asked."""
    moot_when: AnyOf = ()
    """Overtaken while one of these holds: nobody brings it up any more; who asks is told that it is overtaken."""
    moot_text: str = ""
    """What a simulated holder answers then; empty: the text, said to be overtaken."""


class Role(Titled):
    """A seat somebody holds, or a specialist who can be paged."""

    seat: bool = True
    """True: part of the drill's team, a person may take it; False: a specialist, always simulated."""
    handle: str
    """How they appear in the channel, such as `@mobile-oncall`."""
    team: str
    brief: str
    """What only this role is told before the drill."""
    cues: tuple[Cue, ...] = ()
    present: bool = True
    """In the room at T+0; otherwise must be paged."""
    joins_after: Took = Duration(median=270, spread=0.25)
    unanswered: Share = 0.0
    """Probability that the first page goes unanswered (then the secondary takes as long again)."""
    lane: Lane | None = None
    duties: tuple[Duty, ...] = ()
    """What the seat is there for, the main thing first. Who takes a post has its duty besides."""
    pace: Annotated[float, Field(gt=0, le=5)] = 1.0
    """Factor on the time a simulated holder takes to react, to look and to sign; below 1 is eager, above 1 careful."""
    slips: Share = 0.0
    """Probability that a simulated holder slips where they can: a wrong place, a hasty report, a misread figure."""


class WrongPlace(Data):
    """Where a command ends up that was typed in the wrong shell, context or project, and what it prints there."""

    id: str
    starts: str
    """How the commands begin that can be misplaced, such as `kubectl`."""
    typed: str
    """What stood there instead, such as `kubectl --context staging`."""
    output: Template
    """The error, as that place would print it."""
    said: str
    """What whoever typed it says on noticing."""


class Strain(Data):
    """How work slows for somebody who has had no break: all of it in one place, the same for everybody.

    Up to `free` seconds of work within the last `window` cost nothing; from there the time of a query, a reply or
    a look grows linearly, to `most` times for a window without a pause.
    """

    window: Seconds = 600
    free: Seconds = 300
    most: Annotated[float, Field(ge=1, le=5)] = 2.5

    def factor(self, busy: float) -> float:
        """Return the factor on a duration for somebody busy for `busy` seconds of the last window."""
        over = min(1.0, max(0.0, (busy - self.free) / max(1, self.window - self.free)))
        return 1.0 + (self.most - 1.0) * over
