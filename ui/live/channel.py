"""The channel as responders know it: what people say, one row a task that updates, commands, output, changes.

A row stands under the entry that brought it where it is now, so one that has news comes last again.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from simulator.briefing import Briefing
from simulator.names import Names, Said
from simulator.record.entry import Entry
from simulator.record.journal import refused
from simulator.record.tracked import Task
from simulator.text import clock
from simulator.values import Ref
from ui.live.piece import Piece
from ui.parts.feed import VIEWS, Known, detail_html, worth
from ui.parts.text import escape
from ui.parts.words import NamesThen, names_of, told

SHOWN = 200
"""Rows that a screen holds; the debrief has all."""
LOUD = ("task_assigned", "task_reassigned", "task_reported", "query_finished", "action_finished")
"""What of a task brings its row to the end again."""
Memo = MutableMapping[int, str]
"""Rows of entries that are made for good, by their number."""


def channel(b: Briefing, memo: Memo, known: Known | None = None) -> list[Piece]:
    """Return the newest rows, oldest first."""
    known = {} if known is None else known
    names, no, threads = NamesThen(names_of(b), b.entries), refused(b.entries), _Threads(b)
    rows: list[tuple[int, str]] = []
    for entry in b.entries:
        if entry.seq in no:
            continue
        if entry.seq not in known:
            known[entry.seq] = told(names.at(entry.seq), entry)
        if (task := threads.of(entry)) is not None:
            threads.add(task, entry, known[entry.seq])
            continue
        if entry.seq not in memo:
            said = known[entry.seq]
            memo[entry.seq] = _row(entry, said, _mine(b, said)) if said is not None and worth(entry, said) else ""
        if memo[entry.seq]:
            rows.append((entry.seq, memo[entry.seq]))
    rows += [(thread.at, thread.html(b, names.at(thread.task.seq))) for thread in threads.all()]
    if not rows:
        rows = [(0, '<p class="quiet">Quiet so far. Messages, alerts and results appear here.</p>')]
    return [Piece(f"line-{seq}", html, "channel") for seq, html in sorted(rows)[-SHOWN:]]


def _mine(b: Briefing, said: Said | None) -> bool:
    """Tell whether a line names whoever reads it: by handle, or by name."""
    if said is None:
        return False
    seat = b.catalogue.role(b.role)
    called = (seat.handle if seat else "", f"@{b.incident.person(b.role) or ''}")
    text = said.text.casefold()
    return any(len(name) > 1 and name.casefold() in text for name in called)


def _row(entry: Entry, said: Said, mine: bool) -> str:
    who = f"<b>{escape(said.who)}</b>" if said.who else ""
    bare = said.tone in ("system", "command") or said.label == "says"
    label = "" if bare else f'<span class="tag">{escape(said.label)}</span>'
    spoken = " data-spoken" if said.tone in ("person", "inject", "alert", "decision") else ""
    return (
        f'<div class="row {escape(said.tone)} {_views(said.tone)}{" mine" if mine else ""}"{spoken}>'
        f'<span class="t">{clock(entry.at)}</span>{label}{who} <span class="x">{escape(said.text)}</span>'
        f"{detail_html(said)}{_PIN}</div>"
    )


_PIN = '<button type="button" class="pin" data-pin tabindex="-1" aria-label="Pin this line" title="Pin"></button>'


def _views(tone: str) -> str:
    return " ".join(f"in-{name}" for name, tones in VIEWS.items() if tones is not None and tone in tones)


class _Thread:
    """A task with all that belongs to it."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.at = task.seq
        self.lines: list[tuple[Entry, Said]] = []

    def html(self, b: Briefing, names: Names) -> str:
        """Return it as one row: what is asked of whom, how far it is, what came of it; by the names of then."""
        task = self.task
        number = escape(f"task {task.id.ident}")
        late = task.reported is None and b.incident.ended is None and any(e.at > task.due for e, _ in self.lines)
        result = next((said for _, said in reversed(self.lines) if said.detail), None)
        report = next((said for entry, said in reversed(self.lines) if entry.body.kind == "task_reported"), None)
        steps = "".join(
            f'<i class="{"done" if done else ""}">{words}</i>' for words, done in _steps(task, self.lines)
        )
        more = "".join(
            f'<li><span class="t">{clock(entry.at)}</span> <b>{escape(said.who)}</b> {escape(said.text)}</li>'
            for entry, said in self.lines
        )
        shown = f'<span class="x">{escape(report.text.partition(": ")[2] or report.text)}</span>' if report else ""
        at = self.lines[-1][0].at if self.lines else task.since
        mine = " mine" if task.owner == b.role else ""
        return (
            f'<div class="row thread {"late " if late else ""}{_views("person")} {_views("output")}{mine}" data-spoken>'
            f'<span class="t">{clock(at)}</span><span class="tag">{number}</span>'
            f"<b>{escape(names.handle(task.owner))}</b> <em>{escape(task.text)}</em>"
            f'<span class="steps" aria-label="how far">{steps}</span>'
            f'<span class="quiet">by {clock(task.due)}, from {escape(names.handle(task.assigned_by))}</span>'
            f"{shown}{detail_html(result) if result else ''}"
            f'<details id="thread-{escape(task.id.ident)}"><summary>{len(self.lines)} in the thread</summary>'
            f"<ul>{more}</ul></details>{_PIN}</div>"
        )


def _steps(task: Task, lines: list[tuple[Entry, Said]]) -> Iterator[tuple[str, bool]]:
    kinds = {entry.body.kind for entry, _ in lines}
    yield "asked", True
    yield "has it", task.acknowledged is not None or bool(kinds & {"query_started", "action_started"})
    if task.query or task.action:
        yield "runs", bool(kinds & {"query_started", "action_started", "query_finished", "action_finished"})
        yield "output", bool(kinds & {"query_finished", "action_finished"})
    yield "reported", task.reported is not None


class _Threads:
    """Which entries belong to which task, as far as a role sees the task at all."""

    def __init__(self, b: Briefing) -> None:
        seen = {getattr(entry.body, "task", None) for entry in b.entries if entry.body.kind == "task_assigned"}
        self._threads = {task.id: _Thread(task) for task in b.incident.tasks.values() if task.id in seen}
        self._runs: dict[str, Ref] = {}
        for run in b.incident.runs.values():
            for task in (one.task for one in self._threads.values()):
                owned = run.executor in (task.owner, task.given_to)
                if owned and run.ident in (task.query, task.action) and run.ordered >= task.begun_at:
                    self._runs[run.run] = task.id

    def of(self, entry: Entry) -> _Thread | None:
        """Return the task that an entry belongs to, None for one that stands by itself."""
        body: Any = entry.body
        ident = getattr(body, "task", None) or self._runs.get(getattr(body, "run", None) or "")
        return self._threads.get(ident) if ident else None

    def add(self, thread: _Thread, entry: Entry, said: Said | None) -> None:
        """Put an entry into a thread."""
        if entry.body.kind in LOUD:
            thread.at = entry.seq
        if said is not None:
            thread.lines.append((entry, said))

    def all(self) -> list[_Thread]:
        """Return those that something belongs to."""
        return [one for one in self._threads.values() if one.lines]
