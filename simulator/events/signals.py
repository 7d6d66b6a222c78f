"""What reaches people from monitoring, from outside, and from what single roles know."""

from __future__ import annotations

from typing import Literal

from simulator.events.base import Event
from simulator.names import Names, Said
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.record.tracked import AlertState
from simulator.values import Alert, Attachment, Channel, Cue, Id, Inject, Ref, Role, Words

FEW = 3
"""Readers up to which something is said to be for you."""


class AlertFired(Event, open=True, group="alert", in_world=True, news="an alert fired", cited="alert"):
    """An alert rule held for its `for:`; `value` is what the rule saw. `page` is the role it pages, if any."""

    alert: Alert
    severity: Literal["critical", "warning", "info"]
    summary: Words
    value: float
    page: Role | None = None
    runbook: Words | None = None

    def fold(self, history: History, entry: Entry) -> None:
        known = history.alerts.get(self.alert)
        history.alerts[self.alert] = AlertState(
            self.alert, self.severity, self.summary, entry.at, acknowledged=known.acknowledged if known else None,
            page=self.page, runbook=self.runbook,
        )  # fmt: skip

    def in_words(self, n: Names, entry: Entry) -> Said:
        pages = f" · pages {n.handle(self.page)}" if self.page else ""
        return Said("alert", f"alert {self.severity}", n.title("alerts", self.alert), self.summary + pages)


class AlertResolved(Event, open=True, group="alert", in_world=True):
    """An alert rule no longer holds."""

    alert: Alert

    def fold(self, history: History, entry: Entry) -> None:
        history.alerts[self.alert].firing = False

    def in_words(self, n: Names, entry: Entry) -> Said:
        return Said("alert", "resolved", n.title("alerts", self.alert), "no longer holds")


class ChangeHappened(Event, open=True, group="change", in_world=True, cited="change"):
    """A deploy, flag flip, migration or configuration change, innocent ones included."""

    change: Id
    service: Id
    summary: Words
    actor: Words
    detail: Words | None = None

    def fold(self, history: History, entry: Entry) -> None:
        history.happened.append((entry.at, entry.seq, Ref.to("change", self.change)))

    @property
    def what(self) -> str:
        """The summary without the service, where that stands before it already."""
        starts = (f"{self.service}: ", f"{self.service} ")
        return self.summary.removeprefix(self.service).lstrip(": ") if self.summary.startswith(starts) else self.summary

    def in_words(self, n: Names, entry: Entry) -> Said:
        return Said("change", "change", self.service, f"{self.what} ({self.actor})")


class InjectDelivered(Event, group="inject", news="a message came", cited="inject", closed_by=("channel",)):
    """Something from outside reached a channel: a message, an ask, a claim, a call."""

    inject: Inject
    persona: Words
    channel: Channel
    text: Words
    form: Literal["message", "ask", "claim", "order"]
    answers: tuple[tuple[str, str], ...] = ()
    """Answers on offer, as (id, label)."""

    def fold(self, history: History, entry: Entry) -> None:
        history.delivered[self.inject] = entry.seq
        history.came_in[self.inject] = self.channel
        history.happened.append((entry.at, entry.seq, Ref.to("inject", self.inject)))
        if self.form == "ask" or self.answers:
            history.asks[self.inject] = entry.at
        if self.form == "claim":
            history.claims[self.inject] = entry.at

    def in_words(self, n: Names, entry: Entry) -> Said:
        label = {"ask": "asks", "claim": "claims", "order": "orders"}.get(self.form, "message")
        where = n.where(self.channel)
        # A whole circle of readers is a channel, not an address.
        label = f"{label}, to you" if 0 < len(self.to) <= FEW else label
        return Said("inject", label, f"{self.persona} in {where}" if where else self.persona, self.text)


ATTACHED = {"document": "document", "log": "log excerpt", "figure": "figure"}
"""What an attachment is called."""


class MessagePosted(
    Event, group="message", news="somebody wrote", number="message", talk=True, closed_by=("channel",),
):  # fmt: skip
    """Somebody simulated said something; `about` is a reference (task, query, cue) where there is one."""

    role: Words
    """A role, or a persona from outside."""
    channel: Channel
    text: Words
    about: Ref | None = None
    attachment: Attachment | None = None

    def in_words(self, n: Names, entry: Entry) -> Said:
        where, comes = n.where(self.channel), self.attachment
        said = Said("person", "says", n.teammate(self.role) + (f" in {where}" if where else ""), self.text)
        if comes is None:
            return said
        return said._replace(text=f"{self.text} [{ATTACHED[comes.is_]}: {comes.title}]", detail=comes.text)


class CueGiven(Event, open=True, group="finding", news="you were told something", cited="cue"):
    """A role learned something that only it knows (always addressed)."""

    cue: Cue
    role: Role
    text: Words

    def in_words(self, n: Names, entry: Entry) -> Said:
        return Said("cue", "only you know", "", self.text)


class CueShared(
    Event, group="finding", news="somebody shared something", stands_from_now=True, cited="cue", closed_by=("role",),
):  # fmt: skip
    """A cue reached the channel; `how` says whether it was asked for, offered, or came late by itself."""

    cue: Cue
    role: Role
    text: Words
    how: Literal["asked", "offered", "late"]

    def fold(self, history: History, entry: Entry) -> None:
        history.cues.setdefault(self.cue, entry.at)

    def in_words(self, n: Names, entry: Entry) -> Said:
        who = n.handle(self.role) if entry.by.machine else n.person(entry.by)
        return Said("person", "shares", who, self.text)


class HintGiven(Event, open=True, group="finding", news="a hint"):
    """The next-step hint of training mode, or one from the facilitator."""

    text: Words
    step: Literal["nudge", "pointer", "answer"] | None = None
    """How much a facilitator's hint tells."""

    def in_words(self, n: Names, entry: Entry) -> Said:
        return Said("hint", "hint" if self.step is None else f"hint, {self.step}", "", self.text)
