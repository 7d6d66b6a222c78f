"""What only a facilitator does, none of which is play, and the end of a drill."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simulator import events as e
from simulator import values as v
from simulator.acts.base import LEAD, Act, Asked, already
from simulator.answers import Refusal
from simulator.names import Names, clauses


class EndDrill(
    Act, form="End the drill", verb="End the drill", tab="Close", may=LEAD, host=True, open=True, wordless=True,
    group="lead", minor=True,
):  # fmt: skip
    """End the drill; the world runs on untouched to its horizon."""

    how: Literal["resolved", "time", "stopped"] = "stopped"

    def carry_out(self, asked: Asked) -> None:
        how = "resolved" if asked.incident.closed else "stopped" if self.how == "resolved" else self.how
        asked.drill.emit(e.DrillEnded.model_validate({"how": how}))

    def sentence(self, n: Names) -> str:
        return "ends the drill"


class _Hosted(Act, may=(), host=True):
    """Something that nobody but the facilitator asks for."""


class _OfInject(_Hosted, about=("inject",)):
    """Something done with an inject that has not been delivered."""

    inject: v.Inject

    def objection(self, asked: Asked) -> Refusal | None:
        return already("that inject has been delivered") if self.inject in asked.incident.delivered else None


class FireInject(_OfInject):
    """Deliver an inject now."""

    def carry_out(self, asked: Asked) -> None:
        line = asked.drill.msel.lines[self.inject]
        line.state = "delivered"
        asked.drill.deliver(line)


class HoldInject(_OfInject):
    """Keep an inject back until it is fired by hand."""

    def carry_out(self, asked: Asked) -> None:
        asked.drill.msel.lines[self.inject].state = "held"


class SkipInject(_OfInject):
    """Leave an inject out."""

    def carry_out(self, asked: Asked) -> None:
        asked.drill.msel.lines[self.inject].state = "skipped"


class EditInject(_OfInject):
    """Change the words of an inject that has not been delivered, or let it come at another time."""

    text: v.Text | None = None
    at_minutes: v.Minute | None = None

    def carry_out(self, asked: Asked) -> None:
        line = asked.drill.msel.lines[self.inject]
        line.text = self.text if self.text is not None else line.text
        if self.at_minutes is not None:
            line.move(round(60 * self.at_minutes))


class SendAdHoc(_Hosted):
    """Say something as any persona, to one role or to all."""

    persona: v.Name
    text: v.Text
    to: v.Role | None = None
    channel: v.Channel = "incident"

    def carry_out(self, asked: Asked) -> None:
        to = (self.to,) if self.to else ()
        asked.drill.emit(e.MessagePosted(to=to, role=self.persona, channel=self.channel, text=self.text))


class GiveHint(_Hosted):
    """Give a role a hint; it costs nothing and is on the record."""

    to: v.Role | None = None
    text: v.Text

    def carry_out(self, asked: Asked) -> None:
        asked.drill.emit(e.HintGiven(to=(self.to,) if self.to else (), text=self.text))


class OverrideOutcome(_Hosted, about=("action",), group="action"):
    """Force or forbid an action's outcome; needs a reason and excludes the drill from automatic score."""

    action: v.Action
    outcome: Literal["force", "forbid"]
    reason: v.Reason

    def carry_out(self, asked: Asked) -> None:
        wanted, other = asked.drill.work.forced, asked.drill.work.forbidden
        if self.outcome != "force":
            wanted, other = other, wanted
        wanted[self.action] = self.reason
        other.pop(self.action, None)


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
