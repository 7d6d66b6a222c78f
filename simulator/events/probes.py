"""What people are asked in a freeze, each alone, and what would have been right."""

from __future__ import annotations

from simulator.events.base import Event, TruthEvent
from simulator.names import Names, Said
from simulator.record.entry import Entry
from simulator.values import Id, Part, Ref, Role, Words


class Choice(Part):
    """One answer on offer."""

    one: Id
    label: Words


class ProbeQuestion(Part):
    """A question about how things stand, and the answers on offer."""

    one: Id
    text: Words
    choices: tuple[Choice, ...]


class ProbeKey(Part):
    """What the world says to a question: answers that are right, and those that are next to it."""

    one: Id
    right: tuple[Id, ...]
    near: tuple[Id, ...] = ()


class ProbeAsked(Event, open=True, group="finding", news="you are asked something, alone", doer="seat"):
    """Somebody in a seat is asked how they think things stand (always addressed)."""

    probe: Ref
    seat: Role
    questions: tuple[ProbeQuestion, ...]

    def concerns(self, role: str) -> bool:
        return self.seat == role

    def in_words(self, n: Names, entry: Entry) -> Said:
        asked = "\n".join(f"- {question.text}" for question in self.questions)
        return Said("cue", "asked, only you", "", "How do you think things stand? Answer alone.", asked)


class ProbeKeyed(TruthEvent, group="finding", minor=True):
    """What would have been right, as the world was."""

    probe: Ref
    seat: Role
    answers: tuple[ProbeKey, ...]
