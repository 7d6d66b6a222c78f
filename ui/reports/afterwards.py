"""What people wrote after a drill, as documents draw on it: answers, actions, warnings, the survey."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from analytics.follow_through.actions import PICKED, ActionItem
from analytics.follow_through.view import FollowUpView
from analytics.follow_through.wording import Warned, admonitions, conclusions, vague
from analytics.stages import FollowStage
from ui.reports.finished import Finished

QUESTIONS: Mapping[str, tuple[str, bool]] = {
    "real": ("I did here what I do in a real incident (1 not at all, 5 entirely)", True),
    "clear": ("I knew at every moment who decides (1 never, 5 always)", True),
    "differently": ("What will you do differently in the next incident?", False),
    "change": ("What should change in our tools, runbooks or ways of working?", False),
    "next": ("What should the next drill be about?", False),
}
"""The survey of lessons: question -> its words, and whether it is a rating."""


def follow_through(drill: Finished) -> dict[str, Any]:
    """Return the follow-through: its stages with what was answered, its actions, its own score."""
    view, score = drill.followed, drill.follow_score
    if view is None or score is None:
        return {"total": None, "stages": [], "actions": [], "warnings": []}
    return {
        "total": score.total, "stages": [_stage(view, stage, *score.stage(stage.id)) for stage in view.rules.stages],
        "actions": [action_row(view, one) for one in view.actions],
        "warnings": [one._asdict() for one in warnings(view, drill.people)],
        "findings": [{"id": f.id, "title": f.title, "points": f.points, "out_of": f.out_of, "why": f.why}
                     for f in score.findings],
    }  # fmt: skip


def _stage(view: FollowUpView, stage: FollowStage, points: float, out_of: float) -> dict[str, Any]:
    answers = []
    for one in view.asked(stage):
        said = view.answer(one.id)
        titles = {shown.id: shown for shown in view.shows(one).values()} if one.among else {}
        given = [{"title": titles[p].title, "note": titles[p].note} for p in said.picked if p in titles]
        answers.append({"id": one.id, "ask": one.ask, "text": "" if one.among else said.text, "picked": given,
                        "by": said.author, "answered": bool(said.value)})  # fmt: skip
    return {"id": stage.id, "title": stage.title, "about": stage.about, "points": points, "out_of": out_of,
            "answers": answers}  # fmt: skip


def action_row(view: FollowUpView, one: ActionItem) -> dict[str, Any]:
    """Return an action in words."""
    factor = view.factors.get(one.factor)
    return {
        "number": one.number, "text": one.text, "class": one.kind, "owner": one.owner or "nobody", "due": one.due,
        "factor": factor.title if factor else "", "layer": factor.note if factor else "",
        "control": PICKED["control"].get(one.control, ""), "signal": PICKED["signal"].get(one.signal, ""),
        "shown_by": one.shown_by, "standard": PICKED["standard"].get(one.standard, ""), "retest": one.retest,
        "measure": one.measure.replace("_", " "), "state": PICKED["state"].get(one.state, one.state),
    }  # fmt: skip


def warnings(view: FollowUpView, people: tuple[str, ...]) -> Iterator[Warned]:
    """Yield every sentence of the follow-through that is better said in another way."""
    for stage in view.rules.stages:
        for one in view.asked(stage):
            if not one.among:
                yield from admonitions(view.answer(one.id).text)
                yield from conclusions(view.answer(one.id).text, people)
    for action in view.actions:
        yield from vague(action.text)
        yield from vague(action.shown_by)
        yield from conclusions(action.text, people)


def survey(drill: Finished) -> list[dict[str, Any]]:
    """Return what the survey of lessons came to: counts of ratings, and what was written."""
    found = []
    for ident, (ask, rating) in QUESTIONS.items():
        said = [(one.answers[ident], one.author) for one in drill.lessons if ident in one.answers]
        counts = Counter(words for words, _ in said) if rating else Counter()
        found.append({
            "id": ident, "ask": ask, "rating": rating, "answers": len(said),
            "counts": [{"rating": n, "people": counts[str(n)]} for n in range(1, 6)] if rating else [],
            "words": [] if rating else [{"text": words, "by": author or "without a name"} for words, author in said],
        })  # fmt: skip
    return found
