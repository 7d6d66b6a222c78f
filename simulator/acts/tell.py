"""Telling people, answering them, and handing over to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from simulator import events as e
from simulator import values as v
from simulator.acts.base import SPEAKS, Act, Asked
from simulator.answers import Refusal
from simulator.names import Names, clauses, due
from simulator.need_to_know import NeedToKnow
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.scenario.parts import Effect

Eta = Literal["unknown", "range", "point"]


class PostMessage(
    Act, form="Message", verb="Send", tab="Tell", group="message", news="somebody wrote", number="message", talk=True,
    closed_by=("channel",),
):  # fmt: skip
    """Say something in a channel."""

    channel: v.Channel = "incident"
    text: v.Text
    attached: v.Evidence = ()
    """Results, cues and other things on record that go along with it."""
    thread: v.Ref | None = None
    """The line that it answers, which those see who see both.

    Lines are numbered as they come, so in another course of the drill it may be another line, or none: what is said
    counts all the same.
    """

    def objection(self, asked: Asked) -> Refusal | None:
        if asked.circle.is_restricted(self.channel) and not asked.circle.knows(asked.role):
            return Refusal("need_to_know", f"you are not in #{self.channel}; it is for those who need to know")
        return None

    def fold(self, history: History, entry: Entry) -> None:
        history.heard[self.channel] = entry.at

    def sentence(self, n: Names) -> str:
        where = n.where(self.channel)
        said = f"{where}: {self.text}" if where else self.text
        return clauses(said, f"with {', '.join(self.attached)}" if self.attached else "")


class AnswerAsker(
    Act, form="Answer", verb="Answer", tab="Tell", opens_with="asks", about=("inject",), group="message",
    closed_by=("inject",),
):  # fmt: skip
    """Answer somebody who asked, with one of the answers on offer."""

    inject: Annotated[v.Id, v.Pick("asks")]
    answer: Annotated[v.Id, v.Pick("answers")]
    text: v.Text = ""

    def objection(self, asked: Asked) -> Refusal | None:
        inject = asked.scenario.find("injects", self.inject)
        if self.answer in [one.id for one in inject.answers]:
            return None
        return Refusal("unknown", f"{self.answer!r} is no answer to that; pick one of those on offer")

    def carry_out(self, asked: Asked) -> None:
        drill = asked.drill
        inject = asked.scenario.find("injects", self.inject)
        answer = next(one for one in inject.answers if one.id == self.answer)
        about = v.Ref.to("inject", inject.id)
        drill.turn(answer.effects, about)
        if answer.reply:
            text = drill.render(answer.reply)
            drill.emit(e.MessagePosted(role=inject.persona, channel=inject.channel, text=text, about=about))

    def fold(self, history: History, entry: Entry) -> None:
        history.asks.pop(self.inject, None)
        # Whoever sees an answer may not see what was asked.
        if self.inject in history.came_in:
            history.heard[history.came_in[self.inject]] = entry.at

    def sentence(self, n: Names) -> str:
        return clauses(f"answers: {n.answer(self.inject, self.answer)}", self.text)


class EscalateInternally(
    Act, form="Escalate", verb="Escalate", tab="Tell", may=SPEAKS, weighty=True, number="update", group="message",
    first=("impact.name", "impact.low", "ask", "next_update_minutes", "owner"), settled=("owner",),
):  # fmt: skip
    """Tell engineering leadership: impact, decision in hand, what you need, when they hear again."""

    impact: v.Figure
    decision: v.Action | None = None
    ask: v.Need
    next_update_minutes: v.Minutes
    owner: v.Seat
    text: v.Text = ""

    def fold(self, history: History, entry: Entry) -> None:
        history.told["leadership"] = entry.at

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Escalation: {n.figure(self.impact)}",
            f"in hand: {n.title('actions', self.decision)}" if self.decision else "",
            f"needs: {n.title('needs', self.ask)}", f"{due(self.next_update_minutes)} from {n.handle(self.owner)}",
            self.text,
        )  # fmt: skip


class _Update(Act, may=SPEAKS, tab="Tell", weighty=True, number="update", group="message"):
    """Something that outsiders are told."""

    def expects(self) -> str:
        """Return in words when it is said to be over."""
        eta, *ends = (getattr(self, name) for name in ("eta", "eta_low", "eta_high"))
        between = " to ".join(f"{end:g}" for end in ends if end is not None)
        return f"ETA {eta}" + (f": {between} min" if between and eta == "range" else "")

    def tells_detail(self) -> bool:
        """Tell whether it says outside the circle what only the circle may know: a cause, or where it is."""
        raise NotImplementedError

    def to_public(self) -> bool:
        """Tell whether customers hear it."""
        return False

    def carry_out(self, asked: Asked) -> None:
        knobs = asked.scenario.overlay.update_knobs
        if self.to_public() and knobs.public:
            asked.drill.turn((Effect(knob=knobs.public, value=1.0),), "update")
        if asked.circle.inside and self.tells_detail() and knobs.detail:
            asked.drill.turn((Effect(knob=knobs.detail, value=1.0),), "update")


class UpdateStakeholders(
    _Update, form="Stakeholder update", verb="Publish the update", about=("audience", "cause"),
    first=("audience", "status", "impact.name", "impact.low", "unknowns", "next_update_minutes"),
):  # fmt: skip
    """Tell customers or the company: status, impact, mitigation, unknowns, when they hear again."""

    audience: Literal["public", "internal", "restricted"]
    status: v.Progress
    impact: v.Figure | None = None
    segments: tuple[v.Segment, ...] = ()
    mitigation: v.Action | None = None
    unknowns: tuple[v.Unknown, ...] = ()
    cause: v.Cause | None = None
    eta: Eta = "unknown"
    eta_low: v.Minutes | None = None
    """With a range: the fewest minutes until it is over."""
    eta_high: v.Minutes | None = None
    """With a range: the most."""
    next_update_minutes: v.Minutes
    text: v.Text = ""

    def objection(self, asked: Asked) -> Refusal | None:
        if self.audience == "restricted" and not asked.circle.knows(asked.role):
            who = "a restricted update comes from somebody who needs to know"
            return Refusal("need_to_know", f"{who}; you speak to the others")
        return None

    def closed(self, circle: NeedToKnow, hands: Mapping[str, str]) -> bool:
        return self.audience == "restricted"

    def tells_detail(self) -> bool:
        return self.audience != "restricted" and (self.cause is not None or bool(self.segments))

    def to_public(self) -> bool:
        return self.audience == "public"

    def fold(self, history: History, entry: Entry) -> None:
        history.told[self.audience] = entry.at
        history.next_update_due = entry.at + round(60 * self.next_update_minutes)

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Update ({n.title('audience', self.audience)}): {self.status}", n.figure(self.impact),
            n.titles("segments", self.segments),
            f"mitigation: {n.title('actions', self.mitigation)}" if self.mitigation else "",
            f"cause: {n.title('causes', self.cause)}" if self.cause else "",
            f"unknown: {n.titles('unknowns', self.unknowns)}" if self.unknowns else "",
            self.expects(), due(self.next_update_minutes), self.text,
        )  # fmt: skip


class UpdateExecutives(
    _Update, form="Executive update", verb="Send to executives", about=("cause",),
    first=("impact.name", "impact.low", "unknowns", "next_update_minutes"),
):  # fmt: skip
    """Tell executives what is known, unknown, the impact, the mitigation and when they hear again."""

    impact: v.Figure | None = None
    """None is for whoever may not know: outside need-to-know there are no figures to give."""
    cause: v.Cause | None = None
    mitigation: v.Action | None = None
    unknowns: tuple[v.Unknown, ...] = ()
    eta: Eta = "unknown"
    eta_low: v.Minutes | None = None
    """With a range: the fewest minutes until it is over."""
    eta_high: v.Minutes | None = None
    """With a range: the most."""
    next_update_minutes: v.Minutes
    text: v.Text = ""

    def tells_detail(self) -> bool:
        return self.cause is not None

    def fold(self, history: History, entry: Entry) -> None:
        history.told["executives"] = entry.at

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Update (executives): {n.figure(self.impact)}" if self.impact else "Update (executives)",
            f"mitigation: {n.title('actions', self.mitigation)}" if self.mitigation else "",
            f"cause: {n.title('causes', self.cause)}" if self.cause else "",
            f"unknown: {n.titles('unknowns', self.unknowns)}" if self.unknowns else "",
            self.expects(), due(self.next_update_minutes), self.text,
        )  # fmt: skip


class CorrectUpdate(
    Act, form="Correct an update", verb="Correct it", tab="Tell", may=SPEAKS, opens_with="updates", weighty=True,
    number="correction", group="message",
):  # fmt: skip
    """Take back or correct something an earlier update said."""

    update: Annotated[v.Ref, v.Pick("updates")]
    status: v.Progress
    impact: v.Figure | None = None
    text: v.Text = ""

    def sentence(self, n: Names) -> str:
        return clauses(f"Correction of {self.update}: {self.status}", n.figure(self.impact), self.text)


class HandOff(
    Act, form="Hand off", verb="Hand it over", tab="Command", about=("what",), group="lead", first=(
        "what", "to", "included", "unknowns", "next_checkpoint_minutes", "rollback_trigger.metric",
        "rollback_trigger.is", "rollback_trigger.threshold"),
    settled=("next_checkpoint_minutes", "rollback_trigger.is"),
):  # fmt: skip
    """Hand a lane or command to somebody, so that nothing falls between the two of you."""

    what: Literal["commander", "triage", "mitigation", "verification", "comms"]
    to: v.Seat
    included: tuple[v.Segment, ...]
    unknowns: tuple[v.Unknown, ...]
    hypothesis: v.Cause | None = None
    in_flight: tuple[v.Action, ...] = ()
    next_checkpoint_minutes: v.Minutes
    state: v.Progress | None = None
    decision_point: v.Fork | None = None
    """What whoever takes over has to decide next."""
    update_minutes: v.Minutes | None = None
    """How often those outside hear; 0 would be never."""
    rollback_trigger: v.Check | None = None
    packet: Annotated[v.Ref, v.Pick("packets")] | None = None
    note: v.Text = ""

    def objection(self, asked: Asked) -> Refusal | None:
        if self.what == v.COMMANDER and asked.incident.holder(v.COMMANDER) != asked.role:
            return Refusal("rights", "only the commander hands command over")
        if self.to == asked.role:
            return Refusal("self", "hand it to somebody else")
        return None

    def carry_out(self, asked: Asked) -> None:
        drill = asked.drill
        handoff = v.Ref.to("handoff", len(drill.incident.handoffs) + 1)
        drill.emit(e.HandOffOffered(handoff=handoff, what=self.what, giver=asked.role, receiver=self.to))
        if asked.incident.simulated(self.to):
            drill.env.process(drill.teammates.accept_handoff(handoff, self.to))

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Hands {self.what} to {n.handle(self.to)}", self.state or "", n.titles("segments", self.included),
            f"thinks: {n.title('causes', self.hypothesis)}" if self.hypothesis else "",
            f"unknown: {n.titles('unknowns', self.unknowns)}" if self.unknowns else "",
            f"in flight: {n.titles('actions', self.in_flight)}" if self.in_flight else "",
            f"back if {n.check(self.rollback_trigger)}" if self.rollback_trigger else "",
            f"to decide: {self.decision_point}" if self.decision_point else "",
            f"updates every {self.update_minutes:g} min" if self.update_minutes is not None else "",
            f"next checkpoint in {self.next_checkpoint_minutes:g} min", self.packet or "", self.note,
        )  # fmt: skip


class AcceptHandOff(
    Act, form="Accept handoff", verb="Accept", tab="Command", opens_with="handoffs", group="lead", minor=True,
):  # fmt: skip
    """Say that you have what was handed to you."""

    handoff: Annotated[v.Ref, v.Pick("handoffs")]

    def objection(self, asked: Asked) -> Refusal | None:
        offer = asked.incident.handoffs.get(self.handoff)
        if offer is None or offer.receiver != asked.role:
            return Refusal("not_yours", "that was not handed to you")
        if offer.what == v.COMMANDER and asked.incident.holder(v.COMMANDER) != offer.giver:
            return Refusal("late", "command has gone elsewhere since that was offered")
        return None

    def carry_out(self, asked: Asked) -> None:
        offer = asked.incident.handoffs[self.handoff]
        asked.drill.emit(e.HandOffAccepted(handoff=offer.id, what=offer.what, receiver=asked.role))
