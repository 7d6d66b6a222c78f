"""Ending a drill: never without saying what ending means."""

from __future__ import annotations

from simulator.acts import ACTS, RecordVerification
from simulator.briefing import Briefing
from simulator.events import VerificationMeasured
from simulator.text import clock
from simulator.values import Ref
from ui.parts.catalogue import Form, useful
from ui.parts.text import escape


def meaning(b: Briefing, emergency: bool = False, hosts: bool = False) -> list[str]:
    """Return what ending now means, as lines of HTML; for whoever `hosts` the drill, and for a real `emergency`."""
    left = max(0, b.catalogue.horizon - b.now)
    found = []
    if emergency:
        found.append("<b>A real emergency comes first.</b> The drill stops at once for everybody in it.")
    if not b.incident.closed:
        found.append(
            f"<b>The incident is still open</b> ({escape(b.incident.status)}). "
            "To end with it closed, request closure first."
        )
        if emergency or hosts:
            found.append(
                "<b>There will be no total.</b> Nobody could see the rest through: findings stand, without a number."
            )
    running = len(b.running())
    if running:
        found.append(f"{running} thing{'s are' if running > 1 else ' is'} still under way and will run out unattended.")
    if left:
        found.append(
            f"<b>The harm runs on.</b> From {clock(b.now)} to {clock(b.catalogue.horizon)} the world goes on "
            f"untouched, {left // 60} more minutes{'' if emergency or hosts else ', and all of it counts'}. "
            "Ending early saves nothing."
        )
    found.append("Nobody can act any more; the record is frozen, scored, and the debrief opens. This cannot be undone.")
    return found


def meaning_html(b: Briefing, emergency: bool = False, hosts: bool = False) -> str:
    """Return it as a list."""
    return f'<ul class="ending">{"".join(f"<li>{one}</li>" for one in meaning(b, emergency, hosts))}</ul>'


def gate_html(b: Briefing) -> str:
    """Return what the closure gate would ask for now; looking costs nothing, unlike being refused."""
    missing = b.missing_for_closure()
    if not missing:
        return '<p class="gate open"><b>The gate would open now.</b></p>'
    lines = "".join(f"<li>{_named(one.words)} {_begun(b, one.by) or _way(b, one.by)}</li>" for one in missing)
    return f'<p class="gate"><b>Missing now ({len(missing)}):</b></p><ul class="ending">{lines}</ul>'


def _named(words: str) -> str:
    """Return which condition it is, then what to do."""
    which, _, how = words.partition(": ")
    return f"<b>{escape(which)}</b>: {escape(how)}"


def measured_at(b: Briefing) -> int | None:
    """Return the drill second at which the newest verification is measured, None where none is under way.

    One that was begun before the last change is none: it would be stale once it is there.
    """
    given = b.incident.given(RecordVerification.number)
    seen = {x.body.run for x in b.incident.measured if isinstance(x.body, VerificationMeasured)}
    if not given or Ref.to(RecordVerification.number, len(given)) in seen:
        return None
    body = given[-1].body
    if b.changed_at() > given[-1].at:
        return None
    return given[-1].at + round(60 * body.hold_minutes) if isinstance(body, RecordVerification) else None


def _begun(b: Briefing, kind: str) -> str:
    """Return when what sees to a condition is through, where it is under way: who begins it again waits longer."""
    until = measured_at(b) if ACTS[kind] is RecordVerification else None
    return "" if until is None else f'<span class="tag">under way, measured at {clock(until)}</span>'


def _way(b: Briefing, kind: str) -> str:
    """Return the button that opens what sees to a condition, where it is for this seat to see to."""
    form = Form(kind, ACTS[kind])
    if not useful(form.act, b):
        return ""
    return f'<button type="button" data-open="{escape(kind)}">{escape(form.title)}</button>'
