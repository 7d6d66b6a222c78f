"""A finished drill as it is open for following through: its record made once, what was written read anew each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from analytics.follow_through.score import FollowScore, score_follow_through
from analytics.follow_through.view import FollowUpView
from simulator.record.follow_up import FollowUp, FollowUpEntry, Value, Wording
from simulator.record.journal import Journal
from simulator.room import afterwards
from simulator.room.notes import seen_by
from simulator.room.room import Room
from simulator.room.store import Participant
from ui.parts.live import SERVER
from ui.reports.finished import Finished
from ui.reports.kept import of_store


@dataclass(frozen=True, eq=False)
class OpenedDrill:
    """What somebody follows through, and who they are."""

    room: Room
    person: Participant
    key: str
    """What tells the record as this person reads it from every other."""
    drill: Finished
    view: FollowUpView

    @property
    def writes(self) -> bool:
        """Tell whether this person may write here."""
        return not self.person.observes

    @property
    def score(self) -> FollowScore:
        """What the follow-through comes to."""
        return score_follow_through(self.view)

    def said(self, item: str, name: str) -> Wording:
        """Return how an answer reads now."""
        return self.view.there.said(item, name)

    def write(self, item: str, changes: Mapping[str, Value], seen: Mapping[str, int]) -> FollowUpEntry:
        """Keep what this person wrote. Raises DrillError."""
        return afterwards.write(SERVER.rooms.store, self.room, self.person, item, changes, seen)


def opened(room: Room, person: Participant) -> OpenedDrill | None:
    """Return a drill to follow through; None where its playbook asks for nothing or it has no record.

    Raises DrillError.
    """
    journal = room.record_for(person)
    if journal is None:
        return None
    key = f"{room.row.id} {person.facilitator} {journal.references is not None}"
    base = _base(key, room, journal)
    rules = base.playbook.follow_through
    if rules is None:
        return None
    there = FollowUp.of(afterwards.written(SERVER.rooms.store, room.row.id))
    return OpenedDrill(room, person, key, base, FollowUpView(base.view, rules, there, base.ended))


def as_it_stands(here: OpenedDrill) -> Finished:
    """Return the drill with everything that is kept beside it at this moment, for documents; the same while it is.

    What evaluators gave is for facilitators alone, and for each of them once they have rated it themselves.
    """
    fresh = of_store(SERVER.rooms.store, here.room.row.id, here.drill.scenario, here.drill.journal)
    drill = replace(fresh, notes=seen_by(fresh.notes, here.person.name) if here.person.facilitator else ())
    return _kept(f"{here.key} {drill.digest}", drill)


@st.cache_resource(max_entries=16, show_spinner=False)
def _base(key: str, _room: Room, _journal: Journal) -> Finished:
    return of_store(SERVER.rooms.store, _room.row.id, _room.loaded.scenario, _journal)


@st.cache_resource(max_entries=16, show_spinner=False)
def _kept(key: str, _drill: Finished) -> Finished:
    """Return the drill that was kept first under `key`, with what was made of it since."""
    return _drill
