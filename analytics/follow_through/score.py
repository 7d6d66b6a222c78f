"""The score of the follow-through: its own 100 points, from entries and record, never part of the drill's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from analytics.criteria.judging import Judge, found_in
from analytics.follow_through import predicates
from analytics.follow_through.predicates import StageFinding
from analytics.follow_through.view import FollowUpView
from analytics.playbook import Playbook
from analytics.stages import FollowStage, StageCriterion
from simulator.scenario.document import Steps

KINDS: Mapping[str, Judge[StageFinding]] = found_in(predicates)
"""Kind -> predicate of the follow-through."""


@dataclass(frozen=True)
class FollowScore:
    """What a follow-through came to."""

    total: int | None
    """None where nothing is owed."""
    findings: tuple[StageFinding, ...]

    def stage(self, ident: str) -> tuple[float, float]:
        """Return the points of one stage and what it could give."""
        found = [one for one in self.findings if one.stage == ident]
        return round(sum(one.points for one in found), 1), round(sum(one.out_of for one in found), 1)

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {"total": self.total, "findings": [asdict(one) for one in self.findings]}


def score_follow_through(view: FollowUpView) -> FollowScore:
    """Return the score of what people wrote after a drill. A stage that this incident does not ask for counts nothing.

    Raises KeyError for a kind that nothing judges; `wrong` says so before.
    """
    found = tuple(_judged(view, stage, one) for stage, one in view.rules.criteria())
    out_of = round(10 * sum(one.out_of for one in found))
    earned = round(10 * sum(one.points for one in found))
    return FollowScore(100 * earned // out_of if out_of else None, found)


def _judged(view: FollowUpView, stage: FollowStage, one: StageCriterion) -> StageFinding:
    if stage.questions and not view.asked(stage):
        return predicates.beside_the_point(view, one, f"It is not owed after a {view.level} incident.")
    return KINDS[one.kind](view, one)


def wrong(playbook: Playbook) -> Iterator[tuple[Steps, str, str]]:
    """Yield what cannot be in a playbook's follow-through: where, what, and how to mend it."""
    rules = playbook.follow_through
    asked = [one.id for stage in rules.stages for one in stage.questions] if rules else []
    for at, stage in enumerate(rules.stages if rules else ()):
        for level in set(stage.small_at) - set(playbook.severity.ids):
            steps: Steps = ("follow_through", "stages", at, "small_at")
            yield steps, f"there is no level {level!r}", f"use some of {', '.join(playbook.severity.ids)}"
        for number, one in enumerate(stage.criteria):
            yield from _wrong_in(("follow_through", "stages", at, "criteria", number), one, asked)


def _wrong_in(steps: Steps, one: StageCriterion, asked: list[str]) -> Iterator[tuple[Steps, str, str]]:
    judge = KINDS.get(one.kind)
    if judge is None:
        yield (*steps, "kind"), f"criterion {one.id} is of kind {one.kind!r}, which judges nothing", \
            f"use one of {', '.join(KINDS)}"
        return
    for path, what in judge.refused(one.given):
        yield (*steps, "with", *path), f"criterion {one.id}: {what}", "mend the parameter"
    for ident in one.given.get("questions", ()) if "questions" in judge.accepts.model_fields else ():
        if ident not in asked:
            yield (*steps, "with", "questions"), f"nobody asks {ident!r}", f"use some of {', '.join(asked)}"
