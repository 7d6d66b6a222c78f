"""What is still ahead when people have left: who watches for what, what was promised, and what has to be so by when."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from analytics.report import story
from analytics.report.tables import each
from analytics.view import Moment
from simulator import acts
from simulator import events as e
from simulator.names import Names
from simulator.text import clock
from simulator.values import Check
from ui.reports.finished import Finished

INSTANT = r"\b\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}"
"""A day and time as a world prints it; of what such a record says, a clock is what names one that is still ahead."""
DEADLINE = re.compile(
    r"\b(?:(?P<word>[Bb]y|[Bb]efore|closes? at) )?(?P<hour>\d{1,2}):(?P<minute>\d{2})\b(?: ?(?P<half>[AaPp])\.?[Mm]\b)?"
    r"(?:\.? (?P<zone>UTC|GMT|WES?T|CES?T|EES?T|BST|[ECMP][SD]?T|[IJKS]ST|AES?T|local)\b)?"
)
"""A time of day by which something has to be so, as people name it; what names another zone than ours is none."""
OURS = (None, "UTC", "GMT")
PAST = re.compile(r"\b(?:was|were|had|yesterday)\b", re.I)
"""Where it is told of what was, “before” names no deadline."""
SOON = timedelta(hours=12)
"""A time of day that comes later than that after people left is one that was before."""


def watched(drill: Finished, blocked: bool) -> str:
    """Return who watches for how long, and at what they roll back; `blocked` tells that the way back is."""
    body, names = drill.view.history.watch and drill.view.history.watch.body, drill.names
    if not isinstance(body, acts.SetWatch):
        return ""
    back = ", though the way back is blocked" if blocked else ""
    when = _quoted(names, body.trigger)
    return f"Watch for {body.hours:g} h: {names.handle(body.owner)}, rolls back once {when}{back}"


def _quoted(names: Names, check: Check) -> str:
    """Return a signal in words; its name is quoted, since it may read as a part of the sentence."""
    title = names.title("metrics", check.metric)
    return f"“{title}” is{names.check(check).removeprefix(title)}"


def unwatched(drill: Finished) -> list[str]:
    """Return the parts that were hit and that the watch does not see by their own signal.

    A signal of what users get, in all parts together, sees every one; one of how a system is inside sees none of them.
    """
    body = drill.view.history.watch and drill.view.history.watch.body
    metric = drill.scenario.find("metrics", body.trigger.metric) if isinstance(body, acts.SetWatch) else None
    if metric is None or (metric.segment is None and metric.felt):
        return []
    own = drill.view.overlay.segment_indicators
    seen = {metric.segment, *(part for part, indicator in own.items() if indicator == metric.id)}
    return [drill.names.title("segments", one) for one in drill.view.affected if one not in seen]


def deadlines(drill: Finished) -> Iterator[str]:
    """Yield what has to be so by a time of day that is still ahead, in the words of whoever knew or said it."""
    view = drill.view
    begins = datetime.fromisoformat(drill.scenario.t0_utc)
    left = begins + timedelta(seconds=view.left)
    alone = "; {} alone knew"
    said = [(row.text, alone.format(row.title) if row.how == "never" else f"; {row.title}")
            for row in each(story.cues(view)) if not math.isnan(row.known)]  # fmt: skip
    said += [(m.body.text, f"; {m.body.persona}") for m in view.all(e.InjectDelivered) if m.at <= view.left]
    told = set[tuple[datetime, str]]()
    for text, who in said:
        for sentence in re.split(r"(?<=[.!?]) ", " ".join(text.split())):
            for named in _named(sentence):
                due = datetime.combine(left, named, left.tzinfo)
                due += timedelta(days=due < left)
                if due - left <= SOON and (due, sentence) not in told:
                    told.add((due, sentence))
                    yield f"{clock(round((due - begins).total_seconds()))}: {sentence.rstrip('.')}{who}"


def _named(sentence: str) -> Iterator[time]:
    """Yield each time of day by which something has to be so, as a sentence names it."""
    for found in DEADLINE.finditer(sentence):
        word, zone, half = found["word"], found["zone"], (found["half"] or "").lower()
        if zone not in OURS or not (word or zone) or (word in ("before", "Before") and PAST.search(sentence)):
            continue
        hour, minute = int(found["hour"]), int(found["minute"])
        if minute <= 59 and (1 <= hour <= 12 if half else hour <= 23):
            yield time(hour % 12 + 12 * (half == "p") if half else hour, minute)


def clocks(drill: Finished) -> Iterator[str]:
    """Yield what still runs when people have left: what was promised for when, what is held, what counts on."""
    view, history = drill.view, drill.view.history
    promised = view.all(acts.CommitCheckpoint, acts.RecordSnapshot)[-1:]
    for m in promised:
        if isinstance(m.body, acts.RecordSnapshot) and not view.closed:
            at = m.at + round(60 * m.body.next_checkpoint_minutes)
            who = drill.names_then.at(m.seq).handle(m.body.next_owner)
            yield f"Checkpoint: {who}, due {clock(at)} (promised {clock(m.at)}){_late(drill, at)}"
    for m in view.all(acts.CommitCheckpoint)[-1:]:
        due = clock(round(m.at + 3600 * m.body.in_hours))
        names, watch = drill.names_then.at(m.seq), history.watch.body if history.watch else None
        said = m.body.sentence(names)
        if isinstance(watch, acts.SetWatch) and watch.trigger == m.body.trigger:
            said = f"Checkpoint in {m.body.in_hours:g} h: {names.handle(m.body.owner)}, sooner if the watch finds that"
        yield f"{said} (due {due}, promised {clock(m.at)})"
    if not view.closed:
        yield from _owed(drill)
    if history.frozen:
        frozen = drill.names.titles("services", history.frozen)
        yield f"Frozen still: {frozen}{_by(drill, view.all(acts.Freeze)[-1:])}"
    recorded = {run.finish_seq: run for run in view.runs if run.spec.looks and run.done is not None}
    for m in view.all(e.ActionFinished):
        if m.seq in recorded and _ahead(drill, m.body.output):
            yield f"{recorded[m.seq].spec.title}, {clock(m.at)}: {m.body.output}"


def _owed(drill: Finished) -> Iterator[str]:
    """Yield the next word that was promised to each audience; the first one outside is owed unasked."""
    view, due, owed_by = drill.view, drill.view.history.next_update_due, list[str]()
    told = view.all(acts.UpdateStakeholders)[-1:]
    if due is not None:
        to = f" ({drill.names.title('audience', told[0].body.audience)})" if told else ""
        owed_by.append(f"{'promised for' if told else 'owed by'} {clock(due)}{to}{_late(drill, due)}")
    for m in view.all(acts.UpdateExecutives)[-1:]:
        due = m.at + round(60 * m.body.next_update_minutes)
        owed_by.append(f"promised for {clock(due)} (executives){_late(drill, due)}")
    yield from [f"The next update was {'; '.join(owed_by)}"] if owed_by else []


def _late(drill: Finished, due: int) -> str:
    return ", and did not come" if due <= drill.view.left else ""


def _by(drill: Finished, acts_of: Sequence[Moment[Any]]) -> str:
    """Return who gave the last of some acts and when, in brackets."""
    return "".join(f" ({drill.names_then.at(m.seq).person(m.by)}, {clock(m.at)})" for m in acts_of[-1:])


def _ahead(drill: Finished, output: str) -> bool:
    """Tell whether something that was put on record names a time that is still to come when people leave."""
    left = datetime.fromisoformat(drill.scenario.t0_utc) + timedelta(seconds=drill.view.left)
    return any(at > f"{left:%Y-%m-%d %H:%M:%S}" for at in re.findall(INSTANT, output))
