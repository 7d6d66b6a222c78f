"""Which pieces make up a screen. A part is added with one line in `SECTIONS`.

A part says upon what it depends, so that what has not changed is neither made nor compared again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from simulator.briefing import Briefing
from simulator.errors import DrillError
from simulator.monitoring.series import SCRAPE_SECONDS
from simulator.room.clock import Clock
from simulator.room.room import Room
from ui.documents.known import SeatView
from ui.live import desk, desk_model, figures, host, tools
from ui.live.arrival import arrival
from ui.live.asked import asked, follow
from ui.live.board import board, recorded, stamp
from ui.live.channel import Memo, channel
from ui.live.forms import picker
from ui.live.frame import Kind, frame
from ui.live.guide import guide, leads
from ui.live.piece import Chart, Piece
from ui.live.waits import waits
from ui.parts.bar import bar_html, standing_html
from ui.parts.feed import Known, alerts_html, changes_html, outputs_html
from ui.parts.live import SERVER
from ui.parts.text import escape
from ui.parts.work import work_html
from ui.session import Here

Pieces = Iterable[Piece | Chart]
ALL: frozenset[Kind] = frozenset({"plays", "hosts", "observes"})
PLAYS: frozenset[Kind] = frozenset({"plays"})
HOSTS: frozenset[Kind] = frozenset({"hosts"})
WATCHES: frozenset[Kind] = frozenset({"observes"})
LOOK_SECONDS = 3
"""How often the desk is drawn anew though nothing happened: who is there, and whom one has to look after."""
BROKEN = "A part of this page could not be drawn and is as it was; the server's log says why"


@dataclass(frozen=True)
class View:
    """What a part is made from: the drill as a role may see it, and the room for what is no secret of it."""

    b: Briefing
    room: Room
    kind: Kind
    memo: Memo
    known: Known
    clock: Clock
    record: int
    """How much is on record beside what people said."""
    name: str
    """Of who looks, where a screen is one person's own."""

    @property
    def steers(self) -> bool:
        """Tell whether the clock is theirs: the facilitator's, else of whoever practises alone."""
        return self.kind == "hosts" or (self.kind == "plays" and not self.room.row.hosted)


def each_second(view: View) -> Hashable:
    """Return what changes with the clock, and with whatever is put on record."""
    clock = view.clock
    return (view.record, view.b.now, view.b.ended, clock.state, clock.pace, clock.waits, clock.held)


def on_record(view: View) -> Hashable:
    """Return what changes when something is put on record."""
    return (view.record, view.b.ended)


def on_record_or_overdue(view: View) -> Hashable:
    """Return what changes when something is put on record, or what was promised becomes overdue by itself."""
    return (on_record(view), view.b.incident.overdue(view.b.now))


def on_a_word(view: View) -> Hashable:
    """Return what changes when something is put on record, or said."""
    return (len(view.b.entries), view.b.ended)


