"""Finding out: hypotheses, queries, logs, panels, questions, cues, claims."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulator import events as e
from simulator import values as v
from simulator.acts.base import Act, Asked, unmet
from simulator.answers import Refusal
from simulator.names import Names
from simulator.record.entry import Entry
from simulator.record.history import History

SEARCH_SECONDS = 12
LOG_LINES_SHOWN = 40
Lately = Annotated[float, Field(gt=0, le=180)]
"""Minutes back from now."""


class _Look(Act, tab="Investigate", group="finding"):
    """A way of finding out."""


class StateHypothesis(
    _Look, form="Hypothesis", verb="State it", about=("cause",), number="hypothesis", group="decision",
):  # fmt: skip
    """Say what you think the cause is, and how sure you are."""

    cause: v.Cause
    probability: float = Field(ge=0, le=1)

    def sentence(self, n: Names) -> str:
        return f"Hypothesis {round(100 * self.probability)} %: {n.title('causes', self.cause)}"


class RunQuery(_Look, form="Run a query", verb="Run", hands_on=True, wordless=True, about=("query",), minor=True):
    """Run a command or query, or have the executor run it. The output comes after its duration."""

    query: v.Query
    executor: v.Role | None = None

    def objection(self, asked: Asked) -> Refusal | None:
        return asked.settle_executor("queries", self.query, self.executor)

    def carry_out(self, asked: Asked) -> None:
        drill, who = asked.drill, asked.executor
        query = asked.scenario.find("queries", self.query)
        if who != asked.role:
            asked.delegate(who, query.title, query=query.id)
            return
        drill.env.process(
            drill.teammates.look(query, who) if asked.incident.simulated(who) else drill.work.query(query, who)
        )

    def essence(self) -> tuple[object, ...]:
        return ("do", self.query)


class SearchLogs(_Look, form="Log search", verb="Search", hands_on=True, wordless=True, minor=True):
    """Search the log stream; what it finds can be named as evidence."""

    text: v.Line = ""
    service: v.Service | None = None
    level: Literal["INFO", "WARN", "ERROR"] | None = None
    minutes: Lately = 15

    def objection(self, asked: Asked) -> Refusal | None:
        if asked.circle.knows(asked.role):
            return None
        return Refusal("need_to_know", "the logs are for those who need to know; ask one of them")

    def carry_out(self, asked: Asked) -> None:
        drill = asked.drill

        def lines() -> str:
            found = drill.logs.search(
                drill.now, text=self.text, service=self.service, level=self.level, minutes=self.minutes
            )
            shown = [f"{line.service} {line.level} {line.text}" for line in found[-LOG_LINES_SHOWN:]]
            return "\n".join([f"{len(found)} lines, newest {len(shown)} shown", *shown])

        line = f"logs {self._terms()}"
        drill.env.process(drill.work.lookup("logs", asked.role, line, SEARCH_SECONDS, lines, "receipt"))

    def _terms(self) -> str:
        terms = (
            f"service={self.service}" if self.service else "",
            f"level={self.level}" if self.level else "",
            repr(self.text) if self.text else "",
            f"last {self.minutes:g}m",
        )
        return " ".join(term for term in terms if term)


class PinMetric(_Look, form="Pin a panel", verb="Pin it", hands_on=True, wordless=True, about=("metric",), minor=True):
    """Put a metric panel as it is now into the record, as evidence of class artifact (`metric:ID`)."""

    metric: v.Metric
    minutes: Lately = 30

    def carry_out(self, asked: Asked) -> None:
        drill = asked.drill
        since = drill.now - round(60 * self.minutes)
        series = drill.telemetry.series(self.metric, drill.now, since)
        values = [value for _, value in series if value is not None]
        drill.emit(
            e.MetricPinned(
                run=drill.work.named(v.Ref.to("metric", self.metric)), metric=self.metric,
                last=values[-1] if values else None, low=min(values, default=None), high=max(values, default=None),
                since=since,
            )
        )  # fmt: skip


class AskRole(
    _Look, form="Ask somebody", verb="Ask", wordless=True, about=("role",), group="message", closed_by=("role",),
):  # fmt: skip
    """Ask a role what they know about a topic."""

    role: v.Role
    topic: v.Topic

    def objection(self, asked: Asked) -> Refusal | None:
        return asked.absent(self.role)

    def carry_out(self, asked: Asked) -> None:
        if asked.incident.simulated(self.role):
            asked.drill.env.process(asked.drill.teammates.ask(self.role, self.topic))

    def sentence(self, n: Names) -> str:
        return f"{n.handle(self.role)}: what do you know about {n.title('topics', self.topic).lower()}?"


class ChallengeClaim(
    _Look, form="Challenge a claim", verb="Challenge it", opens_with="claims", about=("inject",),
    group="message", closed_by=("inject",),
):  # fmt: skip
    """Contradict a claim with evidence that could have gone the other way."""

    inject: Annotated[v.Id, v.Pick("claims")]
    evidence: v.Evidence

    def fold(self, history: History, entry: Entry) -> None:
        history.claims.pop(self.inject, None)

    def sentence(self, n: Names) -> str:
        return f"challenges the claim with {', '.join(map(n.cited, self.evidence))}"


class ShareCue(_Look, form="Share what you know", verb="Share it", opens_with="own_cues", about=("cue",), minor=True):
    """Bring something that only you know into the channel."""

    cue: Annotated[v.Id, v.Pick("own_cues")]

    def objection(self, asked: Asked) -> Refusal | None:
        return None if v.Ref.to("cue", self.cue) in asked.incident.refs else unmet("you do not know that yet")

    def carry_out(self, asked: Asked) -> None:
        cue = next(cue for cue in asked.scenario.find("roles", asked.role).cues if cue.id == self.cue)
        asked.drill.teammates.share(asked.role, cue, "offered")
