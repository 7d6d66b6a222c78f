"""The guide of a first drill: one step at a time, what it is for and what to press; done when the record says so.

It knows the playbook's way through any incident and nothing of the one at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from simulator import acts
from simulator import events as e
from simulator.briefing import Briefing
from simulator.text import clock
from simulator.values import COMMANDER, DEPUTY, Ref
from ui.documents.known import SeatView
from ui.live.ending import measured_at
from ui.live.piece import Piece
from ui.live.tools import in_short, next_seat
from ui.parts.catalogue import Form, kind_of
from ui.parts.prefill import second
from ui.parts.text import escape

SEVERAL = 2
"""Results of a first look, and options: one is an impression."""
CHANGES = "changes"
"""Word by which one asks what changed lately, in drills that have it."""
READING = (
    'A form is open: what has a red <b class="needed">*</b> is needed, the rest is filled in or can wait. Its blue '
    "button hands it in; ✕ puts it away and keeps what you filled in."
)
"""What is said as well while a form is open."""
Holds = Callable[[SeatView], bool]
"""Whether something is so, as far as a seat knows."""


class Instead(NamedTuple):
    """What is said of a step instead, once something holds."""

    holds: Holds
    how: str
    waits: bool = False
    """Whether there is nothing to do but to let time pass."""
    form: type[acts.Act] | None = None
    """What is opened for it besides the form of the step."""


class Lesson(NamedTuple):
    """One step of the guide. What is to be typed stands between `backticks`, what this drill calls it in {braces}."""

    title: str
    how: str
    done: Holds
    turns: tuple[Instead, ...] = ()
    """What is said instead of how: the first that holds."""
    form: type[acts.Act] | None = None
    """What is opened for it, where it takes a form."""


def leads(b: Briefing) -> bool:
    """Tell whether a seat is led through: it has command, or had it and can go on where it is, or may take it."""
    if b.incident.command.lost_by(b.role):
        return next_seat(b) is not None
    return b.incident.has_duty(b.role, "commands") or b.incident.command.vacant


def guide(k: SeatView, waits: bool = False) -> list[Piece]:
    """Return the guide for somebody who leads: the first step that is not done yet, and how far they are.

    `waits`: whether the clock does while they read.
    """
    left = [step for step in LESSONS if not step.done(k)]
    marks = "".join(f'<i class="{"done" if step not in left else "open"}"></i>' for step in LESSONS)
    count = f"{len(LESSONS) - len(left)} of {len(LESSONS)}{_moved(k.b)}"
    return [Piece(
        "guide-step",
        f'<section class="guide" aria-label="Guide"><header>Your first drill <span class="quiet">{escape(count)}</span>'
        f'<span class="marks" aria-hidden="true">{marks}</span></header><p>{said(k, left, waits)}</p>'
        f'<p class="reading">{READING}</p></section>',
        "guide",
    )]  # fmt: skip


def said(k: SeatView, left: list[Lesson], waits: bool = False) -> str:
    """Return as markup the words of the step that comes now: whatever was left out before, closing is the last."""
    if k.b.incident.closed:
        return OVER if k.b.ended else CLOSED
    step = next((one for one in FIRST if not one.done(k)), left[0])
    now = next((turn for turn in step.turns if turn.holds(k)), Instead(step.done, step.how))
    words = now.how.format(**_called(k.b), clock="waits" if waits else "runs")
    return f"<b>{escape(step.title)}</b> {_marked(words)}{'' if now.waits else _opener(now.form) + _opener(step.form)}"


def _moved(b: Briefing) -> str:
    """Return where they are now, for somebody who leads on from another seat than the one that leads."""
    own = b.catalogue.role(b.role)
    moved = b.role != b.incident.lead and b.incident.holder(COMMANDER) == b.role
    return f" · you lead on, as {in_short(own, b)}" if own and moved else ""


def _marked(words: str) -> str:
    """Return words with what is to be typed, between `backticks`, as that."""
    parts = enumerate(words.split("`"))
    return "".join(f"<code>{escape(one)}</code>" if at % 2 else escape(one) for at, one in parts)


def _called(b: Briefing) -> dict[str, str]:
    """Return what this drill calls what lessons speak of."""
    other = b.catalogue.role(second(b) or "")
    onwards, measured = next_seat(b), measured_at(b)
    unseen = [line for line in b.lines if line.what == "query" and Ref.to("query", line.id) not in b.incident.refs]
    # After who is hit, what changed lately: where a drill has a word for it, that is asked next.
    names = [name for line in unseen for name in (*line.aliases, line.command)]
    look = CHANGES if CHANGES in names else next(iter(names), "")
    own = b.catalogue.role(b.role)
    return {
        "look": look,
        "seat": in_short(own, b) if own else "",
        "second": other.handle if other else "",
        "onwards": in_short(onwards, b) if onwards else "",
        "measured": "" if measured is None else clock(measured),
    }


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
    return bool(k.b.incident.holder(COMMANDER) and k.b.incident.paired)


def _rings(k: SeatView) -> bool:
    """Tell whether a page waits to be acknowledged."""
    return any(alert.page and alert.firing and alert.acknowledged is None for alert in k.b.alerts())


def _answered(k: SeatView) -> bool:
    """Tell whether no page waits any more: it was acknowledged, or is over, or it began with a word and no page."""
    came = any(alert.page for alert in k.b.alerts()) or bool(k.done(e.InjectDelivered))
    return bool(k.done(acts.AcknowledgePage)) or (k.b.now >= 0 and came and not _rings(k))


def _acted(k: SeatView) -> bool:
    return any(run.state == "done" for run in k.steps())


def _asked_for(k: SeatView) -> bool:
    """Tell whether something that changes the world was asked for and is not done yet."""
    return any(run.under_way for run in k.steps()) or any(task.action for task in k.tasks())


def _yours(what: str) -> Holds:
    """Return whether an `action` or a `query` waits for this seat: it hangs, is to be signed, or is a task of theirs.

    Not a task that is being done: that waits for its end.
    """

    def holds(k: SeatView) -> bool:
        mine = frozenset(k.b.incident.stands_for(k.b.role))
        runs = [run for run in k.b.running() if run.what == what]
        signs = [run for run in runs if run.waits_to_be_signed and not mine.isdisjoint(run.waits_for)]
        begun = {run.ident for run in runs}
        tasks = (task.action if what == "action" else task.query for task in k.b.tasks())
        hangs = any(run.state == "stalled" for run in runs)
        return hangs or bool(signs) or any(asked is not None and asked not in begun for asked in tasks)

    return holds


def _unsigned(k: SeatView) -> bool:
    """Tell whether something waits for a sign-off: who has to give it may have said why they do not."""
    return any(run.waits_to_be_signed for run in k.b.running())


def _names_nothing(k: SeatView) -> bool:
    """Tell whether the newest decision does not say what is to be done."""
    decided = [x.body.actions for x in k.b.incident.given("decision") if isinstance(x.body, acts.RecordDecision)]
    return not any(decided[-1:])


def _missing(k: SeatView) -> set[str]:
    """Return the kinds of act by which what closing still needs is seen to."""
    return {one.by for one in k.b.missing_for_closure()}


def _rerun(k: SeatView) -> bool:
    return _acted(k) and kind_of(acts.RunQuery) not in _missing(k)


def _verified(k: SeatView) -> bool:
    """Tell whether a comparison that no change is about to make stale is under way, or the newest one will do."""
    will_do = kind_of(acts.RecordVerification) not in _missing(k)
    under_way = measured_at(k.b) is not None and not k.b.changing()
    return bool(k.done(acts.RecordVerification)) and (will_do or under_way)


def _looking(k: SeatView) -> bool:
    """Tell whether somebody looks at something, or was asked to."""
    return any(run.what == "query" for run in k.b.running()) or any(task.query for task in k.tasks())


def _looked_since(k: SeatView) -> bool:
    """Tell whether something was looked at since the last change."""
    changed = k.b.changed_at()
    return any(x.at > changed for x in k.done(e.QueryFinished))


def _offers_command(k: SeatView) -> bool:
    """Tell whether they offered command to somebody who has not answered."""
    offers = (one for one in k.b.incident.handoffs.values() if one.giver == k.b.role and one.accepted is None)
    return any(one.what == COMMANDER for one in offers)


def _closing(k: SeatView) -> bool:
    """Tell whether nothing is left but to close, with what that still takes."""
    return all(step.done(k) for step in LESSONS[:-1])


def _only_measured(k: SeatView) -> bool:
    """Tell whether closing waits for nothing but a measurement that is under way."""
    return _missing(k) == {kind_of(acts.RecordVerification)} and measured_at(k.b) is not None


CLOSED = (
    "<b>That was a whole incident.</b> It is closed. What was really going on the debrief tells: <b>⋯</b> at the top, "
    "then <b>End the drill</b>, leads to it."
)
OVER = "<b>That was a whole incident.</b> The way to the debrief is above: it tells what was really going on."
WAITS_FOR_YOU = "It waits for you: its card stands under Waits for you."
UNSIGNED = Instead(
    _unsigned,
    "It waits for somebody's sign-off: Skip ahead. If none comes, the channel says why: see to that, or have something "
    "else done.",
)
"""What is said while something waits for another seat's signature, which may never come."""
FIRST = (
    Lesson(
        "Go on from another seat.",
        "Command has left the one you sit in, and whoever closes needs it. Press Go on as {onwards}, at the top. It is "
        "the same drill; this guide goes with you, and says what is yours to do.",
        lambda k: not k.b.incident.command.lost_by(k.b.role),
    ),
    Lesson(
        "Hand command over.",
        "You are wanted elsewhere: read the channel. In some minutes you have to go, done or not, and who leads on "
        "needs what you know. Hand it to {second} in the form; what is known is filled in.",
        # Who is about to close does that first: handing over takes longer.
        lambda k: not k.b.called_away() or _closing(k),
        (Instead(_offers_command, "You offered it, and they read it first: Skip ahead until they have it.", True),),
        acts.HandOff,
    ),
)
"""What comes before any other step: for somebody who led and does not any more, or has to go."""


