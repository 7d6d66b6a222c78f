"""What only a facilitator does, none of which is play, and the end of a drill."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simulator import events as e
from simulator import values as v
from simulator.acts.base import LEAD, Act, Asked, already, unmet
from simulator.answers import Refusal
from simulator.drill import Drill
from simulator.msel import Line
from simulator.names import Names, clauses
from simulator.probes import FEWEST, MOST, Ask, questions
from simulator.scenario.conditions import holds
from simulator.scenario.parts import Inject
from simulator.text import clock

Step = Literal["nudge", "pointer", "answer"]


class EndDrill(
    Act, form="End the drill", verb="End the drill", tab="Close", may=LEAD, host=True, open=True, wordless=True,
    group="lead", minor=True,
):  # fmt: skip
    """End the drill; the world runs on untouched to its horizon."""

    how: Literal["resolved", "time", "early", "stopped"] = "stopped"
    """`early` is how a facilitator ends a drill before its time, `stopped` of a facilitator for the real world."""

    def carry_out(self, asked: Asked) -> None:
        asks = {"resolved": "stopped", "early": "time"}.get(self.how, self.how)
        how = "resolved" if asked.incident.closed else asks
        asked.drill.emit(e.DrillEnded.model_validate({"how": how}))

    def sentence(self, n: Names) -> str:
        return "ends the drill"


class _Hosted(Act, may=(), host=True):
    """Something that nobody but the facilitator asks for."""


def _out_of_time(asked: Asked, minutes: float | None) -> Refusal | None:
    """Return the refusal of a moment at which nothing can come any more."""
    if minutes is None:
        return None
    at, now, end = round(60 * minutes), asked.drill.now, asked.scenario.horizon
    if at <= now:
        return Refusal("late", f"{clock(at)} is past, it is {clock(now)}; fire it now, or give a later time")
    if at > end:
        return Refusal("late", f"{clock(at)} comes after the end of the drill at {clock(end)}; give an earlier time")
    return None


def _unread(asked: Asked, to: tuple[str, ...], channel: str) -> Refusal | None:
    """Return the refusal of what nobody would read: whom it is for is not in the room, or reads no such channel."""
    if not to:
        return None
    if not any(asked.incident.present.get(role) for role in to):
        who = " and ".join(asked.handle(role) for role in to)
        return Refusal("unread", f"nobody would read it: {who} is not in the room; page them, or pick somebody else")
    if asked.circle.is_restricted(channel) and not any(asked.circle.knows(role) for role in to):
        who = " and ".join(asked.handle(role) for role in to)
        return Refusal("unread", f"nobody would read it: {who} does not read #{channel}; pick an open channel")
    return None


def _wordless(text: str | None) -> Refusal | None:
    return unmet("there are no words in it; say something") if text == "" else None


class _OfInject(_Hosted, about=("inject",)):
    """Something done with an inject that has not been delivered."""

    inject: v.Inject

    def objection(self, asked: Asked) -> Refusal | None:
        line = self.line(asked)
        if line.state != "delivered":
            return None
        return already(f"that inject has been delivered, at {clock(line.came or 0)}; duplicate it to say it again")

    def line(self, asked: Asked) -> Line:
        """Return the line of the MSEL that it is about."""
        return asked.drill.msel.lines[self.inject]


class FireInject(_OfInject):
    """Deliver an inject now."""

    anyway: Literal[True] | None = None
    """Though its condition does not hold: no response to it is expected. Absent otherwise, as in every older record."""

    def objection(self, asked: Asked) -> Refusal | None:
        inject = self.line(asked).inject
        so = self.anyway and holds(inject.when, asked.drill.facts())
        needless = already("its condition holds now; fire it without anyway") if so else None
        return super().objection(asked) or needless or _unread(asked, inject.to, inject.channel)

    def carry_out(self, asked: Asked) -> None:
        asked.drill.deliver(self.line(asked))


class HoldInject(_OfInject):
    """Keep an inject back until it is fired by hand, or until another time."""

    until_minutes: v.Minute | None = None

    def objection(self, asked: Asked) -> Refusal | None:
        held = self.line(asked).state == "held" and self.until_minutes is None
        again = already("that inject is held; fire it, or give it a time") if held else None
        return super().objection(asked) or again or _out_of_time(asked, self.until_minutes)

    def carry_out(self, asked: Asked) -> None:
        line = self.line(asked)
        if self.until_minutes is None:
            line.state = "held"
        else:
            line.move(round(60 * self.until_minutes))


class ReleaseInject(_OfInject):
    """Let an inject that is held come by itself again: at its time, or from now on where that has passed."""

    def objection(self, asked: Asked) -> Refusal | None:
        held = self.line(asked).state == "held"
        return super().objection(asked) or (None if held else already("that inject is not held"))

    def carry_out(self, asked: Asked) -> None:
        line = self.line(asked)
        line.move(max(line.at, asked.drill.now))


class SkipInject(_OfInject):
    """Leave an inject out."""

    def objection(self, asked: Asked) -> Refusal | None:
        skipped = self.line(asked).state == "skipped"
        return super().objection(asked) or (already("that inject is left out as it is") if skipped else None)

    def carry_out(self, asked: Asked) -> None:
        self.line(asked).state = "skipped"


class EditInject(_OfInject):
    """Change the words of an inject that has not been delivered, or let it come at another time."""

    text: v.Text | None = None
    at_minutes: v.Minute | None = None

    def objection(self, asked: Asked) -> Refusal | None:
        nothing = self.text is None and self.at_minutes is None
        empty = unmet("give it other words or another time") if nothing else _wordless(self.text)
        return super().objection(asked) or empty or _out_of_time(asked, self.at_minutes)

    def carry_out(self, asked: Asked) -> None:
        line = self.line(asked)
        line.text = self.text if self.text is not None else line.text
        if self.at_minutes is not None:
            line.move(round(60 * self.at_minutes))


class DuplicateInject(_Hosted, about=("inject", "at_minutes")):
    """Let the persona of an inject say it once more, now or later: the words alone, without what the inject did."""

    inject: v.Inject
    text: v.Text | None = None
    at_minutes: v.Minute | None = None

    def objection(self, asked: Asked) -> Refusal | None:
        inject = asked.drill.msel.lines[self.inject].inject
        late = _out_of_time(asked, self.at_minutes)
        return _wordless(self.text) or late or _unread(asked, inject.to, inject.channel)

    def carry_out(self, asked: Asked) -> None:
        line = asked.drill.msel.lines[self.inject]
        said = line.text if line.words_only or line.text != line.inject.text else asked.drill.render(line.text)
        _say(asked, line.inject.id, self.at_minutes, persona=line.inject.persona, text=self.text or said,
             attachment=line.attachment, to=line.inject.to, channel=line.inject.channel)  # fmt: skip


class SendAdHoc(_Hosted):
    """Say something as any persona, to one role, in a channel or to all, now or later."""

    persona: v.Name
    text: v.Text
    to: v.Role | None = None
    channel: v.Channel = "incident"
    thread: v.Ref | None = None
    """What it answers: an inject, a task."""
    at_minutes: v.Minute | None = None
    attachment: v.Attachment | None = None
    """What comes with it: a log excerpt, a figure, a document."""

    def objection(self, asked: Asked) -> Refusal | None:
        late = _out_of_time(asked, self.at_minutes)
        if self.thread is not None and self.at_minutes is not None:
            return unmet("what is planned for later answers nobody; say it now, or without what it answers")
        if self.thread is not None and asked.incident.line(self.thread) is None:
            return Refusal("unknown", f"there is nothing called {self.thread!r} to answer; say it without")
        return _wordless(self.text) or late or _unread(asked, (self.to,) if self.to else (), self.channel)

    def carry_out(self, asked: Asked) -> None:
        to = (self.to,) if self.to else ()
        if self.at_minutes is not None:
            _say(asked, "ad-hoc", self.at_minutes, self.attachment, persona=self.persona, text=self.text, to=to,
                 channel=self.channel)  # fmt: skip
            return
        asked.drill.emit(e.MessagePosted(
            to=to, role=self.persona, channel=self.channel, text=self.text, about=self.thread,
            attachment=self.attachment,
        ))  # fmt: skip


def _in_the_room(drill: Drill) -> tuple[str, ...]:
    """Return the seats in which people sit who were paged, or need not be."""
    return tuple(seat for seat in drill.incident.seats if drill.incident.present.get(seat, True))


def _say(
    asked: Asked, stem: str, at_minutes: float | None, attachment: v.Attachment | None = None, **says: object
) -> None:
    """Put words of the facilitator's on the list, and say them now where they have no time."""
    msel, now = asked.drill.msel, asked.drill.now
    at = now if at_minutes is None else round(60 * at_minutes)
    line = msel.add(Inject.model_validate({"id": msel.free_id(stem), "at": at, **says}), attachment)
    if at_minutes is None:
        asked.drill.deliver(line)


