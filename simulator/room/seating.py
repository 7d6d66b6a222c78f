"""Who sits where in a drill: coming in, sitting down, getting up, and what its host does with seats.

What is on the record and what the store says of people is written at once: nobody comes in halfway, and what is refused
leaves nothing behind.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from simulator import acts
from simulator.engine import Engine
from simulator.errors import AccessDenied, NameTaken
from simulator.loaded import LoadedScenario
from simulator.room.access import clean_name, kept_word
from simulator.room.live import BUSY, Asked, Live
from simulator.room.presence import Presence
from simulator.room.seen import Seen
from simulator.room.store import DrillRow, Participant, Store
from simulator.values import OBSERVER

ATTEMPTS = 20
"""How often a name is made anew because somebody else of that name came at the same moment."""


@dataclass(frozen=True)
class Attendant:
    """Somebody in a drill, and how alive they are."""

    person: Participant
    ago: float | None
    """Seconds since they looked, as far as this process knows."""
    acted: int | None
    """Drill second of the last thing they gave."""


class Seating:
    """The seats of one drill."""

    def __init__(
        self, store: Store, row: DrillRow, loaded: LoadedScenario, live: Live, seen: Seen, presence: Presence,
        belongs: Callable[[Participant], None], hosts: Callable[[Participant], None],
    ) -> None:  # fmt: skip
        self._store = store
        self._row = row
        self._loaded = loaded
        self._live = live
        self._seen = seen
        self._presence = presence
        self._belongs, self._hosts = belongs, hosts

    def admit(self, name: str, seat: str | None = None, *, facilitator: bool = False, word: str = "") -> Participant:
        """Let somebody in and onto a seat (`OBSERVER` to look on, None to stand) in one step.

        `word` is what they come back with where nothing else is left. Raises AccessDenied; nothing is kept then.
        """
        kept = kept_word(word)
        for _ in range(ATTEMPTS):
            taken = (other.name for other in self._store.participants(self._row.id))
            person = Participant(
                secrets.token_hex(8), self._row.id, clean_name(name, taken), seat, facilitator, self._store.now(),
                word=kept,
            )  # fmt: skip
            try:
                with self._seen.writing():
                    if seat in (None, OBSERVER):
                        self._store.add_participant(person)
                    else:
                        self._free(str(seat))
                        self._write([_sits(str(seat), person, person.by)], person)
                return person
            except NameTaken:
                continue
        raise AccessDenied(BUSY)

    def take(self, person: Participant, seat: str) -> Participant:
        """Sit down, leaving the seat held so far. Raises AccessDenied where somebody else sits there."""
        self._belongs(person)
        if person.facilitator:
            raise AccessDenied("a facilitator does not play; join again to take a seat")
        with self._seen.writing():
            person = self._now(person)
            if self._seats().get(seat) != person.name:
                self._free(seat)
            return self._moved(person, seat, f"{seat}:{person.name}")

    def observe(self, person: Participant) -> Participant:
        """Let somebody look on from no seat, leaving the one held so far; nothing of it is on the record."""
        self._belongs(person)
        if person.facilitator:
            raise AccessDenied("a facilitator looks on as it is; join again to observe")
        with self._seen.writing():
            person = self._now(person)
            return self._write(self._gets_up(person, person.by), replace(person, seat=OBSERVER))

    def leave(self, person: Participant, seat: str | None = None) -> None:
        """Get up; a facilitator may free anybody's seat. A simulated teammate takes over."""
        self._belongs(person)
        with self._seen.writing():
            person = self._now(person)
            if not person.facilitator:
                self._write(self._gets_up(person, person.by), replace(person, seat=None))
            elif seat and (holder := self.holder(seat)) is not None:
                self._write(self._gets_up(holder, person.by), replace(holder, seat=None))
            elif seat and seat in self._seats():
                self._live.give(acts.LeaveSeat(seat=seat), person.by)

    def hand_over(self, person: Participant, to: Participant) -> Participant:
        """Give one's seat to somebody who is in the drill; a facilitator gives anybody's with `move`."""
        self._belongs(person)
        seat = person.seat
        if seat is None or person.observes or self._seats().get(seat) != person.name:
            raise AccessDenied("you have no seat to hand over; take one first")
        with self._seen.writing():
            self._may_sit(to, seat)
            if self._seats().get(seat) != person.name:
                raise AccessDenied("you have no seat to hand over any more; somebody moved you")
            return self._moved(to, seat, f"{seat}:{to.name}", instead_of=person, says=person.by)

    def move(self, host: Participant, other: Participant, seat: str) -> Participant:
        """Let somebody sit elsewhere, as the host; whoever sat there stands, to be given another seat."""
        self._hosts(host)
        with self._seen.writing():
            self._may_sit(other, seat)
            return self._moved(self._now(other), seat, host.by, instead_of=self.holder(seat), says=host.by)

    def swap(self, host: Participant, one: Participant, other: Participant) -> None:
        """Let two people change seats, as the host."""
        self._hosts(host)
        with self._seen.writing():
            for person in (one, other):
                if person.seat is None or self._seats().get(person.seat) != person.name:
                    raise AccessDenied(f"{person.name} has no seat to swap; move them to one instead")
            if one.id == other.id:
                raise AccessDenied("pick two people who are to change seats")
            there, here = replace(one, seat=other.seat), replace(other, seat=one.seat)
            up = [*self._gets_up(one, host.by), *self._gets_up(other, host.by)]
            down = [_sits(str(new.seat), new, host.by) for new in (there, here)]
            self._write([*up, *down], there, here)

    def _now(self, person: Participant) -> Participant:
        """Return somebody as they are by now: a host may have moved them since they pressed."""
        return self._store.participant(person.id) or person

    def free_people(self) -> list[Participant]:
        """Return those in the drill who could take a seat: who stands or looks on, hosts left out."""
        return [one for one in self._seen.people() if not one.facilitator and one.seat in (None, OBSERVER)]

    def holder(self, seat: str) -> Participant | None:
        """Return who sits in a seat, None where nobody does."""
        name = self._seats().get(seat)
        return next((one for one in self._store.participants(self._row.id) if one.seat == seat and one.name == name),
                    None)  # fmt: skip

    def attendance(self) -> list[Attendant]:
        """Return everybody in the drill, hosts and observers too, with when they looked and acted last."""
        acted = self._seen.look(("acted", None), _acted)
        people = self._store.participants(self._row.id)
        return [Attendant(one, self._presence.ago(one.id), acted.get(one.name)) for one in people]

    def _seats(self) -> dict[str, str]:
        with self._seen.writing():
            return self._live.engine(fresh=True).incident.seats

    def _free(self, seat: str) -> None:
        role = self._loaded.scenario.find("roles", seat)
        holder = self._seats().get(seat)
        if role is None:
            raise AccessDenied(f"there is no seat {seat!r} in this drill; pick one of those shown")
        if holder is not None:
            raise AccessDenied(f"{role.title} is taken by {holder}; pick another seat")

    def _may_sit(self, person: Participant, seat: str) -> None:
        self._belongs(person)
        if self._loaded.scenario.find("roles", seat) is None:
            raise AccessDenied(f"there is no seat {seat!r} in this drill; pick one of those shown")
        if person.facilitator:
            raise AccessDenied(f"{person.name} facilitates and does not play; pick somebody else")

    def _moved(
        self, person: Participant, seat: str, by: str, instead_of: Participant | None = None, says: str = ""
    ) -> Participant:
        """Let somebody sit elsewhere, and whoever sat there get up as `says` has it, in one step."""
        there = replace(person, seat=seat)
        if self._seats().get(seat) == person.name:
            return self._write([], there)
        stands = [] if instead_of is None else [replace(instead_of, seat=None)]
        up = [] if instead_of is None else self._gets_up(instead_of, says)
        # Down before up: no simulated teammate takes over in between.
        return self._write([*up, _sits(seat, person, by), *self._gets_up(person, person.by)], there, *stands)

    def _gets_up(self, person: Participant, by: str) -> list[Asked]:
        """Return what is to be asked for so that somebody leaves the seat they are in."""
        seat = person.seat
        if seat in (None, OBSERVER) or self._seats().get(str(seat)) != person.name:
            return []
        return [(acts.LeaveSeat(seat=str(seat)), by)]

    def _write(self, asked: Sequence[Asked], *people: Participant) -> Participant:
        """Write who sits where on the record and in the store, all of it or nothing; return the first as they are."""
        if asked:
            self._live.give_all(asked, people=people)
        else:
            self._store.place(people)
        self._seen.moved()
        return self._store.participant(people[0].id) or people[0]


def _sits(seat: str, person: Participant, by: str) -> Asked:
    return acts.TakeSeat(seat=seat, name=person.name), by


def _acted(engine: Engine) -> dict[str, int]:
    """Return name -> drill second of the last thing that person gave."""
    return {entry.by.name: entry.at for entry in engine.journal.entries if entry.is_act and entry.by.name}
