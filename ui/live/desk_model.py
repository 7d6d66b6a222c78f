"""What a facilitator's desk shows, gathered from the drill as it is, truth included, and from the room.

Only screens of facilitators are made from it; no part of it reaches a role's screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from pathlib import Path

from analytics import playbook as books
from analytics.record import Course, DrillRecord, References, loss_of
from analytics.report.probed import Probed, probed
from analytics.runs.counterfactual import ends_of
from analytics.score import score
from simulator import acts
from simulator import events as e
from simulator.briefing import briefing
from simulator.engine import VERSION, Engine
from simulator.loaded import LoadedScenario
from simulator.record.journal import Journal
from simulator.room import notes, watch
from simulator.room.room import Room
from simulator.room.seating import Attendant
from simulator.room.store import DrillRow
from simulator.scenario.conditions import holds
from simulator.scenario.model import Scenario
from simulator.scenario.teaching import Hint
from ui.live.nudge import nudge
from ui.parts.live import SERVER

BEHAVIOURS = ("leadership", "communication", "situation awareness", "decision making", "global")
"""What evaluators rate, each from 1 to 4."""
LADDERS = 2
"""Steps of the course that hints are offered for at a time."""


Settled = tuple[str, str, str, str]
"""A criterion so far: id, title, status, and why."""
Standing = Mapping[str, tuple[Settled, ...]]
MOST_STANDINGS = 64
_STANDINGS: dict[str, tuple[int, Standing]] = {}
"""Drill -> the minute of the last look at it, and what was found."""


@dataclass(frozen=True)
class DeskChair:
    """A seat or a specialist's pager, as a facilitator sees it."""

    id: str
    title: str
    handle: str
    specialist: bool
    here: bool
    """In the room; a specialist comes when paged."""
    name: str
    person: str = ""
    """Id of the person in it, empty where nobody is."""
    ago: float | None = None
    """Seconds since they looked, None where this process has not seen them."""
    acted: int | None = None
    """Drill second of the last thing they gave."""
    confirmed: bool = False
    """Said before the start that they read the channel."""
    criteria: tuple[Settled, ...] = ()
    """Criteria of its duties so far."""


@dataclass(frozen=True)
class Harm:
    """Harm so far beside that of nobody's drill and of the best course found, at the same second."""

    title: str
    unit: str
    now: float
    nobody: float | None
    best: float | None


@dataclass(frozen=True)
class Ladder:
    """A hint in three steps for what comes next, and whom it is for."""

    at: int
    seat: str
    nudge: str
    pointer: str
    answer: str


@dataclass(frozen=True)
class Desk:
    """All there is on a facilitator's desk."""

    drill: str
    now: int
    horizon: int
    state: str
    ended: bool
    second_life: bool
    flags: tuple[watch.Flag, ...]
    lines: tuple[watch.Planned, ...]
    chairs: tuple[DeskChair, ...]
    others: tuple[Attendant, ...]
    """Those in the drill who sit in no seat: observers, facilitators, people who stand."""
    personas: tuple[str, ...]
    channels: tuple[str, ...]
    fault: str
    segments: tuple[tuple[str, float, float], ...]
    """Title, share still affected, tolerance."""
    harmed_by: int
    """Drill second up to which harm is counted."""
    harms: Sequence[Harm]
    actions: tuple[tuple[str, str], ...]
    forced: Mapping[str, str]
    """Actions whose outcome is forced or forbidden, with the reason."""
    forbidden: Mapping[str, str]
    ladders: tuple[Ladder, ...]
    probes: tuple[Probed, ...]
    notes: tuple[notes.Note, ...]
    criteria: tuple[tuple[str, str], ...]
    lives: tuple[DrillRow, ...]


def model(room: Room) -> Desk:
    """Return what the desk of a drill shows now: what the drill is, and beside it who is there and what they noted."""
    store, ident, progress = SERVER.rooms.store, room.row.id, standing(room)
    people = room.seats.attendance()
    d = room.truth("desk", lambda engine: _of_engine(room, engine))
    chairs = [_with_person(chair, people, progress) for chair in d.chairs]
    away = [watch.absent(chair.id, f"{chair.title} ({chair.name})", chair.ago) for chair in chairs if chair.name]
    found = watch.worst_first([*d.flags, *filter(None, away if d.now >= 0 and not d.ended else ())])
    sitting = {chair.person for chair in chairs}
    return replace(
        d, state=room.clock.state, flags=tuple(found), chairs=tuple(chairs),
        others=tuple(one for one in people if one.person.id not in sitting),
        notes=tuple(notes.kept(store, ident)), lives=room.second_lives(),
    )  # fmt: skip


def _of_engine(room: Room, engine: Engine) -> Desk:
    scenario, outside = engine.scenario, engine.world.outside()
    book = books.load(room.playbook)
    return Desk(
        room.row.id, engine.now, scenario.horizon, "", engine.ended, room.row.branch_of is not None,
        tuple(watch.flags(engine)), tuple(watch.planned(engine)), tuple(_chairs(engine)), (),
        tuple(dict.fromkeys(one.persona for one in scenario.injects)), tuple(scenario.channels), scenario.fault,
        tuple((s.title, outside[s.id], s.tolerance) for s in scenario.segments),
        *_harms(room.loaded, engine), tuple((a.id, a.title) for a in scenario.actions),
        dict(engine.work.forced), dict(engine.work.forbidden), tuple(_ladders(engine)),
        tuple(probed(engine.entries)), (), tuple((one.id, one.title) for _, one in book.criteria()), (),
    )  # fmt: skip