def each_scrape(view: View) -> Hashable:
    """Return what changes when monitoring has looked, or when there is one more change or action to be marked."""
    incident = view.b.incident
    done = sum(run.outcome is not None for run in incident.runs.values())
    return (view.b.now // SCRAPE_SECONDS, len(incident.happened), done)


def once(_: View) -> Hashable:
    """Return what never changes."""
    return None


def _looks(view: View) -> int:
    """Return what changes every few seconds, also while the drill's clock stands: people come and go meanwhile.

    Not for all drills at the same instant: what all ask at once, all wait for.
    """
    return int(time.monotonic() + hash(view.room.row.id) % LOOK_SECONDS) // LOOK_SECONDS


class Section(NamedTuple):
    """Some pieces of a screen."""

    build: Callable[[View], Pieces]
    on: Callable[[View], Hashable] = each_second
    kinds: frozenset[Kind] = ALL


def _bar(view: View) -> Pieces:
    yield Piece("bar", bar_html(view.b, view.clock))
    yield Piece("clock", tools.clock_html(view.room, view.clock, view.steers, view.kind == "plays"))


def _menu(view: View) -> Pieces:
    yield Piece("menu-place", tools.menu_html(view.b, view.room, view.steers))


def _record(view: View) -> Pieces:
    yield Piece("alerts", alerts_html(view.b))
    yield Piece("outputs", outputs_html(view.b, view.known))
    yield Piece("changes", changes_html(view.b, view.known))
    yield Piece("mine-place", tools.mine_html(view.b))


def _channel(view: View) -> Pieces:
    waiting = view.clock if view.room.row.guided else None
    yield from channel(view.b, view.memo, view.known, view.kind == "plays", waiting)


def _guide(view: View) -> Pieces:
    if view.room.row.guided and leads(view.b):
        yield from guide(SeatView(view.b), view.clock.waits)


def _steps(view: View) -> Hashable:
    """Return what changes when a step of the guide may be done or open again."""
    return view.room.row.guided and (on_record_or_overdue(view), view.b.now >= 0, view.clock.waits)


def _acts(view: View) -> Pieces:
    yield Piece("onwards", tools.onwards_html(view.b))
    yield Piece("forms", picker(view.b))
    here = " ".join(role.id for role in view.b.catalogue.roles if view.b.incident.present.get(role.id, True))
    yield Piece("stamp", f"{view.record:d} {escape(here)} ")


def _seats(view: View) -> Pieces:
    yield Piece("seats", host.seats_html(SERVER.rooms.lobby(view.room)))


def _asked(view: View) -> Pieces:
    yield from arrival(view.b)
    yield from asked(view.b, view.room.row.hosted)


def _at_the_desk(view: View) -> Hashable:
    """Return what changes a facilitator's desk: the record with its truth, who is there, what they noted."""
    length, now = view.room.version
    return length, now // LOOK_SECONDS, view.room.clock.state, _looks(view)


SECTIONS = (
    Section(_bar),
    Section(_menu, lambda v: (v.b.now // 60, v.b.ended, _looks(v))),
    Section(_record, on_record),
    Section(_channel, lambda v: (on_a_word(v), v.clock.waits, v.clock.shared)),
    Section(_guide, _steps, PLAYS),
    Section(lambda v: waits(v.b), kinds=PLAYS),
    Section(lambda v: follow(v.room.second_lives()), lambda v: (v.b.ended, v.clock.state, _looks(v)), PLAYS),
    Section(_asked, lambda v: (on_record(v), v.clock.state, _looks(v)), PLAYS),
    Section(_acts, on_record_or_overdue, PLAYS),
    Section(lambda v: board(v.b, v.kind == "plays"), lambda v: stamp(v.b)),
    Section(lambda v: [Piece("work", work_html(v.b))]),
    Section(lambda v: figures.places(v.b), once),
    Section(lambda v: figures.charts(v.b), each_scrape),
    Section(lambda _: [Piece("way-in", host.observer_html())], once, WATCHES),
    Section(_seats, _looks, WATCHES),
    Section(lambda _: [desk.frame()], once, HOSTS),
    Section(lambda v: desk.desk(desk_model.model(v.room), v.room.row.code, v.name), _at_the_desk, HOSTS),
)
"""All there is on a screen, beside what is one person's own."""


class Screen:
    """One kind of screen: what a role sees in a room, made anew only where it changed."""

    def __init__(self, here: Here) -> None:
        self._kind = kind_of(here)
        self._role = here.role
        self._person = here.person  # one of those who see it: they all may the same; a desk is one person's own
        self._memo: Memo = {}
        self._known: Known = {}
        self._broken: set[int] = set()
        """Sections that could not be drawn when they were drawn last."""
        self._kept: dict[int, tuple[Hashable, tuple[Piece | Chart, ...]]] = {}

    def pieces(self, room: Room) -> list[Piece | Chart]:
        """Return the whole screen; what stands in the way of it is one of its pieces."""
        try:
            b, name = room.briefing(self._role), self._person.name
            view = View(b, room, self._kind, self._memo, self._known, room.clock, recorded(b), name)
            for at, part in enumerate(SECTIONS):
                if self._kind not in part.kinds:
                    continue
                key = part.on(view)
                kept = self._kept.get(at)
                if kept is None or kept[0] != key:
                    self._kept[at] = (key, self._made(at, part, view, kept[1] if kept else ()))
            # Looking has told whether the database answers.
            problem = room.problem or room.stands(self._person) or (BROKEN if self._broken else "")
        except DrillError as error:
            problem = room.stands(self._person) or str(error)
        found = [piece for _, made in self._kept.values() for piece in made]
        return [*found, Piece("standing", standing_html(problem))]


    def _made(
        self, at: int, part: Section, view: View, before: tuple[Piece | Chart, ...]
    ) -> tuple[Piece | Chart, ...]:
        """Return the pieces of a section; those from before where it cannot be drawn for a fault of ours."""
        try:
            made = tuple(part.build(view))
        except DrillError:
            raise
        except Exception:
            if at not in self._broken:
                logging.getLogger(__name__).exception("a part of a console could not be drawn")
            self._broken.add(at)
            return before
        self._broken.discard(at)
        return made


def kind_of(here: Here) -> Kind:
    """Return what somebody does in a drill."""
    return "hosts" if here.person.facilitator else "plays" if here.plays else "observes"


def whose(here: Here) -> str:
    """Return whose own a screen is, empty where all who play or look on like this share it."""
    return here.person.id if kind_of(here) == "hosts" else ""


def opening(here: Here) -> list[Piece]:
    """Return what is one person's own: the frame, with their name, and the way on once the drill is over."""
    b = here.room.briefing(here.role)
    return [
        Piece("frame", frame(here.desk, here.person.name, b.catalogue.room, kind_of(here))),
        Piece("over", tools.over_html(here.person.id, here.room.stopped_for_real) if here.room.ended else ""),
    ]
