"""Rebuild a drill from its commands: reload, crash recovery, rewind and "what if" are all this."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.engine import VERSION, Engine
from simulator.errors import ReplayDivergence
from simulator.journal import Entry, Header, Journal
from simulator.scenario import LoadedScenario


def rebuild(loaded: LoadedScenario, header: Header, commands: Iterable[Entry], until: int | None = None) -> Engine:
    """Return an engine that has been given `commands` (in order, each at its `at`) and then run to `until`.

    Commands of simulated teammates are not given: the engine makes them again.
    """
    engine = Engine(loaded, header)
    for entry in commands:
        if entry.by.startswith("teammate:"):
            continue
        engine.advance(entry.at)
        engine.submit(entry.body, entry.by)  # type: ignore[arg-type]
    if until is not None:
        engine.advance(until)
    return engine


def replay(loaded: LoadedScenario, journal: Journal) -> Engine:
    """Rebuild a recorded drill and compare it entry by entry.

    Raises ReplayDivergence naming the first entry that differs, and beforehand when scenario or engine are
    not those of the recording.
    """
    header = journal.header
    if header.engine != VERSION:
        raise ReplayDivergence(f"recorded by engine {header.engine}, this is engine {VERSION}; use that version")
    if header.digest != loaded.digest:
        raise ReplayDivergence(
            f"scenario {header.scenario!r} has changed since the recording ({header.digest[:12]} then,"
            f" {loaded.digest[:12]} now); check out the version it was recorded with"
        )
    last = journal.entries[-1].at if journal.entries else 0
    ended = any(entry.body.kind == "horizon_reached" for entry in journal)
    engine = rebuild(loaded, header, journal.commands(), until=loaded.scenario.horizon + 1 if ended else last)
    _compare(journal, engine.journal)
    return engine


def rerun(loaded: LoadedScenario, journal: Journal, seed: int) -> Journal:
    """Give the same people's commands to another seed and run it to the horizon."""
    header = journal.header.model_copy(update={"seed": seed})
    return rebuild(loaded, header, journal.commands(), until=loaded.scenario.horizon + 1).journal


def _compare(recorded: Journal, rebuilt: Journal) -> None:
    for was, now in zip(recorded.entries, rebuilt.entries, strict=False):
        if was.to_json() != now.to_json():
            raise ReplayDivergence(f"entry {was.seq} differs: recorded {_short(was)}, rebuilt {_short(now)}")
    # A recording may stop in mid-second; the rebuilt one may not stop before it.
    if len(rebuilt.entries) < len(recorded.entries):
        first = recorded.entries[len(rebuilt.entries)]
        raise ReplayDivergence(f"entry {first.seq} was recorded but not rebuilt: {_short(first)}")


def _short(entry: Entry) -> str:
    line = entry.to_json()
    return line if len(line) <= 160 else f"{line[:157]}..."