class GiveHint(_Hosted):
    """Give a role a hint; it costs nothing and is on the record."""

    to: v.Role | None = None
    text: v.Text
    step: Step | None = None
    """How much it tells: a nudge asks, a pointer says where to look, an answer says what to do."""

    def objection(self, asked: Asked) -> Refusal | None:
        return _wordless(self.text) or _unread(asked, (self.to,) if self.to else (), asked.scenario.channels[0])

    def carry_out(self, asked: Asked) -> None:
        asked.drill.emit(e.HintGiven(to=(self.to,) if self.to else (), text=self.text, step=self.step))


class OverrideOutcome(_Hosted, about=("action",), group="action"):
    """Force or forbid an action's outcome, or leave it to the world again.

    Needs a reason, which only facilitators read, and excludes the drill from automatic score.
    """

    action: v.Action
    outcome: Literal["force", "forbid", "leave"]
    reason: v.Reason

    def carry_out(self, asked: Asked) -> None:
        work = asked.drill.work
        work.forced.pop(self.action, None)
        work.forbidden.pop(self.action, None)
        if self.outcome != "leave":
            (work.forced if self.outcome == "force" else work.forbidden)[self.action] = self.reason


class ProbeTeam(_Hosted, about=("questions",)):
    """Ask everybody who sits in a seat, each alone, what they think is going on; the answers are keyed from the world.

    What comes of it is shown beside the score and never mixed into it.
    """

    questions: tuple[Ask, ...]
    seats: tuple[v.Role, ...] = ()
    """Whom to ask; empty: everybody who sits in a seat."""

    def objection(self, asked: Asked) -> Refusal | None:
        people = _in_the_room(asked.drill)
        if not FEWEST <= len(set(self.questions)) <= MOST:
            return unmet(f"ask {FEWEST} to {MOST} questions; more take longer than a freeze may")
        if not people:
            return unmet("nobody sits in a seat; there is nobody to ask")
        empty = [asked.title(seat) for seat in self.seats if seat not in people]
        return unmet(f"nobody sits in the seat of {', '.join(empty)}; ask those who sit") if empty else None

    def carry_out(self, asked: Asked) -> None:
        drill = asked.drill
        done = sum(isinstance(entry.body, e.ProbeAsked) for entry in drill.entries)
        for number, seat in enumerate(self.seats or _in_the_room(drill), done + 1):
            probe = v.Ref.to("probe", number)
            found = questions(drill, seat, tuple(dict.fromkeys(self.questions)))
            drill.emit(e.ProbeAsked(to=(seat,), probe=probe, seat=seat, questions=tuple(q for q, _ in found)))
            drill.emit(e.ProbeKeyed(probe=probe, seat=seat, answers=tuple(key for _, key in found)), by=v.WORLD)


class MarkObservation(_Hosted, after_the_end=True):
    """Stamp a moment with an observation."""

    objective: v.Line = ""
    tag: Literal["+", "-", "note"] = "note"
    text: v.Text

    def sentence(self, n: Names) -> str:
        return clauses(f"Observed ({self.tag})", self.objective, self.text)


class RateTeam(_Hosted, after_the_end=True):
    """An evaluator's own rating, shown beside the score and never mixed into it."""

    category: Literal["leadership", "communication", "situation awareness", "decision making", "global"]
    rating: int = Field(ge=1, le=4)
    text: v.Text = ""

    def sentence(self, n: Names) -> str:
        return clauses(f"Rated {self.category}: {self.rating} of 4", self.text)
