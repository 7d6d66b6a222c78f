"""What is on record as lists of HTML: results, changes, alerts; and what the channel makes its lines of."""

from __future__ import annotations

import re
from collections.abc import MutableMapping

from simulator import events as e
from simulator.briefing import Briefing
from simulator.names import Said
from simulator.record.entry import Entry
from simulator.record.journal import refused
from simulator.text import clock
from ui.parts.text import escape
from ui.parts.words import NamesThen, names_of, told

OPEN = 3
"""Newest results that are unfolded in the list of results."""
INLINE_LINES = 5
"""Output up to this length is shown as it is, longer output folds away."""
COLUMNS, ROWS = 3, 2
"""From how many columns in how many lines on output is a table."""
TALK = frozenset({"person", "inject", "decision", "refused", "hint", "cue"})
WORST = ("critical", "warning", "info")
VIEWS = {
    "All": None,
    "Talk": TALK,
    "Output": frozenset({"output", "action"}),
    "Changes": frozenset({"change", "alert"}),
}
"""What the channel can be narrowed to."""


Known = MutableMapping[int, Said | None]
"""Entries as lines, by their number: an entry reads the same for ever, so it is put into words once."""


def lines(briefing: Briefing, known: Known | None = None) -> list[tuple[Entry, Said]]:
    """Return the lines of the channel, oldest first; of what was refused only that and why."""
    names, no = NamesThen(names_of(briefing), briefing.entries), refused(briefing.entries)
    known = {} if known is None else known
    for entry in briefing.entries:
        if entry.seq not in known:
            known[entry.seq] = told(names.at(entry.seq), entry)
    found = ((entry, known[entry.seq]) for entry in briefing.entries if entry.seq not in no)
    return [(entry, said) for entry, said in found if said is not None and worth(entry, said)]


def outputs_html(briefing: Briefing, known: Known | None = None, shown: int = 12) -> str:
    """Return the newest results in full, newest first, for the wide column."""
    told_of = lines(briefing, known)
    found = [(entry, said) for entry, said in told_of if said.detail and said.tone in ("output", "action")]
    if not found:
        return '<p class="quiet">No output yet. Type a command below; its result lands here.</p>'
    newest_first = list(reversed(found[-shown:]))
    rows = "".join(_output(entry, said, place < OPEN) for place, (entry, said) in enumerate(newest_first))
    return f'<div class="outputs">{rows}</div>'


def changes_html(briefing: Briefing, known: Known | None = None) -> str:
    """Return deploys, flag flips and configuration changes, newest first."""
    found = [(entry, said) for entry, said in lines(briefing, known) if said.tone == "change"]
    rows = "".join(
        f'<tr><td class="t">{clock(entry.at)}</td><td><b>{escape(said.who)}</b></td><td>{escape(said.text)}'
        f"{_more_of(entry)}</td></tr>"
        for entry, said in reversed(found)
    )
    return (
        f'<table class="plain"><tbody>{rows}</tbody></table>' if rows else '<p class="quiet">No changes on record.</p>'
    )


def _more_of(entry: Entry) -> str:
    detail = entry.body.detail if isinstance(entry.body, e.ChangeHappened) else None
    return f'<br><span class="quiet">{escape(detail)}</span>' if detail else ""


def alerts_html(briefing: Briefing) -> str:
    """Return the alert list, firing ones first."""
    names = names_of(briefing)
    rows = []
    for alert in sorted(briefing.alerts(), key=lambda a: (not a.firing, WORST.index(a.severity))):
        state = "firing" if alert.firing else "resolved"
        acknowledged = " · acknowledged" if alert.acknowledged is not None else " · not acknowledged"
        have = acknowledged if alert.firing else ""
        runbook = f" · runbook {escape(alert.runbook)}" if alert.runbook else ""
        rows.append(
            f'<div class="alert {escape(alert.severity)} {state}">'
            f'<span class="tag">{escape(alert.severity if alert.firing else state)}</span>'
            f"<b>{escape(names.title('alerts', alert.alert))}</b><span class='t'>{clock(alert.since)}</span>"
            f"<div>{escape(alert.summary)}<i>{have}{runbook}</i></div></div>"
        )
    return f'<div class="alerts">{"".join(rows)}</div>' if rows else '<p class="quiet">No alert has fired.</p>'


def worth(entry: Entry, said: Said) -> bool:
    """Tell whether a line is shown in the channel."""
    # Changes long before the drill are history: the change list has them, the channel starts with the present.
    return said.tone == "change" or entry.at >= -60 or said.tone == "cue"


def pre_html(text: str) -> str:
    """Return output as it was printed: a table keeps its columns and scrolls, anything else wraps."""
    rows = [len(_GAP.findall(line)) + 1 for line in text.splitlines()]
    table = sum(columns >= COLUMNS for columns in rows) >= ROWS
    return f'<pre class="columns" tabindex="0">{escape(text)}</pre>' if table else f"<pre>{escape(text)}</pre>"


_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")


def detail_html(said: Said) -> str:
    """Return what a tool printed, folded where it is long."""
    if not said.detail:
        return ""
    count = said.detail.count("\n") + 1
    text = pre_html(said.detail)
    if count <= INLINE_LINES:
        return text
    first = said.detail.split("\n", 1)[0]
    return f"<details><summary>{count} lines: {escape(first[:60])}</summary>{text}</details>"


def _output(entry: Entry, said: Said, opened: bool) -> str:
    who, state = f" · {escape(said.who)}" if said.who else "", " open" if opened else ""
    return (
        f'<details class="{escape(said.tone)}"{state}><summary><span class="t">{clock(entry.at)}</span>'
        f'<span class="tag">{escape(said.label)}</span><code>{escape(said.text)}</code>{who}</summary>'
        f"{pre_html(said.detail)}</details>"
    )
