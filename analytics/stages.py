"""What a playbook asks for once the drill is over, as data: stages, their questions, and what each earns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from analytics.judged import Judged, Points
from simulator.scenario.data import Data

Ident = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
Source = Literal["signals", "checkpoints", "ownership", "factors", "steps", "turning_points"]
"""What an answer is picked from: what the record of this drill shows, and the factors its scenario knows."""
Beside = Literal[Source, "impact", "harm", "times"]
"""What of the record stands beside a question."""


class StageQuestion(Data):
    """One thing that is asked after a drill."""

    id: Ident
    ask: str
    hint: str = ""
    among: Source | None = None
    """Picked from this; without it, written."""
    several: bool = False
    """More than one may be picked."""
    rows: Annotated[int, Field(ge=1, le=12)] = 3
    """Lines of the box for words."""
    beside: Beside | None = None
    """What of the record stands beside it; of a question that is picked, what it is picked from."""
    light: bool = True
    """Asked also after a small incident."""
    source: str


class StageCriterion(Judged):
    """One thing that earns points of the follow-through."""

    points: Points
    advice: str = ""


class FollowStage(Data):
    """One part of the follow-through."""

    id: Ident
    title: str
    about: str
    """What it is for, in one sentence."""
    within_hours: Annotated[float, Field(gt=0, le=24 * 90)] | None = None
    """Hours after the end of the drill within which it is done; later is worth half."""
    small_at: tuple[str, ...] = ()
    """Levels of severity at which only the questions marked `light` are asked."""
    questions: tuple[StageQuestion, ...] = ()
    criteria: Annotated[tuple[StageCriterion, ...], Field(min_length=1)]
    source: str

    @property
    def points(self) -> float:
        """Return what all of it is worth."""
        return sum(one.points for one in self.criteria)


class FollowThrough(Data):
    """Everything that a playbook asks for after the drill; worth 100 points of its own."""

    about: str
    stages: Annotated[tuple[FollowStage, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        found = sum(stage.points for stage in self.stages)
        if abs(found - 100) > 1e-6:
            raise ValueError(f"the stages add up to {found:g}, not to 100; mend the points of their criteria")
        for what, ids in (
            ("stage", [stage.id for stage in self.stages]),
            ("criterion", [one.id for _, one in self.criteria()]),
            ("question", [one.id for stage in self.stages for one in stage.questions]),
        ):
            twice = sorted({ident for ident in ids if ids.count(ident) > 1})
            if twice:
                raise ValueError(f"{what} {twice[0]} occurs twice; give one of them another name")
        return self

    def criteria(self) -> Iterator[tuple[FollowStage, StageCriterion]]:
        """Yield every criterion with its stage, in order."""
        for stage in self.stages:
            for criterion in stage.criteria:
                yield stage, criterion

    def question(self, ident: str) -> tuple[FollowStage, StageQuestion] | None:
        """Return a question with its stage, None where nobody asks it."""
        every = ((stage, one) for stage in self.stages for one in stage.questions)
        return next((pair for pair in every if pair[1].id == ident), None)
