"""What earns points of the follow-through. Structure is judged, what was picked is held against the record; no words.

What the record contradicts costs, what says nothing is no answer, and what nobody can see done is no action.

Each is `(view, criterion, *, parameters) -> StageFinding`; its name is the `kind` in a playbook.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from analytics.criteria.judging import judges
from analytics.follow_through.actions import ActionItem
from analytics.follow_through.beside import NOTHING
from analytics.follow_through.view import CANDIDATES, FollowUpView, answers
from analytics.follow_through.wording import says
from analytics.scorecard import listed
from analytics.stages import StageCriterion, StageQuestion

FollowStatus = Literal["met", "partial", "missed", "not_applicable"]


@dataclass(frozen=True, slots=True)
class StageFinding:
    """How one criterion of the follow-through was met."""

    id: str
    stage: str
    title: str
    status: FollowStatus
    points: float
    out_of: float
    why: str
    advice: str
    source: str


def settled(view: FollowUpView, one: StageCriterion, share: float, why: str) -> StageFinding:
    """Return the finding of a share that was earned."""
    points = round(one.points * min(1.0, max(0.0, share)), 1)
    status: FollowStatus = "met" if points >= one.points else "partial" if points > 0 else "missed"
    stage = view.stage_of(one.id).id
    advice = "" if status == "met" else one.advice
    return StageFinding(one.id, stage, one.title, status, points, one.points, why, advice, one.source)


def beside_the_point(view: FollowUpView, one: StageCriterion, why: str) -> StageFinding:
    """Return the finding of a criterion that this drill gives no occasion for: it leaves the total."""
    return StageFinding(one.id, view.stage_of(one.id).id, one.title, "not_applicable", 0.0, 0.0, why, "", one.source)


@judges()
def answered(view: FollowUpView, one: StageCriterion, *, questions: tuple[str, ...] = ()) -> StageFinding:
    """These questions, or all of the stage that this incident asks for, are answered, in the stage's time.

    Of what was picked, what the record contradicts is no answer.
    """
    stage = view.stage_of(one.id)
    wanted = [q for q in view.asked(stage) if not questions or q.id in questions]
    if not wanted:
        return beside_the_point(view, one, f"A {view.level} incident does not ask for it.")
    given = view.given(stage)
    holds = {q.id: _holds(view, q) for q in wanted if q.id in given}
    share = sum(worth * holds.get(ident, 0.0) for ident, worth in given.items()) / len(wanted)
    late = [q.id for q in wanted if given.get(q.id, 1.0) < 1]
    why = f"{sum(q.id in given for q in wanted)} of {len(wanted)} answered"
    why += f", {len(late)} of them later than {stage.within_hours:g} h after the drill" if late else ""
    against = [ident.replace("_", " ") for ident, found in holds.items() if found < 1]
    why += f"; the record contradicts part of {listed(against)}" if against else ""
    return settled(view, one, share, f"{why}.")


def _holds(view: FollowUpView, question: StageQuestion) -> float:
    """Return the share of what was picked that the record does not contradict; words are not held against it."""
    if not question.among:
        return 1.0
    shown, picked = view.shows(question), view.answer(question.id).picked
    return sum(bool(one in shown and shown[one].share) for one in picked) / len(picked)


@judges()
def borne_out(view: FollowUpView, one: StageCriterion, *, questions: tuple[str, ...]) -> StageFinding:
    """What was picked is what the record shows: a signal passed over, the slowest checkpoint, what was unclear."""
    words, earned = [], 0.0
    for ident in questions:
        found = view.rules.question(ident)
        picked = view.answer(ident).picked
        if found is None or not picked:
            words.append(f"{ident.replace('_', ' ')}: not answered")
            continue
        shown = view.shows(found[1])
        share = sum(shown[p].share for p in picked if p in shown) / len(picked)
        earned += share
        said = "as the record shows" if share >= 1 else "in part" if share > 0 else "the record shows something else"
        words.append(f"{ident.replace('_', ' ')}: {said}")
    return settled(view, one, earned / len(questions), f"{'; '.join(words)}.".capitalize())


@judges()
def into_backlog(view: FollowUpView, one: StageCriterion, *, questions: tuple[str, ...]) -> StageFinding:
    """Each of these answers became an action with an owner."""
    made = {a.answers for a in view.verifiable if says(a.owner) and answers(view.answer(a.answers))}
    # Where there was nothing of the kind there is nothing to do about it.
    asked = [q for q in questions if view.answer(q).picked != (NOTHING,)]
    open_ones = [q for q in asked if q not in made]
    why = f"{len(asked) - len(open_ones)} of {len(asked)} answers have an action with an owner"
    why += f"; none for {listed([q.replace('_', ' ') for q in open_ones])}" if open_ones else ""
    return settled(view, one, 1 - len(open_ones) / len(asked) if asked else 1.0, f"{why}.")


@judges()
def controls_added(view: FollowUpView, one: StageCriterion, *, controls: tuple[str, ...]) -> StageFinding:
    """There is an action for each of these controls with an owner and a date, put against a factor that was at work."""
    stage, earned, words = view.stage_of(one.id), 0.0, []
    for control in controls:
        named = [a for a in view.verifiable if a.control == control]
        best = max((_sound(view, a) * view.in_time(stage, a.made) for a in named), default=0.0)
        earned += best
        said = "in place" if best >= 1 else "none" if not named else "late, or without owner, date or a true factor"
        words.append(f"{control.replace('_', ' ')}: {said}")
    return settled(view, one, earned / len(controls), f"{'; '.join(words)}.".capitalize())


def _sound(view: FollowUpView, action: ActionItem) -> float:
    """Return how far an action has an owner, a date and a factor that was at work."""
    factor = view.factors.get(action.factor)
    return (says(action.owner) + (action.due_on is not None) + bool(factor and factor.share)) / 3


@judges()
def actions_complete(
    view: FollowUpView, one: StageCriterion, *, fields: tuple[Literal["owner", "due", "class", "signal"], ...],
    within_days: int = 90,
) -> StageFinding:  # fmt: skip
    """Each action has these: an owner, a date within so many days, a class, something that shows it is done.

    One that nobody can see done has none of them.
    """
    if not view.actions:
        return settled(view, one, 0, "There is no action.")
    last = (datetime.fromtimestamp(view.ended, UTC) + timedelta(days=within_days)).date()
    vague = len(view.actions) - len(view.verifiable)
    found = [what for action in view.verifiable for name in fields if (what := _lacking(action, name, last))]
    wanted = len(fields) * len(view.actions)
    missing = [f"{vague} that nobody can see done"] if vague else []
    missing += [f"{count} without {what}" for what, count in Counter(found).items()]
    said = listed(missing) if missing else "each complete"
    why = f"{len(view.actions)} action{'s' if len(view.actions) > 1 else ''}: {said}."
    return settled(view, one, 1 - (len(found) + vague * len(fields)) / wanted, why)


def _lacking(action: ActionItem, name: str, last: date) -> str:
    """Return what an action lacks of one thing that it is asked for, nothing where it has it."""
    if name == "owner":
        return "" if says(action.owner) else "an owner"
    if name == "class":
        return "" if action.kind else "a class"
    if name == "due":
        late = action.due_on is not None and action.due_on > last
        return "" if action.due_on and not late else f"a date by {last}" if late else "a date"
    if not action.signal:
        return "what shows that it is done"
    return "" if says(action.shown_by) else "which one exactly shows that it is done"


@judges()
def by_factor(view: FollowUpView, one: StageCriterion, *, most: int = 3) -> StageFinding:
    """Actions are put against factors named that were at work, at most so many each, and none against a symptom."""
    if not view.actions:
        return settled(view, one, 0, "There is no action.")
    named = view.named
    covered = {a.factor for a in view.verifiable if a.factor in named and view.factors[a.factor].share}
    loose = [a for a in view.actions if not a.factor or a not in view.verifiable]
    crowded = sum(max(0, sum(a.factor == f for a in view.actions) - most) for f in covered)
    false = len(named) - sum(bool(view.factors[f].share) for f in named)
    whole = len(covered) / len(named) if named else 0.0
    share = whole * (1 - (len(loose) + crowded) / len(view.actions))
    why = f"{len(covered)} of {len(named)} named factors have an action"
    why += f" ({false} of them {'was' if false == 1 else 'were'} not at work)" if false else ""
    why += f"; {len(loose)} action{'s' if len(loose) > 1 else ''} against no factor or never to be seen done" \
        if loose else ""
    return settled(view, one, share, f"{why}.")


@judges()
def factors_found(view: FollowUpView, one: StageCriterion) -> StageFinding:
    """The factors named are those at work in this drill: what share of them was found, less what was named falsely."""
    true = {ident for ident, shown in view.factors.items() if shown.share}
    named = view.named
    if not named:
        return settled(view, one, 0, "No factor is named.")
    hits, false = named & true, named - true
    others = max(1, len(view.factors) - len(true))
    # More than so many are more than a team can act on.
    whole = min(1.0, len(hits) / max(1, min(len(true), MANY)))
    why = f"{len(hits)} of {len(true)} factors found (recall {len(hits) / max(1, len(true)):.0%}), "
    why += f"{len(hits)} of {len(named)} named were at work (precision {len(hits) / len(named):.0%})."
    return settled(view, one, whole - len(false) / others, why)


MANY = 6
"""True factors that make a whole analysis."""


@judges()
def factors_layered(view: FollowUpView, one: StageCriterion, *, least: int = 3, layers: int = 2) -> StageFinding:
    """At least so many factors at work are named over at least so many layers, and few others: no single root cause."""
    named = view.named
    true = [f for f in named if view.factors[f].share]
    over = {view.factors[f].note for f in true}
    share = min(1.0, len(true) / least) * min(1.0, len(over) / layers) if len(named) > 1 else 0.0
    share *= len(true) / max(1, len(named))
    single = " A single cause is one trigger among what let it through." if len(named) == 1 else ""
    why = f"{len(true)} factor{'' if len(true) == 1 else 's'} over {len(over)} layer{'' if len(over) == 1 else 's'}"
    why += f" ({listed(sorted(over))})" if over else ""
    why += f", and {len(named) - len(true)} that the record contradicts" if len(named) > len(true) else ""
    return settled(view, one, share, f"{why}.{single}")


@judges()
def candidates_verified(view: FollowUpView, one: StageCriterion) -> StageFinding:
    """Each factor that is inferred is marked as a candidate and has an action that finds out."""
    inferred = [f for f in view.answer(CANDIDATES).picked if f in view.factors]
    if not inferred:
        return beside_the_point(view, one, "No factor is marked as inferred.")
    open_ones = [f for f in inferred if not any(a.factor == f and a.kind == "learn" for a in view.verifiable)]
    why = f"{len(inferred) - len(open_ones)} of {len(inferred)} candidates have an action that finds out."
    return settled(view, one, 1 - len(open_ones) / len(inferred), why)


@judges()
def whys_asked(view: FollowUpView, one: StageCriterion, *, questions: tuple[str, ...], least: int = 5) -> StageFinding:
    """So many of these levels are filled in, each saying something else than the one above it."""
    said = [view.answer(q).text.casefold() for q in questions]
    different = list(dict.fromkeys(text for text in said if text))
    why = f"{len(different)} of {least} say something of their own."
    return settled(view, one, len(different) / least, why)


@judges()
def retested(view: FollowUpView, one: StageCriterion, *, least: int = 1) -> StageFinding:
    """At least so many actions name the drill that will test them again, and what is to come sooner there."""
    named = [a for a in view.verifiable if a.retest]
    whole = sum(1.0 if a.measure else 0.5 for a in named)
    why = "1 action names the drill that tests it again." if len(named) == 1 else (
        f"{len(named)} actions name the drill that tests them again.")  # fmt: skip
    return settled(view, one, whole / least, why)


@judges()
def standards_fed(view: FollowUpView, one: StageCriterion) -> StageFinding:
    """Each action says which standard it feeds, or that it concerns this system alone; one at least feeds one."""
    if not view.actions:
        return settled(view, one, 0, "There is no action.")
    said = [a for a in view.verifiable if a.standard]
    feeding = [a for a in said if a.standard != "none"]
    share = len(said) / len(view.actions) * (1.0 if feeding else 0.5)
    return settled(view, one, share, f"{len(said)} of {len(view.actions)} say so; {len(feeding)} "
                   f"{'feeds' if len(feeding) == 1 else 'feed'} a standard.")  # fmt: skip
