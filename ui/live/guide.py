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
from ui.documents.known import Known
from ui.live.piece import Piece
from ui.parts.text import escape

RESULTS = 2
"""Results that a first look takes: one is an impression."""


class Step(NamedTuple):
    """One step of the guide."""

    title: str
    how: str
    done: Callable[[Known], bool]


def guides(room: Room) -> bool:
    """Tell whether a drill has a guide: novices who train alone have one."""
    head = room.row.header
    return not room.row.hosted and head.mode == "training" and head.difficulty == "novice"


def guide(k: Known) -> list[Piece]:
    """Return the guide for somebody who leads: the first step that is not done yet, and how far they are."""
    steps = _steps(k)
    left = [step for step in steps if not step.done(k)]
    marks = "".join(f'<i class="{"done" if step not in left else "open"}"></i>' for step in steps)
    count = f"{len(steps) - len(left)} of {len(steps)}"
    if not left:
        words = "<b>That was a whole incident.</b> The way to the debrief is above: it tells what was really going on."
    else:
        words = f"<b>{escape(left[0].title)}</b> {escape(left[0].how)}"
    return [Piece(
        "guide-step",
        f'<section class="guide" aria-label="Guide"><header>Your first drill <span class="quiet">{escape(count)}</span>'
        f'<span class="marks" aria-hidden="true">{marks}</span></header><p>{words}</p></section>',
        "guide",
    )]  # fmt: skip


def _looked(k: Known) -> bool:
    return len(k.done(e.QueryFinished)) >= RESULTS


def _acted(k: Known) -> bool:
    return any(run.state == "done" for run in k.steps())


def _rerun(k: Known) -> bool:
    return _acted(k) and not any("rerun" in line for line in k.b.missing_for_closure())


def _steps(k: Known) -> tuple[Step, ...]:
    """Return the steps, with the handles of this drill's people."""
    deputy = k.names.handle(k.b.catalogue.seat_for("deputises"))
    incident = k.b.incident
    return (
        Step("Let the page come.", "You stand a minute before it. Press Skip ahead: it runs to the next thing that "
             "needs you. It then waits for you, in the middle: press Acknowledge.",
             lambda k: bool(k.done(acts.AcknowledgePage))),
        Step("Say who leads.", f"In the line at the foot type /ic me and press Enter; then /deputy {deputy}. "
             "A team that nobody leads does everything twice.",
             lambda _: bool(incident.holder(COMMANDER) and incident.holder(DEPUTY))),
        Step("Look before you act.", "Type in the same line what you want to know, such as errors or impact; pick one, "
             "and Enter. Somebody of your team runs it. Do that twice, then Skip ahead: results come into the "
             "channel on the left, and into Output on the right.", _looked),
        Step("Say how grave it is.", "Under Act press Declare: a severity and a title, and everybody knows. You may "
             "change it later.", lambda _: incident.declared_at is not None),
        Step("Hold other change back.", "The tab Changes shows what was released lately. Under Act, Freeze: nothing "
             "new gets in while you look.", lambda _: bool(incident.freezes)),
        Step("Put two ways out side by side.", "Under Act, Option: what could be done, and what it could hurt. Two of "
             "them, so that you choose and not just follow.", lambda k: len(k.b.incident.given("option")) >= RESULTS),
        Step("Decide.", "Under Act, Decision: what is done, who does it, by which sign you will see that it worked.",
             lambda k: bool(k.b.incident.given("decision"))),
        Step("Have it done.", "Under Act, Take action; or type a part of it in the line. Say which decision it rests "
             "on. Then Skip ahead.", _acted),
        Step("Tell those who wait.", "Under Act, Stakeholder update: what is hit, what you do, when you write again. "
             "Say no more than you know.", lambda k: bool(k.done(acts.UpdateStakeholders))),
        Step("Prove it.", "A panel that falls is no proof. Type rerun in the line: it walks the failing path "
             "again. Green everywhere? If not, some of it is still broken: look where, and act again.", _rerun),
        Step("Write down what you saw.", "Under Act, Verification: what you compared with before the incident.",
             lambda k: bool(k.b.incident.given("verification"))),
        Step("Close.", "Under Act, Request closure. The gate says what is missing; the Board shows what is still due.",
             lambda _: bool(incident.closed)),
    )  # fmt: skip
