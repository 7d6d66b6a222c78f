"""Rebuild a drill from its commands: reload, crash recovery, rewind and "what if" are all this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simulator.answers import Refusal
from simulator.engine import VERSION, Engine
from simulator.errors import ReplayDivergence
from simulator.loaded import LoadedScenario
from simulator.record.entry import Entry
from simulator.record.journal import Header, Journal, late, refused


def rebuild(
    loaded: LoadedScenario, header: Header, commands: Iterable[Entry], until: int | None = None,
    too_late: Mapping[int, Refusal] | None = None,
) -> Engine:  # fmt: skip
    """Return an engine that has been given `commands` (in order, each at its `at`) and then run to `until`.

    Commands of simulated teammates are not given: the engine makes them again. `too_late` tells which ones (sequence
    number -> refusal) stood too late in a file and are refused again.
    """
    engine = Engine(loaded, header)
    for entry in commands:
        if entry.by.simulated:
            continue
        engine.advance(entry.at)
        _once_more(engine, entry, too_late or {})
    if until is not None:
        engine.advance(until)
    return engine


def _once_more(engine: Engine, entry: Entry, too_late: Mapping[int, Refusal]) -> None:
    if entry.seq in too_late:
        engine.refuse(entry.body, entry.by, too_late[entry.seq])  # type: ignore[arg-type]
    else:
        engine.submit(entry.body, entry.by)  # type: ignore[arg-type]


def replay(loaded: LoadedScenario, journal: Journal) -> Engine:
    """Rebuild a recorded drill and compare it entry by entry.

    Raises ReplayDivergence naming the first entry that differs, and beforehand when scenario or engine are
    not those of the recording.
    """
    header = journal.header
    if header.scenario_version is None:
        raise ReplayDivergence(
            "recorded before scenarios had versions, so it cannot be built again; its record can be scored"
            " (`drill score`), and its commands played anew (`drill play --commands`)"
        )
    if header.engine != VERSION:
        raise ReplayDivergence(f"recorded by engine {header.engine}, this is engine {VERSION}; use that version")
    if (header.variant, header.difficulty) != (loaded.scenario.variant, loaded.difficulty):
        raise ReplayDivergence(
            f"recorded as {header.variant}, {header.difficulty}, and this is {loaded.scenario.variant},"
            f" {loaded.difficulty}; load the scenario as it was played"
        )
    if header.scenario_version != loaded.version:
        raise ReplayDivergence(
            f"recorded with version {header.scenario_version} of scenario {header.scenario!r}, this is version"
            f" {loaded.version}; check out the version it was recorded with"
        )
    last = journal.entries[-1].at if journal.entries else 0
    ended = any(entry.body.kind == "horizon_reached" for entry in journal)
    until = loaded.scenario.horizon + 1 if ended else last + 1  # what the engine did at `last` included
    engine = rebuild(loaded, header, journal.commands(), until, late(journal.entries))
    _compare(journal, engine.journal)
    return engine


PATIENCE_SECONDS = 600
POLL_SECONDS = 5


def rerun(loaded: LoadedScenario, journal: Journal, seed: int, once: frozenset[int] | None = None) -> Journal:
    """Give the same people's commands to another seed and run it to the horizon.

    On another seed an output or a colleague may come a little later. A command that was accepted but rests
    on something not there yet waits for it, as a person would, up to `PATIENCE_SECONDS`; one that was refused is
    given once. `once` names the latter where the journal holds commands alone.
    """
    engine = Engine(loaded, journal.header.model_copy(update={"seed": seed}))
    no = refused(journal.entries) if once is None else once
    too_late = late(journal.entries)
    waiting: list[Entry] = []
    for entry in journal.commands():
        while waiting and engine.now + POLL_SECONDS < entry.at:
            engine.advance(engine.now + POLL_SECONDS)
            waiting = _give(engine, waiting)
        engine.advance(entry.at)
        waiting = _give(engine, waiting)
        if entry.seq in no:
            _once_more(engine, entry, too_late)
        else:
            waiting += _give(engine, [entry])
    while waiting and not engine.finished:
        engine.advance(engine.now + POLL_SECONDS)
        waiting = _give(engine, waiting)
    engine.run_to_horizon()
    return engine.journal


def _give(engine: Engine, entries: list[Entry]) -> list[Entry]:
    """Submit what can be had now or has waited too long; return the rest."""
    rest = []
    for entry in entries:
        waited = engine.now - entry.at >= PATIENCE_SECONDS
        if waited or engine.objection(entry.body, entry.role) is None:  # type: ignore[arg-type]
            engine.submit(entry.body, entry.by)  # type: ignore[arg-type]
        else:
            rest.append(entry)
    return rest


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
