"""The journal of a drill: header and numbered entries, JSON Lines in and out, references to evidence.

Line 0 is the header. Each further line is `{"seq", "at", "by", "body"}`, `seq` from 1. A last line
`{"references": …}` may follow; it holds reference runs made when the drill ended and is not an entry. An exported
file holds `{"beside": …}`, what was kept beside the record, and ends with `{"digests": …}`, by which one sees whether
it was changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from simulator import files
from simulator.acts import ACT, ACTS
from simulator.answers import Refusal
from simulator.errors import JournalError
from simulator.events import EVENT, CommandRefused
from simulator.levels import STANDARD, PlayedBook
from simulator.record.entry import Body, Entry
from simulator.record.formats import FORMAT, LATE, format_of, upgrade, upgrade_body
from simulator.scenario.data import YEAR
from simulator.values import Author, Part

TRAILING = frozenset({"references", "beside", "digests"})
"""Keys of the lines behind the entries."""
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""Where half a character may stand: a file that is UTF-8 has one only as an escape."""


class Header(Part):
    """What a drill was: enough, with the commands, to build it again. Holds no wall time."""

    format: Literal[2] = FORMAT
    scenario: str
    variant: str = "base"
    difficulty: Literal["novice", "standard", "expert"] = "standard"
    seed: int
    mode: Literal["training", "assessment"] = "training"
    policy: str | None = None
    scenario_version: str | None = None
    """Of scenario and variant; None in a drill from before scenarios had versions, which cannot be built again."""
    engine: str
    automation: bool = True
    """Simulated teammates hold the seats nobody has taken."""
    playbook: PlayedBook | None = None
    """What it was opened with; None before drills kept it, when there was one playbook with four levels."""

    @property
    def book(self) -> PlayedBook:
        """Return what it is played with, whenever it was opened."""
        return self.playbook or STANDARD

    @classmethod
    def read(cls, text: str) -> Header:
        """Return the header in `text`, whatever its format. Raises ValidationError or JournalError."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            return cls.model_validate_json(text)  # which says what is wrong with it
        return cls.model_validate(upgrade(data) if isinstance(data, dict) else data)


@dataclass
class Journal:
    """A drill's header and entries, in order. `references` is what was computed when it ended, if it was."""

    header: Header
    entries: list[Entry] = field(default_factory=list)
    references: dict[str, Any] | None = None

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def append(self, at: int, by: str, body: Body) -> Entry:
        """Add an entry under the next sequence number."""
        entry = Entry(len(self.entries) + 1, at, Author(by), body)
        self.entries.append(entry)
        return entry

    def lines(self) -> Iterator[str]:
        """Yield the file's lines, header first."""
        yield json.dumps(self.header.model_dump(mode="json", exclude_none=True), ensure_ascii=False)
        for entry in self.entries:
            yield entry.to_json()
        if self.references is not None:
            yield json.dumps({"references": self.references}, ensure_ascii=False)

    def save(self, path: Path) -> None:
        """Write the journal to `path`, whole or not at all. Raises DrillError."""
        files.write(path, "\n".join(self.lines()) + "\n")

    def commands(self) -> Iterator[Entry]:
        """Yield the commands people gave (not those of simulated teammates), refused ones included."""
        return (x for x in self.entries if x.is_act and not x.by.simulated)


def refused(entries: Iterable[Entry]) -> frozenset[int]:
    """Return the sequence numbers of the acts that were refused."""
    return frozenset([x.body.command for x in entries if type(x.body) is CommandRefused])


def late(entries: Iterable[Entry]) -> dict[int, Refusal]:
    """Return sequence number -> refusal of the acts of a file that stood too late in it."""
    refusals = (x.body for x in entries if isinstance(x.body, CommandRefused))
    return {body.command: Refusal(body.code, body.reason) for body in refusals if body.code == LATE}


def accepted(entries: Sequence[Entry]) -> list[Entry]:
    """Return every entry except refused acts."""
    no = refused(entries)
    return [x for x in entries if x.seq not in no]


def parse_body(data: Any, format_: int = 1) -> Body:
    """Return the act or event in `data`. Raises pydantic.ValidationError or KeyError on anything else."""
    data = upgrade_body(data, format_)
    return ACT.validate_python(data) if data.get("kind") in ACTS else EVENT.validate_python(data)


def first_problem(error: ValidationError) -> str:
    """Return the first finding of a validation error as `field: what is wrong`."""
    problem = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in problem["loc"] if part)
    if problem["type"] == "union_tag_invalid":
        return f"{where}: unknown kind {problem['ctx']['tag']!r}".removeprefix(": ")
    return f"{where}: {problem['msg']}" if where else str(problem["msg"])


def object_in(line: str) -> dict[str, Any]:
    """Return the JSON object in a line of a file. Raises ValueError for anything else and for halves of characters."""
    try:
        data = json.loads(line)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    if _HALF.search(line):
        try:
            json.dumps(data, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("half a character") from None
    return data


def load(path: Path) -> Journal:
    """Read a journal. Raises DrillError naming file, line and remedy."""
    return parse(files.text_of(path, "give a journal written by `drill play --out`"), str(path))


def parse(text: str, path: str) -> Journal:
    """Read a journal's text; `path` is what messages call it. Raises JournalError as `load` does."""
    # Not splitlines(): it also splits at the odd line separators that people paste into messages.
    lines = text.removesuffix("\n").split("\n")
    if not text.strip():
        raise JournalError(f"{path}:1: empty file; line 1 must be the header, record the drill again")
    try:
        header = Header.read(lines[0])
        format_ = format_of(json.loads(lines[0]))
    except ValidationError as error:
        if other := other_than_journal(text):
            raise JournalError(f"{path}: this is {other}; give the journal (.jsonl) that it was made of") from None
        raise JournalError(
            f"{path}:1: not a journal header ({first_problem(error)}); line 1 must be the one `drill play` wrote"
        ) from None
    except JournalError as error:
        raise JournalError(f"{path}:1: {error}") from None
    journal = Journal(header)
    for number, line in enumerate(lines[1:], start=2):
        _read_line(journal, f"{path}:{number}", line, format_)
    return journal


def other_than_journal(text: str) -> str:
    """Return what a text is that is given for a journal and is JSON of ours of another kind; empty for all else."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(data, dict):
        return "a list in JSON" if isinstance(data, list) else ""
    kinds = {("total", "parts"): "a scorecard", ("document",): "a document in JSON"}
    return next((kind for names, kind in kinds.items() if data.keys() >= {*names}), "")


def _read_line(journal: Journal, where: str, line: str, format_: int) -> None:
    try:
        data = object_in(line)
    except ValueError as error:
        raise JournalError(f"{where}: broken JSON ({error}); restore the line or cut the file before it") from None
    if "references" in data:
        journal.references = data["references"]
        return
    if TRAILING & data.keys():
        return  # `drill verify` and `drill import` read them
    expected = len(journal.entries) + 1
    try:
        if data["seq"] != expected:
            raise JournalError(f"{where}: seq is {data['seq']}, expected {expected}; a line is missing or doubled")
        if type(data["at"]) is not int or not -YEAR <= data["at"] <= YEAR:
            raise JournalError(f"{where}: at is {data['at']!r}, not a whole number of seconds; restore the line")
        journal.append(data["at"], str(data["by"]), parse_body(data["body"], format_))
    except ValidationError as error:
        raise JournalError(
            f"{where}: {first_problem(error)}; see `drill schema command` for what a body may hold"
        ) from None
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise JournalError(f"{where}: needs seq, at, by and body ({error}); restore the line") from None
