"""The channel as responders know it: what people say, one row a task that updates, commands, output, changes.

A task's row stands under the entry that brought it where it is now, so one that has news comes last again. Any other
line that is answered keeps its place and has its answers below it; each answer is a line of its own as well, which
says what it answers. A row only says how it can be answered: the form stands below the list, where no news moves it.
Whether the clock waits for whoever is led is one line, too, under whoever sat down or got up last: no coming and going
fills the channel with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any

from simulator import acts
from simulator import events as e
from simulator.briefing import Briefing
from simulator.errors import DrillError
from simulator.names import Names, Said
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.record.journal import refused
from simulator.record.tracked import Task
from simulator.room.clock import Clock
from simulator.text import clock, shortened
from simulator.values import Ref
from ui.live.forms import CLOSE
from ui.live.html import OUTPUT, hidden
from ui.live.line import LONGEST
from ui.live.piece import Piece
from ui.parts.feed import VIEWS, Known, detail_html, worth
from ui.parts.text import escape
from ui.parts.words import NamesThen, names_of, told

SHOWN = 200
"""Rows that a screen holds; the debrief has all."""
QUOTED = 60
"""Characters of a line that an answer to it repeats."""
LOUD = ("task_assigned", "task_reassigned", "task_reported", "query_finished", "action_finished", "post_message")
"""What of a task brings its row to the end again."""
REPLY = "reply"
"""What a button opens by which a line is answered in its thread."""
Way = tuple[str, str]
"""What opens that by which a line is answered, and what it is about; two empty texts where there is none."""
Memo = MutableMapping[int, tuple[Way, Piece]]
"""Rows of entries, by their number, each after the way to answer it with which it was made."""


def channel(
    b: Briefing, memo: Memo, known: Known | None = None, plays: bool = False, waiting: Clock | None = None
) -> list[Piece]:
    """Return the newest rows, oldest first; whoever `plays` can answer each.

    `waiting`: the clock of a drill that somebody is led through, which waits for them while they sit there alone.
    """
    known, plays = {} if known is None else known, plays and not b.ended
    names, no, threads = NamesThen(names_of(b), b.entries), refused(b.entries), _Threads(b)
    shown = [entry for entry in b.entries if entry.seq not in no]
    for entry in shown:
        if entry.seq not in known:
            known[entry.seq] = told(names.at(entry.seq), entry)
    answers, rows = _Answers(b, shown, known, plays), list[tuple[int, Piece]]()
    for entry in shown:
        if (task := threads.of(entry)) is not None:
            threads.add(task, entry, known[entry.seq])
            continue
        said = known[entry.seq]
        if said is None or not worth(entry, said):
            continue
        way, kept = answers.way(entry), memo.get(entry.seq)
        if kept is None or kept[0] != way or entry.seq in answers.given:
            kept = memo[entry.seq] = (way, _piece(entry.seq, _row(b, entry, said, answers)))
        rows.append((entry.seq, kept[1]))
    for thread in threads.all():
        html = thread.html(b, names.at(thread.task.seq), answers.opener(answers.reply(thread.task.id)))
        rows.append((thread.at, _piece(thread.at, html)))
    if waiting is not None:
        rows += _whether_it_waits(waiting, b.incident)
    if not rows:
        rows = [(0, _piece(0, '<p class="quiet">Quiet so far. Messages, alerts and results appear here.</p>'))]
    return [piece for _, piece in sorted(rows)[-SHOWN:]]


def _piece(seq: int, html: str, more: str = "") -> Piece:
    return Piece(f"line-{seq}{more}", html, "channel")


def _whether_it_waits(waiting: Clock, incident: History) -> Iterator[tuple[int, Piece]]:
    """Say that the clock runs now, or waits again, and why; nothing where whoever is led chose a speed."""
    last = next(reversed(incident.gatherings), None)
    if last is None:
        return
    if last.until is None and waiting.shared:
        *others, one = incident.seats.values()
        both = f"{', '.join(others)} and {one}"
        at, seq = last.since, last.seq
        said = f"The clock runs from here on: it waits for one person alone, and {both} sit here."
    elif last.until is not None and waiting.waits:
        at, seq, said = last.until, last.last_seq, "The clock waits again: nobody else sits here."
    else:
        return
    row = f'<span class="t">{clock(at)}</span><span class="x">{escape(said)}</span>{_PIN}'
    yield seq, _piece(seq, f'<div class="row system" data-spoken>{row}</div>', "-clock")


def reply_html(b: Briefing, ref: str) -> str:
    """Return the form by which a line is answered; raise DrillError where no line of that name is in sight."""
    seq = b.incident.line(ref)
    line = next((entry for entry in b.entries if entry.seq == seq), None)
    said = told(NamesThen(names_of(b), b.entries).at(line.seq), line) if line else None
    if line is None or said is None or b.ended:
        raise DrillError("that line cannot be answered")
    words, channel = escape(f"Reply to {_short(said)}"), _channel(line, b.catalogue.room)
    return (
        f'<form data-act="post_message" id="reply-{escape(ref)}">{hidden({"thread": ref, "channel": channel})}'
        f'<p class="quiet">{words}{CLOSE}</p>'
        f'<input name="text" required maxlength="{LONGEST}" autocomplete="off" enterkeyhint="send" '
        f'aria-label="{words}"><button>{escape(_reply(channel, b.catalogue.room))}</button>{OUTPUT}'
        "</form>"
    )


def _short(said: Said) -> str:
    return f"{said.who} {shortened(said.text, QUOTED)}".strip()


def _channel(line: Entry, room: str) -> str:
    return str(_field(line.body, "channel") or room)


def _field(body: object, name: str) -> Any:
    """Return a field of a body, None where it has none: a model that is asked for what it lacks is slow to say so."""
    return vars(body).get(name)


def _reply(channel: str, room: str) -> str:
    """Return the words of a button that answers; also where, unless it is where whoever answers writes anyway."""
    return "Reply" if channel == room else f"Reply in #{channel}"


def _mine(b: Briefing, said: Said) -> bool:
    """Tell whether a line names whoever reads it: by handle, or by name."""
    seat = b.catalogue.role(b.role)
    called = (seat.handle if seat else "", f"@{b.incident.person(b.role) or ''}")
    text = said.text.casefold()
    return any(len(name) > 1 and name.casefold() in text for name in called)


class _Answers:
    """What is answered to which line, and the ways to answer one more."""

    def __init__(self, b: Briefing, entries: Iterable[Entry], known: Known, plays: bool) -> None:
        named = {**b.incident.refs, **b.incident.said}
        self._names = {seq: ref for ref, seq in reversed(named.items())}
        self._by_seq = {entry.seq: entry for entry in entries}
        self._known, self._role, self._room, self._plays = known, b.role, b.catalogue.room, plays
        self._asks = b.incident.asks
        self._answered: dict[int, Entry] = {}
        """Number of an answer -> the line that it answers."""
        self.given: dict[int, list[tuple[Entry, Said]]] = defaultdict(list)
        """Number of a line -> what was answered to it."""
        for seq, entry in self._by_seq.items():
            thread = entry.body.thread if isinstance(entry.body, acts.PostMessage) else None
            line, said = self._by_seq.get(named.get(thread or "", 0)), known[seq]
            if line is not None and said is not None:
                self._answered[seq] = line
                self.given[line.seq].append((entry, said))

    def to_me(self, entry: Entry) -> bool:
        """Tell whether an entry answers what whoever reads it said."""
        line = self._answered.get(entry.seq)
        return line is not None and line.by.role == self._role

    def quote(self, entry: Entry) -> str:
        """Return the beginning of the line that an entry answers."""
        line = self._answered.get(entry.seq)
        said = self._known[line.seq] if line else None
        if said is None:
            return ""
        return f'<q class="quiet">{escape(_short(said))}</q> '

    def html(self, entry: Entry) -> str:
        """Return the answers to a line, and the way to answer it."""
        rows = "".join(
            f'<li><span class="t">{clock(one.at)}</span> <b>{escape(words.who)}</b> {escape(words.text)}</li>'
            for one, words in self.given.get(entry.seq, ())
        )
        way = self.opener(self.way(entry), entry)
        return f'<ul class="replies" aria-label="Replies">{rows}</ul>{way}' if rows else way

    def way(self, line: Entry) -> Way:
        """Return what answers a line: whoever waits for an answer has it by the form for that."""
        if self._plays and isinstance(line.body, e.InjectDelivered) and line.body.inject in self._asks:
            return "answer_asker", line.body.inject
        return self.reply(self._names.get(line.seq, ""))

    def reply(self, ref: str) -> Way:
        """Return what replies to a line that has a name."""
        return (REPLY, ref) if ref and self._plays else ("", "")

    def opener(self, way: Way, line: Entry | None = None) -> str:
        """Return the button that opens what answers a line; where that is read elsewhere, it says so."""
        kind, about = way
        words = _reply(_channel(line, self._room) if line else self._room, self._room) if kind == REPLY else "Answer"
        return _opener(kind, about, words) if kind else ""


def _opener(kind: str, about: str, words: str) -> str:
    """Return a button whose words are drawn: they are no part of what its row says."""
    return (
        f'<button type="button" class="reply" data-open="{escape(kind)}" data-about="{escape(about)}" tabindex="-1" '
        f'aria-label="{escape(words)}"></button>'
    )


def _row(b: Briefing, entry: Entry, said: Said, answers: _Answers) -> str:
    mine = _mine(b, said) or answers.to_me(entry)
    who = f"<b>{escape(said.who)}</b>" if said.who else ""
    bare = said.tone in ("system", "command") or said.label == "says"
    label = "" if bare else f'<span class="tag">{escape(said.label)}</span>'
    spoken = " data-spoken" if said.tone in ("person", "inject", "alert", "decision") else ""
    return (
        f'<div class="row {escape(said.tone)} {_views(said.tone)}{" mine" if mine else ""}"{spoken}>'
        f'<span class="t">{clock(entry.at)}</span>{label}{who} {answers.quote(entry)}<span class="x">'
        f"{escape(said.text)}</span>{detail_html(said)}{answers.html(entry)}{_PIN}</div>"
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

    def html(self, b: Briefing, names: Names, more: str) -> str:
        """Return it as one row: what is asked of whom, how far it is, what came of it; by the names of then."""
        task = self.task
        number = escape(f"task {task.id.ident}")
        late = task.reported is None and b.incident.ended is None and any(e.at > task.due for e, _ in self.lines)
        result = next((said for _, said in reversed(self.lines) if said.detail), None)
        report = next((said for entry, said in reversed(self.lines) if entry.body.kind == "task_reported"), None)
        steps = "".join(
            f'<i class="{"done" if done else ""}">{words}</i>' for words, done in _steps(task, self.lines)
        )
        lines = "".join(
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
            f"<ul>{lines}</ul></details>{more}{_PIN}</div>"
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
        seen = {_field(entry.body, "task") for entry in b.entries if entry.body.kind == "task_assigned"}
        self._threads = {task.id: _Thread(task) for task in b.incident.tasks.values() if task.id in seen}
        self._runs: dict[str, Ref] = {}
        for run in b.incident.runs.values():
            for task in (one.task for one in self._threads.values()):
                owned = run.executor in (task.owner, task.given_to)
                if owned and run.ident in (task.query, task.action) and run.ordered >= task.begun_at:
                    self._runs[run.run] = task.id

    def of(self, entry: Entry) -> _Thread | None:
        """Return the task that an entry belongs to, None for one that stands by itself."""
        if not self._threads:
            return None
        body: Any = entry.body
        ident = _field(body, "task") or self._runs.get(_field(body, "run") or "")
        if isinstance(body, acts.PostMessage):
            ident = body.thread
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
