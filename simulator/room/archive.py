"""Whole drills in and out of the store, as they are stored: exporting, verifying, importing, deleting."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from simulator.errors import DrillError, UnknownName
from simulator.record.journal import Journal, other_than_journal, parse
from simulator.room import chain
from simulator.room import schema as t
from simulator.room.access import new_code, new_key
from simulator.room.chain import Link
from simulator.room.companions import OWN, beside, head_of, own_of, put_back
from simulator.room.store import Store
from simulator.text import clock
from simulator.values import Author

BEFORE, BEHIND = '{"references": ', "}"
"""What stands around the reference runs in a file."""
BESIDE = '{"beside": '
"""What stands before what is kept beside a record."""
TRIES = 5
"""How often another join code is drawn for a drill that comes in."""


@dataclass(frozen=True)
class Stored:
    """A drill as its rows hold it; nothing in it has been read, so it may be anything."""

    header: str
    digest: str | None
    links: tuple[Link, ...]
    journal: str | None
    references: str | None
    digests: str | None
    judged: tuple[tuple[str, str, str | None], ...]
    """Scorecards and corrections: what each is, its text and its digest."""


@dataclass(frozen=True)
class Verdict:
    """What a look at the digests of one drill found."""

    drill: str
    commands: int
    record: bool
    head: str
    """The last digest of the chain: as long as it is the same, so are header and commands."""
    changed: tuple[str, ...]


def stored(store: Store, drill: str) -> Stored:
    """Return a drill as it is stored. Raises UnknownName."""
    c, r = t.commands.c, t.records.c
    with store.transaction(writes=False) as connection:
        head = connection.execute(select(t.drills.c.header, t.drills.c.digest).where(t.drills.c.id == drill)).first()
        given = select(c.seq, c.at, c.by, c.body, c.digest).where(c.drill == drill).order_by(c.seq)
        links = tuple(Link(*row) for row in connection.execute(given))
        record = connection.execute(select(r.journal, r.references, r.digests).where(r.drill == drill)).first()
        judged = []
        for table, named, what in ((t.scorecards, "playbook", "scorecard"), (t.overrides, "n", "correction")):
            name = table.c[named]
            rows = select(name, table.c.body, table.c.digest).where(table.c.drill == drill).order_by(name)
            judged += [(f"{what} {name}", body, digest) for name, body, digest in connection.execute(rows)]
    if head is None:
        raise UnknownName("drill", drill, store.ids())
    journal, references, digests = record or (None, None, None)
    return Stored(head.header, head.digest, links, journal, references, digests, tuple(judged))


def export(store: Store, drill: str) -> Iterator[str]:
    """Yield the lines of a drill's record; of one that is not over: its header and the commands so far.

    Word for word what is stored: neither the scenario nor the engine nor any model is needed, so it works for drills
    that cannot go on. The last line holds the digests.
    """
    found = stored(store, drill)
    if found.journal is None:
        yield found.header
        for link in found.links:
            at, by = json.dumps(link.at), json.dumps(link.by, ensure_ascii=False)
            yield f'{{"at": {at}, "by": {by}, "body": {link.body}}}'
        yield _trailer({"header": found.digest, "commands": [link.digest for link in found.links]})
        return
    yield from chain.split(found.journal)
    if found.references:
        yield f"{BEFORE}{found.references}{BEHIND}"
    with_it = json.dumps(beside(store, drill), ensure_ascii=False)
    yield f"{BESIDE}{with_it}{BEHIND}"
    digests = chain.read(found.digests)
    digests.pop("head", None)  # of the commands, which are not in the file by themselves
    yield _trailer({**digests, "beside": chain.digest(with_it)} if digests else digests)


def _trailer(digests: dict[str, Any]) -> str:
    return json.dumps({"digests": digests}, ensure_ascii=False)


def verify(store: Store, drill: str) -> Verdict:
    """Compare a drill with its digests. Raises UnknownName."""
    found = stored(store, drill)
    changed = list(_of_chain(found.header, found.digest, found.links))
    ends = [found.digest, *(link.digest for link in found.links)]
    if found.journal is not None:
        digests = chain.read(found.digests)
        if digests and digests.get("head") not in ends and not changed:
            changed.append(f"commands after number {len(found.links)} are missing")
        changed += _of_record(digests, found.journal, found.references)
    changed += [f"{what} was changed" for what, body, digest in found.judged if digest != chain.digest(body)]
    return Verdict(drill, len(found.links), found.journal is not None, ends[-1] or "", tuple(changed))


def verify_file(text: str, file: str) -> Verdict:
    """Compare an exported file with the digests in it. Raises DrillError where it carries none."""
    *lines, last = text.removesuffix("\n").split("\n")
    digests = _digests(last)
    if digests is None or not lines:
        if other := other_than_journal(text):
            raise DrillError(f"{file}: this is {other}; give the journal (.jsonl) that it was made of")
        raise DrillError(f"{file}: carries no digests; `drill export` writes them, `drill replay` rebuilds a journal")
    if "commands" in digests:
        said = [digests["commands"]] if not isinstance(digests["commands"], list) else digests["commands"]
        links = tuple(_link(n, line, said) for n, line in enumerate(lines[1:], start=1))
        changed = list(_of_chain(lines[0], digests.get("header"), links))
        if len(links) < len(said):
            changed.append(f"commands after number {len(links)} are missing")
        return Verdict(file, len(links), False, str(said[-1] if said else digests.get("header")), tuple(changed))
    found = {name: str(value) for name, value in digests.items()}
    with_it = _inside(BESIDE, lines.pop()) if lines and ("beside" in found or BESIDE in lines[-1]) else None
    references = _inside(BEFORE, lines.pop()) if "references" in found and lines else None
    changed = list(_of_record(found, "\n".join(lines) + "\n", references))
    if found.get("beside") != (None if with_it is None else chain.digest(with_it)):
        changed.append("what is kept beside the record was changed")
    return Verdict(file, 0, True, found.get("record", ""), tuple(changed))


def _of_chain(header: str, first: str | None, links: Sequence[Link]) -> Iterator[str]:
    by_number = {link.seq: link for link in links}
    for seq, what in chain.changes(header, first, links):
        where = "the header" if seq == 0 else f"command {seq}"
        link = by_number.get(seq)
        if link is not None and what == "changed":
            where += f" ({_moment(link.at, link.by)})"
        yield f"{where} {'was changed' if what == 'changed' else 'is missing'}"


def _of_record(digests: dict[str, str], journal: str, references: str | None) -> Iterator[str]:
    if "record" not in digests:
        yield "the digests of the record are missing"
        return
    line = chain.changed_line(digests, journal)
    lines = chain.split(journal)
    if line is not None and line > len(lines):
        yield f"line {line} of the record is missing"
    elif line is not None:
        yield f"line {line} of the record{_said_when(lines[line - 1])} was changed"
    if digests.get("references") != (None if references is None else chain.digest(references)):
        yield "the reference runs were changed"


def _said_when(line: str) -> str:
    try:
        data = json.loads(line)
        return f" ({_moment(data['at'], data['by'])})"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""


def _moment(at: Any, by: Any) -> str:
    return f"{clock(at) if type(at) is int else at} by {Author(by).role}"


def _digests(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)["digests"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _link(seq: int, line: str, said: Sequence[Any]) -> Link:
    """Return a line of an exported file as the row it was; one that cannot be read is none that was stored."""
    digest = str(said[seq - 1]) if seq <= len(said) else None
    try:
        data = json.loads(line)
        at, by = data["at"], data["by"]
        head = f'{{"at": {json.dumps(at)}, "by": {json.dumps(by, ensure_ascii=False)}, "body": '
    except (ValueError, KeyError, TypeError, RecursionError):
        return Link(seq, 0, "", line, digest)
    return Link(seq, at, by, line.removeprefix(head)[:-1] if line.startswith(head) else line, digest)


def _inside(before: str, line: str) -> str:
    """Return the text that a line of a file holds behind `before`, the line itself where it is no such line."""
    whole = line.startswith(before) and line.endswith(BEHIND)
    return line[len(before) : -len(BEHIND)] if whole else line


@dataclass(frozen=True)
class Arrived:
    """A drill that came in by a file."""

    drill: str
    code: str
    key: str
    """Makes its bearer the facilitator; shown now and never again."""


def take_in(store: Store, text: str, file: str, title: str | None = None) -> Arrived:
    """Make a drill of an exported or recorded journal that is over: it has its debrief, and the same score.

    Raises JournalError for what is no journal, DrillError for one that was changed, is not over or is here already.
    """
    *lines, last = text.removesuffix("\n").split("\n")
    digests = _digests(last)
    if digests is None:
        lines.append(last)
    elif changed := verify_file(text, file).changed:
        raise DrillError(f"{file}: {changed[0]} since it was exported; give the file as `drill export` wrote it")
    if digests is not None and "commands" in digests:
        raise DrillError(f"{file}: this drill was not over when it was exported; `drill play --commands` plays it on")
    with_it = _read_beside(lines.pop(), file) if len(lines) > 1 and lines[-1].startswith(BESIDE) else {}
    references = _inside(BEFORE, lines.pop()) if lines[-1].startswith(BEFORE) else None
    journal = "\n".join(lines) + "\n"
    read = parse(journal, file)
    if not any(entry.body.kind == "drill_ended" for entry in read):
        raise DrillError(f"{file}: this drill was never over; give the journal of a whole one")
    for _ in range(TRIES):
        try:
            now = store.now()
            head = head_of(with_it, title or read.header.scenario, now)
            with store.transaction(writes=True) as connection:
                arrived = _insert(connection, now, read, journal, references, head)
                put_back(connection, arrived.drill, with_it, file)
            return arrived
        except IntegrityError:
            continue
    raise DrillError("no free join code found; try again")


def own_scenario(text: str, file: str) -> tuple[str, dict[str, str]] | None:
    """Return name and files of the drill that a team brought and an exported record was played of, None without one.

    Raises DrillError.
    """
    for line in text.removesuffix("\n").split("\n")[-2:]:
        if line.startswith(BESIDE):
            found = _read_beside(line, file)
            return own_of(found, file) if OWN in found else None
    return None


def _read_beside(line: str, file: str) -> dict[str, Any]:
    """Return what a line holds that is kept beside a record. Raises DrillError."""
    try:
        found = json.loads(_inside(BESIDE, line))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise DrillError(f"{file}: what is kept beside the record is not JSON; restore the line or take it out")
    return found


def _insert(
    connection: Connection, now: float, read: Journal, journal: str, references: str | None, head: dict[str, Any]
) -> Arrived:
    arrived = secrets.token_hex(6)
    code, (key, hashed) = new_code(), new_key()
    header, *_ = lines = chain.split(journal)
    size = len(journal.encode())
    r = t.records.c
    there = connection.scalar(select(r.drill).where(r.bytes == size, r.journal == journal))
    if there is not None:
        raise DrillError(f"this drill is here already, as {there}; nothing was changed")
    before = chain.digest(header)
    connection.execute(t.drills.insert().values(
        id=arrived, code=code, hosted=True, key_hash=hashed, header=header, digest=before, **head
    ))  # fmt: skip
    for seq, entry in enumerate(read.commands(), start=1):
        body = json.dumps(json.loads(lines[entry.seq])["body"], ensure_ascii=False)
        before = chain.of_command(before, seq, entry.at, entry.by, body)
        connection.execute(t.commands.insert().values(
            drill=arrived, seq=seq, at=entry.at, by=entry.by, wall=now, body=body, digest=before
        ))  # fmt: skip
    digests = chain.of_record(journal, before)
    digests = chain.with_references(digests, references) if references is not None else digests
    connection.execute(t.records.insert().values(
        drill=arrived, frozen=now, journal=journal, references=references, bytes=size, digests=json.dumps(digests)
    ))  # fmt: skip
    return Arrived(arrived, code, key)