def _chairs(engine: Engine) -> list[DeskChair]:
    incident = engine.incident
    confirmed = {x.role for x in engine.entries if isinstance(x.body, acts.ConfirmReading)}
    return [
        DeskChair(role.id, role.title, role.handle, not role.seat, incident.present[role.id],
                  incident.seats.get(role.id, ""), confirmed=role.id in confirmed)
        for role in engine.scenario.roles
    ]  # fmt: skip


def _with_person(chair: DeskChair, people: Sequence[Attendant], progress: Standing) -> DeskChair:
    """Return a chair with what is known of the person in it."""
    sits = (one for one in people if chair.name and (one.person.seat, one.person.name) == (chair.id, chair.name))
    who = next(sits, None)
    if who is None:
        return chair
    return replace(chair, person=who.person.id, ago=who.ago, acted=who.acted, criteria=progress.get(chair.id, ()))


def _harms(loaded: LoadedScenario, engine: Engine) -> tuple[int, list[Harm]]:
    """Return the last whole minute, in seconds, and what three courses came to by then.

    The world goes in steps of its own and the courses are known by the minute: there alone all three are of one moment.
    Before T+0 there is one course, as nobody can act, and it is told of now.
    """
    ends = ends_known(loaded, engine.header.seed)
    samples = ((x.at, x.body.harm) for x in reversed(engine.entries) if isinstance(x.body, e.TruthSampled))
    second, harm = next(samples, (engine.now, engine.world.harm()))
    minute = second // 60

    def at(course: int, dimension: str) -> float | None:
        if ends and minute < 0:
            return harm[dimension]
        series = ends[course].series.get(dimension, ()) if ends else ()
        return series[min(minute, len(series) - 1)] if series else None

    found = [Harm(one.title, one.unit, harm[one.id], at(0, one.id), at(1, one.id)) for one in engine.scenario.harm]
    if ends:
        now = loss_of(harm, engine.scenario)
        losses = [now if minute < 0 else course.losses[min(minute, len(course.losses) - 1)] for course in ends]
        found.append(Harm("All of it, weighed", "", now, *losses))
    return second, found


@lru_cache(maxsize=32)
def ends_known(loaded: LoadedScenario, seed: int) -> tuple[Course, Course] | None:
    """Return the course of the world with nobody in it and the best that was found; a second's work, once a drill."""
    return ends_of(loaded).of(seed) if ends_of(loaded).library.finalists else None


def standing(room: Room) -> Standing:
    """Return seat -> the criteria of its duties so far, as a score of the record up to this minute would settle them.

    Made once a minute: it is for looking at, and what is still to come counts as not observed.
    """
    minute = room.clock.second // 60
    known = _STANDINGS.get(room.row.id)
    if minute < 1 or (known is not None and known[0] == minute):
        return known[1] if known else {}
    ends = ends_known(room.loaded, room.row.header.seed)
    if ends is None:
        return {}
    journal = room.truth("standing", lambda engine: Journal(engine.header, list(engine.entries)))
    found = _settled(room, journal, *ends)
    if len(_STANDINGS) >= MOST_STANDINGS:
        _STANDINGS.clear()
    _STANDINGS[room.row.id] = (minute, found)
    return found


def _settled(room: Room, journal: Journal, nobody: Course, best: Course) -> Standing:
    loaded, book = room.loaded, books.load(room.playbook)
    earliest = {one.action: round(60 * one.minute) for one in ends_of(loaded).library.earliest}
    made = References(
        engine=VERSION, scenario_version=loaded.version, null=nobody, best=best, earliest=earliest
    )
    card = score(DrillRecord(journal, loaded.scenario, made), book)
    owners = {one.id: one.owners for _, one in book.criteria()}
    rows = [one for part in card.parts for one in part.criteria if one.status != "not_applicable"]
    return {
        seat.id: tuple((one.id, one.title, one.status, one.why) for one in rows
                       if seat.id in one.owner_roles or "all" in owners[one.id])
        for seat in loaded.scenario.seats()
    }  # fmt: skip


def _ladders(engine: Engine) -> list[Ladder]:
    """Return hints for the next steps of the course that are not done yet."""
    facts, scenario = engine.facts(), engine.scenario
    open_ = [hint for hint in scenario.hints if not holds(hint.until, facts) and holds(hint.when, facts)]
    return [
        Ladder(hint.at, seat, nudge(briefing(engine, seat)), hint.text, _answer(hint, scenario))
        for hint, seat in ((one, next(iter(one.seats), engine.incident.commander())) for one in open_[:LADDERS])
    ]


def _answer(hint: Hint, scenario: Scenario) -> str:
    """Return the tool that a hint means, as one types it; where it means none, the hint's own words once more."""
    tools = {f"query.{one.id}": one for one in scenario.queries} | {f"action.{one.id}": one for one in scenario.actions}
    meant = next((tools[fact] for fact in hint.until if fact in tools), None)
    return hint.text if meant is None else f"{meant.title}: {meant.command}"


@lru_cache(maxsize=16)
def scenario_notes(scenario: str) -> str:
    """Return what is written for whoever runs a scenario, empty where nothing is."""
    file = Path(str(resources.files("scenarios"))) / scenario / "README.md"
    return file.read_text(encoding="utf-8") if file.is_file() else ""
