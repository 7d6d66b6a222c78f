"""A drill with what people wrote after it, as the predicates of the follow-through ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from analytics.facts import severity_truth
from analytics.follow_through.actions import ActionItem, actions
from analytics.follow_through.beside import RecordShows, beside
from analytics.follow_through.wording import says, seen_done
from analytics.stages import FollowStage, FollowThrough, StageQuestion
from analytics.view import RecordView
from simulator.record.follow_up import FollowUp, Wording

HOUR = 3600.0
LATE = 0.5
"""What an answer is worth that came after its time."""


FACTORS, CANDIDATES = "factors", "candidates"
"""Questions under which factors are named: those that the record shows, and those inferred."""


def answers(said: Wording) -> bool:
    """Tell whether a wording says anything."""
    return says(said.value) if isinstance(said.value, str) else bool(said.value)


@dataclass(frozen=True, eq=False)
class FollowUpView:
    """The record of a drill, what its playbook asks for afterwards, and what people wrote."""

    drill: RecordView
    rules: FollowThrough
    there: FollowUp
    ended: float
    """Wall instant at which the drill was over."""

    @cached_property
    def actions(self) -> tuple[ActionItem, ...]:
        """The actions that stand."""
        return tuple(actions(self.there))

    @cached_property
    def verifiable(self) -> tuple[ActionItem, ...]:
        """Those of them that somebody can see done; the others are there, and earn nothing."""
        return tuple(one for one in self.actions if seen_done(one.text))

    @cached_property
    def level(self) -> str:
        """The gravest severity that the playbook gives this incident while it went on."""
        order = self.drill.playbook.severity.ids
        last = max(0, self.drill.left)  # a drill may be over before the first page
        return min((severity_truth(self.drill, at) for at in range(0, last + 1, 300)), key=order.index)

    def asked(self, stage: FollowStage) -> tuple[StageQuestion, ...]:
        """Return the questions of a stage that this incident is large enough for."""
        small = self.level in stage.small_at
        return tuple(one for one in stage.questions if one.light or not small)

    def stage_of(self, criterion: str) -> FollowStage:
        """Return the stage that a criterion belongs to."""
        return next(stage for stage, one in self.rules.criteria() if one.id == criterion)

    def answer(self, question: str) -> Wording:
        """Return how the answer to a question reads now."""
        found = self.rules.question(question)
        return self.there.said(found[0].id if found else "", question)

    def given(self, stage: FollowStage) -> dict[str, float]:
        """Return question -> what its answer is worth by its time, of those that are answered."""
        found = {}
        for one in self.asked(stage):
            wordings = [w for w in self.there.wordings(stage.id, one.id) if answers(w)]
            if wordings and answers(self.answer(one.id)):
                found[one.id] = self.in_time(stage, wordings[0].made)
        return found

    def in_time(self, stage: FollowStage, made: float) -> float:
        """Return what something is worth that was first written at a wall instant."""
        if stage.within_hours is None or made <= self.ended + HOUR * stage.within_hours:
            return 1.0
        return LATE

    def shows(self, question: StageQuestion) -> Mapping[str, RecordShows]:
        """Return what the record shows of a question, by what would be picked."""
        what = question.among or question.beside
        return {} if what is None else {one.id: one for one in beside(self.drill, what)}

    @cached_property
    def named(self) -> frozenset[str]:
        """The factors that were named, as shown by the record or as candidates."""
        picked = (*self.answer(FACTORS).picked, *self.answer(CANDIDATES).picked)
        return frozenset(one for one in picked if one in self.factors)

    @property
    def key_open(self) -> bool:
        """Tell whether the scenario's own factors may be shown: nobody is asked for any, or the team has named some."""
        return self.rules.question(FACTORS) is None or bool(self.named)

    @cached_property
    def factors(self) -> Mapping[str, RecordShows]:
        """What may be picked as a contributing factor."""
        return {one.id: one for one in beside(self.drill, "factors")}