def _under_way(words: str) -> tuple[Instead, ...]:
    """Return what is said while an action is under way: what holds it up, where something does, before these words."""
    return Instead(_yours("action"), WAITS_FOR_YOU), UNSIGNED, Instead(_asked_for, words, waits=True)


LESSONS = (
    Lesson(
        "Let the page come.",
        "You stand a minute before it, and the clock {clock} while you read. Press Skip ahead: it runs to the next "
        "thing that needs you. That then stands under Waits for you: press Acknowledge.",
        _answered,
        (Instead(
            _rings,
            "It is there. It stands under Waits for you: press Acknowledge, so that the pager rings nobody else.",
        ),),
    ),
    Lesson(
        "Say who leads.",
        "In the line at the foot type `/ic me` and press Enter; then `/deputy {second}`. A team that nobody leads does "
        "everything twice.",
        _led,
        (
            Instead(
                lambda k: k.b.incident.command.left,
                "Who led had to go, nobody does now, and nothing is closed without. It can be you, as {seat}: in the "
                "line at the foot type `/ic me`.",
            ),
            Instead(
                lambda k: DEPUTY in k.b.incident.offered,
                "You asked; the answer comes in some seconds, like everything that you ask of people. Skip ahead to "
                "it.",
            ),
            Instead(
                lambda k: k.b.incident.holder(COMMANDER) is not None,
                "You do, as {seat}. Now a second: type `/deputy {second}`, so that somebody goes on should you have to "
                "go.",
            ),
        ),
    ),
    Lesson(
        "Look before you act.",
        "Type in the same line what you want to know, such as `impact`; pick one, press Enter. Somebody of "
        "your team runs it. Do that twice, then Skip ahead: results come into the channel and into Output.",
        _several(e.QueryFinished),
        (Instead(
            _given(e.QueryFinished),
            "One result is there: read it under Output. Unless the next is under way, ask one more thing in the line, "
            "such as `{look}`, and Skip ahead to it.",
        ),),
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
        (Instead(
            _given(acts.RecordOption),
            "One is on the table. Now another one: what would you do if the first did not help?",
        ),),
        acts.RecordOption,
    ),
    Lesson(
        "Decide.",
        "Tick what is to be done; say why now, who does it, and how sure you are. By which sign you will see that it "
        "worked can wait: your deputy asks for it.",
        _given(acts.RecordDecision),
        form=acts.RecordDecision,
    ),
    Lesson(
        "Have it done.",
        "The form begins with what you decided; or type a part of it in the line. Then Skip ahead until it is done.",
        _acted,
        (
            *_under_way("It was asked for, and it takes its time: Skip ahead until it is done."),
            Instead(
                _names_nothing,
                "Your decision does not say what: pick it in the form, or type a part of it in the line. Then Skip "
                "ahead until it is done.",
            ),
        ),
        acts.TakeAction,
    ),
    Lesson(
        "Tell those who wait.",
        "What is hit, what you do, when you write again. Say no more than you know.",
        _given(acts.UpdateStakeholders),
        form=acts.UpdateStakeholders,
    ),
    Lesson(
        "Prove it.",
        "A panel that falls is no proof. Type `rerun` in the line, and Skip ahead: it walks the failing path again. "
        "Green everywhere? If not, some of it is still broken: look where, and act again.",
        _rerun,
        (
            Instead(_yours("query"), WAITS_FOR_YOU),
            Instead(_looking, "Somebody looks: Skip ahead to what they find.", waits=True),
            *_under_way("Something is being done: Skip ahead until it is, and look again then."),
            Instead(
                _looked_since,
                "What was found since does not prove it. What you did may take a minute until it holds: type `rerun` "
                "again, and Skip ahead. If it stays so, read under Output where it still fails, and have "
                "something else done about it:",
                form=acts.TakeAction,
            ),
        ),
    ),
    Lesson(
        "Write down what you saw.",
        "Pick every panel that showed the harm: they are compared with what they were before the incident.",
        _verified,
        (
            *_under_way("Something is being done: Skip ahead until it is, and measure then."),
            Instead(
                _given(acts.RecordVerification),
                "What was measured is not yet what it was before; the channel says where. Have something done about "
                "it, if something helps those who are still hit; else give it time. Then measure again.",
                form=acts.TakeAction,
            ),
        ),
        acts.RecordVerification,
    ),
    Lesson(
        "Close.",
        "The form says what is missing and opens each; this button brings you back to it.",
        lambda k: bool(k.b.incident.closed),
        (
            Instead(
                _only_measured,
                "One thing is missing, and under way: Skip ahead to {measured}, when it is measured.",
                waits=True,
            ),
            Instead(
                lambda k: not _missing(k),
                "Nothing is missing. Say in the form how sure you are, L2 at least, and ask.",
            ),
            Instead(
                lambda k: k.b.called_away(),
                "You are wanted elsewhere, and little is left: the form says what is missing and opens each. Whatever "
                "you do not come to is for whoever leads on.",
            ),
        ),
        acts.RequestClosure,
    ),
)
"""The playbook's way through any incident, in its order."""
