"""What a document may draw on: the briefing of the seat that reads it, in words, and nothing beside it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from simulator import acts
from simulator import events as e
from simulator.briefing import Briefing
from simulator.names import Said
from simulator.record.entry import Entry
from simulator.record.journal import accepted
from simulator.record.tracked import Run, Task
from simulator.text import clock
from simulator.values import COMMANDER, DEPUTY, LANES, SCRIBE, Figure, Ref
from ui.parts.bar import span_of
from ui.parts.text import markdown, visible
from ui.parts.words import NamesThen, evidence, names_of, told

MOST_LINES = 40
"""Lines of an output that a document shows; the rest is under Output."""
LONGEST = 160
"""Letters of a line of the timeline; the record itself has the rest."""
YEAR = 365 * 24 * 3600
HIDDEN = "something that is for those who need to know"


class Made(str):
    """Text that is Markdown already."""

    __slots__ = ()

    def __html__(self) -> str:
        """Tell templates to leave it as it is."""
        return self


class Command(NamedTuple):
    """One command that was run: when, by whom, how it was typed and what came out."""

    at: str
    who: str
    line: Made
    output: Made
    ok: bool


class SeatView:
    """A seat's knowledge at one moment, asked for by templates."""

    def __init__(self, b: Briefing) -> None:
        self.b = b
        self.names = names_of(b)

    # --- words -----------------------------------------------------------------------------------------

    @property
    def now(self) -> str:
        return clock(self.b.now)

    def at(self, second: int | None) -> str:
        """Return a second as people say it."""
        return "not set" if second is None else clock(second)

    def after(self, entry: Entry, minutes: float | None) -> str:
        """Return when something is due that was promised in an entry."""
        return "" if minutes is None else clock(entry.at + round(60 * minutes))

    def seat(self, role: str | None) -> str:
        """Return a role with who sits there."""
        if not role:
            return ""
        title = self.names.role(role).partition(" (")[0]
        handle = self.names.handle(role)
        return handle if handle == title else f"{handle} ({title})"

    def holder(self, post: str, seq: int | None = None) -> str:
        """Return who holds a post now, or held it when an entry was written."""
        if seq is None:
            return self.seat(self.b.incident.holder(post))
        return self.seat(self.b.incident.posts[post].held_at(seq, self._at.get(seq, 0)))

    def severity(self, seq: int | None = None) -> str:
        """Return the severity in force now, or when an entry was written."""
        if seq is None:
            return self.b.incident.severity or ""
        said = [x.body.severity for x in self.done(acts.Declare, acts.ChangeSeverity) if x.seq <= seq]
        return said[-1] if said else ""

    def figures(self, figures: Iterable[Figure | None]) -> str:
        return "; ".join(self.names.figure(one) for one in figures if one is not None)

    # --- the record ------------------------------------------------------------------------------------

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Everything accepted that this seat may see."""
        return tuple(accepted(tuple(self.b.entries)))

    @cached_property
    def _at(self) -> dict[int, int]:
        return {x.seq: x.at for x in self.entries}

    def at_of(self, seq: int) -> int:
        """Return when something that this seat may see happened; long ago where it may not."""
        return self._at.get(seq, -YEAR)

    @cached_property
    def _by_seq(self) -> dict[int, Entry]:
        return {x.seq: x for x in self.entries}

    def done(self, *kinds: type) -> list[Entry]:
        """Return the accepted acts or events of these kinds, as they stand."""
        return [x for x in self.entries if isinstance(x.body, kinds) and not (x.is_act and x.body.replaces())]

    def entry(self, ref: Ref) -> Entry | None:
        """Return what is behind a reference, as it stands; None where this seat may not see it."""
        seq = self.b.incident.refs.get(ref)
        standing = next((x for x in self.b.incident.given(ref.kind) if x.seq == seq), None)
        return standing or (self._by_seq.get(seq) if seq is not None else None)

    def amended(self, entry: Entry) -> str:
        """Return when a record was filled in last, nothing where it stands as it was made."""
        own = {ref for ref, seq in self.b.incident.refs.items() if seq == entry.seq}
        later = [x.at for x in self.entries if x.is_act and x.body.replaces() in own]
        return clock(later[-1]) if later else ""

    def who(self, entry: Entry) -> str:
        return self._then.at(entry.seq).person(entry.by) or self.seat(entry.role)

    @cached_property
    def _then(self) -> NamesThen:
        return NamesThen(self.names, self.b.entries)

    def evidence(self, refs: Sequence[Ref]) -> list[str]:
        """Return what is cited in words; commands with how they were typed."""
        return [self._cited(Ref(ref)) for ref in refs]

    def _cited(self, ref: Ref) -> str:
        entry = self.entry(ref)
        if entry is None:
            return HIDDEN
        words = evidence(ref, self.b, self.names)
        if isinstance(entry.body, e.QueryFinished):
            return Made(f"{clock(entry.at)} {markdown(words)}: {code(entry.body.command_line)}")
        return f"{clock(entry.at)} {words}"

    def commands(self, refs: Iterable[str] | None = None) -> list[Command]:
        """Return the commands that were run, of these references or all, with what came out."""
        cited = None if refs is None else {self.b.incident.refs.get(Ref(ref)) for ref in refs}
        ran = [x for x in self.done(e.QueryFinished) if cited is None or x.seq in cited]
        return [
            Command(clock(x.at), self.names.handle(x.body.executor), code(x.body.command_line),
                    fenced(x.body.output), x.body.ok)
            for x in ran if isinstance(x.body, e.QueryFinished)
        ]  # fmt: skip

    def steps(self) -> list[Run]:
        """Return the actions that were begun, in order."""
        return [run for run in self.b.incident.runs.values() if run.what == "action"]

    def measurements(self) -> list[tuple[str, str, list[str]]]:
        """Return each comparison with the baseline: when, what it came to, and its rows."""
        found = []
        for x in self.b.incident.measured:
            if isinstance(x.body, e.VerificationMeasured):
                came = "all within the baseline" if x.body.green else "not back to the baseline"
                found.append((clock(x.at), came, [row.sentence(self.names) for row in x.body.rows]))
        return found

    def timeline(self) -> list[tuple[str, str, str]]:
        """Return the key times: what was decided and told, what changed, and what people kept a line of."""
        found: list[tuple[str, str, str]] = []
        for x in self.entries:
            said = self._key(x)
            if said is not None:
                who = said.who or self._then.at(x.seq).person(x.by)
                found.append((clock(x.at), who, textwrap.shorten(said.text, LONGEST, placeholder=" …")))
        return found

    def _key(self, x: Entry) -> Said | None:
        weighty = isinstance(x.body, acts.Act) and (x.body.weighty or isinstance(x.body, acts.NoteTimeline))
        key = isinstance(x.body, (
            acts.AcknowledgePage, e.ActionStarted, e.ActionFinished, e.RoleAccepted, e.HandOffAccepted,
            e.IncidentClosed,
        ))  # fmt: skip
        return told(self._then.at(x.seq), x) if weighty or key else None

    # --- what is under way -----------------------------------------------------------------------------

    def under_way(self) -> list[str]:
        """Return what waits, runs or hangs, each with until when."""
        return [self._run(run) for run in self.b.running()]

    def _run(self, run: Run) -> str:
        title = self.names.title("actions", run.ident) if run.what == "action" else run.line
        until = f" until about {clock(run.expected)}" if run.expected is not None and run.state == "running" else ""
        waits = f" for {self.names.handles(run.waits_for)}" if run.waits_to_be_signed else ""
        state = {"running": "runs", "waiting": "waits", "stalled": "hangs"}.get(run.state, run.state)
        return f"{title}: {state}{waits}{until}, {self.names.handle(run.executor)}"

    def tasks(self) -> list[Task]:
        """Return the tasks that nobody has reported on yet."""
        return [task for task in self.b.incident.tasks.values() if task.reported is None]

    def promises(self) -> list[str]:
        """Return what is due and when."""
        found, incident = [], self.b.incident
        if incident.next_update_due is not None and not incident.closed:
            found.append(f"Stakeholder update for {clock(incident.next_update_due)}: "
                         f"{span_of(incident.next_update_due, self.b.now)}")  # fmt: skip
        if incident.next_checkpoint_due is not None and not incident.closed:
            found.append(f"Checkpoint for {clock(incident.next_checkpoint_due)}")
        return found

    def hypotheses(self) -> list[tuple[str, float, str]]:
        """Return what each seat thinks it is by its last word: cause, how sure, who; the surest first."""
        last: dict[tuple[str, str], tuple[str, float, str]] = {}
        for x in self.done(acts.StateHypothesis):
            if isinstance(x.body, acts.StateHypothesis):
                title = self.names.title("causes", x.body.cause)
                last[x.role, x.body.cause] = (title, x.body.probability, self.who(x))
        return sorted(last.values(), key=lambda one: -one[1])

    def posts(self) -> list[tuple[str, str]]:
        """Return commander, deputy and scribe with who holds them."""
        return [(post.capitalize(), self.holder(post)) for post in (COMMANDER, DEPUTY, SCRIBE)]

    def lanes(self) -> list[tuple[str, str, str]]:
        """Return lane, owner and next owner."""
        return [(LANES[lane], self.seat(one), self.seat(other)) for lane, (one, other) in self.b.incident.lanes.items()]



def code(line: str) -> Made:
    """Return a command line as code that nothing in it can end."""
    line = " ".join(visible(line).split())
    ticks = "`" * (1 + max((len(run) for run in _ticks(line)), default=0))
    pad = " " if "`" in line else ""
    # In a table a bar would end the cell.
    return Made(f"{ticks}{pad}{line or '-'}{pad}{ticks}")


def fenced(output: str) -> Made:
    """Return output as a block that nothing in it can end."""
    lines = visible(output).splitlines()
    more = [f"… {len(lines) - MOST_LINES} more lines under Output"] if len(lines) > MOST_LINES else []
    inside = "\n".join([*lines[:MOST_LINES], *more])
    return Made(f"{_fence(inside)}\n{inside}\n{_fence(inside)}")


def _fence(inside: str) -> str:
    return "`" * max(3, 1 + max((len(run) for run in _ticks(inside)), default=0))


def _ticks(inside: str) -> Iterator[str]:
    run = ""
    for letter in f"{inside} ":
        if letter == "`":
            run += letter
        elif run:
            yield run
            run = ""
