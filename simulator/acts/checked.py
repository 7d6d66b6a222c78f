"""What people say to the facilitator and to nobody else, and the check before the start that all read the channel."""

from __future__ import annotations

from simulator import events as e
from simulator import values as v
from simulator.acts.base import Act, Asked, already
from simulator.answers import Refusal
from simulator.names import Names
from simulator.probes import Ask
from simulator.record.history import History


class AnswerProbe(
    Act, verb="Answer", tab="Command", private=True, open=True, group="finding", minor=True,
    about=("probe", "question"),
):  # fmt: skip
    """Answer one of the questions that you were asked alone; nobody but the facilitator learns what you said."""

    probe: v.Ref
    question: Ask
    choice: v.Line

    def objection(self, asked: Asked) -> Refusal | None:
        inbox = asked.drill.inboxes[asked.role]
        found = (q for x in inbox if isinstance(x.body, e.ProbeAsked) and x.body.probe == self.probe
                 for q in x.body.questions if q.one == self.question)  # fmt: skip
        question = next(found, None)
        if question is None:
            return Refusal("unknown", "you were asked no such question")
        if self.choice not in [choice.one for choice in question.choices]:
            return Refusal("unknown", f"{self.choice!r} is none of the answers; pick one of those on offer")
        void = {x.body.command for x in inbox if isinstance(x.body, e.CommandRefused)}
        given = (x.body for x in inbox if isinstance(x.body, AnswerProbe) and x.seq not in void)
        if any((one.probe, one.question) == (self.probe, self.question) for one in given):
            return already("you have answered that; the first answer counts")
        return None

    @classmethod
    def offered(cls, history: History, role: str) -> bool:
        return False  # the question itself has the answers


class ConfirmReading(Act, verb="I read the channel", tab="Command", open=True, group="lead", minor=True):
    """Say before the start that you read the channel."""

    def objection(self, asked: Asked) -> Refusal | None:
        given = any(isinstance(x.body, ConfirmReading) and x.role == asked.role for x in asked.drill.entries)
        return already("you have said so; wait for the start") if given else None

    def sentence(self, n: Names) -> str:
        return "reads the channel"

    @classmethod
    def offered(cls, history: History, role: str) -> bool:
        return False  # it is asked for beside the briefing
