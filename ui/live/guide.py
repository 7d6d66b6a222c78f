"""The guide of a first drill: one step at a time, what it is for and what to press; done when the record says so.

It knows the playbook's way through any incident and nothing of the one at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from simulator import acts
from simulator import events as e
from simulator.room.room import Room
from simulator.values import COMMANDER, DEPUTY
from ui.documents.known import SeatView
from ui.live.piece import Piece
from ui.parts.catalogue import Form, kind_of
from ui.parts.text import escape

SEVERAL = 2
"""Results of a first look, and options: one is an impression."""
DEPUTY_IS = "@deputy"
"""Stands for the handle of a drill's deputy."""


READING = (
    'A form is open: what has a red <b class="needed">*</b> is needed, the rest is filled in or can wait. Its blue '
    "button hands it in; ✕ puts it away and keeps what you filled in."
)
"""What is said as well while a form is open."""


class Lesson(NamedTuple):
    """One step of the guide."""

    title: str
    how: str
    done: Callable[[SeatView], bool]
    begun: Callable[[SeatView], bool] = lambda _: False
    more: str = ""
    """What is said instead of how once it is begun."""
    form: type[acts.Act] | None = None
    """What is opened for it, where it takes a form."""


def guides(room: Room) -> bool:
    """Tell whether a drill has a guide: novices who train alone have one."""
    head = room.row.header
    return not room.row.hosted and head.mode == "training" and head.difficulty == "novice"


def guide(k: SeatView) -> list[Piece]:
    """Return the guide for somebody who leads: the first step that is not done yet, and how far they are."""
    steps, deputy = LESSONS, k.names.handle(k.b.catalogue.seat_for("deputises"))
    left = [step for step in steps if not step.done(k)]
    marks = "".join(f'<i class="{"done" if step not in left else "open"}"></i>' for step in steps)
    count = f"{len(steps) - len(left)} of {len(steps)}"
    if not left:
        words = "<b>That was a whole incident.</b> The way to the debrief is above: it tells what was really going on."
    else:
        how = left[0].more if left[0].begun(k) else left[0].how
        words = f"<b>{escape(left[0].title)}</b> {escape(how.replace(DEPUTY_IS, deputy))}{_opener(left[0].form)}"
    return [Piece(
        "guide-step",
        f'<section class="guide" aria-label="Guide"><header>Your first drill <span class="quiet">{escape(count)}</span>'
        f'<span class="marks" aria-hidden="true">{marks}</span></header><p>{words}</p>'
        f'<p class="reading">{READING}</p></section>',
        "guide",
    )]  # fmt: skip


def _opener(act: type[acts.Act] | None) -> str:
    """Return the button that opens the form of a step."""
    if act is None:
        return ""
    form = Form(kind_of(act), act)
    return f' <button type="button" data-open="{escape(form.kind)}">{escape(form.title)}</button>'


def _several(kind: type[e.Event] | type[acts.Act]) -> Callable[[SeatView], bool]:
    return lambda k: len(k.done(kind)) >= SEVERAL


def _given(*kinds: type[e.Event] | type[acts.Act]) -> Callable[[SeatView], bool]:
    return lambda k: bool(k.done(*kinds))


def _led(k: SeatView) -> bool:
    return bool(k.b.incident.holder(COMMANDER) and k.b.incident.holder(DEPUTY))


def _acted(k: SeatView) -> bool:
    return any(run.state == "done" for run in k.steps())


def _rerun(k: SeatView) -> bool:
    return _acted(k) and not any(one.by == kind_of(acts.RunQuery) for one in k.b.missing_for_closure())


LESSONS = (
    Lesson(
        "Let the page come.",
        "You stand a minute before it. Press Skip ahead: it runs to the next thing that needs you. That then stands "
        "under Waits for you: press Acknowledge.",
        _given(acts.AcknowledgePage),
        lambda k: k.b.now >= 0,
        "It is there. It stands under Waits for you: press Acknowledge, so that the pager rings nobody else.",
    ),
    Lesson(
        "Say who leads.",
        f"In the line at the foot type /ic me and press Enter; then /deputy {DEPUTY_IS}. A team that nobody leads does "
        "everything twice.",
        _led,
        lambda k: bool(k.b.incident.offered),
        "You asked; the answer comes in some seconds, like everything that you ask of people. Skip ahead to it.",
    ),
    Lesson(
        "Look before you act.",
        "Type in the same line what you want to know, such as impact; pick one, press Enter. Somebody of "
        "your team runs it. Do that twice, then Skip ahead: results come into the channel and into Output.",
        _several(e.QueryFinished),
        _given(e.QueryFinished),
        "One result is there: read it under Output. Ask one more thing in the line at the foot, and Skip ahead to it.",
    ),
    Lesson(
        "Say how grave it is.",
        "A severity and a title, and everybody knows. You may change it later.",
        _given(acts.Declare),
        form=acts.Declare,
    ),
    Lesson(
        "Hold other change back.",
        "The tab Changes shows what was released lately. Freeze what it was done to: nothing more gets in.",
        _given(acts.Freeze),
        form=acts.Freeze,
    ),
    Lesson(
        "Put two ways out side by side.",
        "What could be done, for whom, how soon it would show; a guess will do. Two of them, so that you choose and "
        "not just follow.",
        _several(acts.RecordOption),
        _given(acts.RecordOption),
        "One is on the table. Now another one: what would you do if the first did not help?",
        acts.RecordOption,
    ),
    Lesson(
        "Decide.",
        "What is done, why now, who does it, and how sure you are. By which sign you will see that it worked can "
        "wait: your deputy asks for it.",
        _given(acts.RecordDecision),
        form=acts.RecordDecision,
    ),
    Lesson(
        "Have it done.",
        "The form begins with what you decided; or type a part of it in the line. Then Skip ahead until it is done.",
        _acted,
        form=acts.TakeAction,
    ),
    Lesson(
        "Tell those who wait.",
        "What is hit, what you do, when you write again. Say no more than you know.",
        _given(acts.UpdateStakeholders),
        form=acts.UpdateStakeholders,
    ),
    Lesson(
        "Prove it.",
        "A panel that falls is no proof. Type rerun in the line: it walks the failing path again. Green everywhere? If "
        "not, some of it is still broken: look where, and act again.",
        _rerun,
    ),
    Lesson(
        "Write down what you saw.",
        "Pick the panels that showed the harm: they are compared with what they were before the incident.",
        _given(acts.RecordVerification),
        form=acts.RecordVerification,
    ),
    Lesson(
        "Close.",
        "The form says what is missing and opens each; the Board shows what is still due.",
        lambda k: bool(k.b.incident.closed),
        form=acts.RequestClosure,
    ),
)
"""The playbook's way through any incident, in its order."""
