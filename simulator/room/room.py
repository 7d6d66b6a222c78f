"""A live drill shared by people: who may look at it, act in it, move its clock, and read its record.

Any process can hold a `Room` on any drill and sees the same. Looking never writes; `submit`, the seats and
the clock's controls do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any, TypeVar

from simulator import acts
from simulator.answers import Answer
from simulator.briefing import Briefing
from simulator.engine import Engine
from simulator.errors import AccessDenied, DrillError
from simulator.loaded import LoadedScenario
from simulator.record.journal import Journal
from simulator.room import notes, verbs
from simulator.room.clock import CLOSED, HELD_SECONDS, PAUSES, PEOPLE, READING, Beat, Clock, What, steady, told
from simulator.room.finish import DEFAULT_BOOK, Finisher, Finishing
from simulator.room.live import Live
from simulator.room.nameless import for_participants, nameless
from simulator.room.presence import UNSEEN_SECONDS, Presence
from simulator.room.seating import Seating
from simulator.room.seen import SLOW, TICK_WAITS, Busy, Seen
from simulator.room.skip import LONGEST, QUIET, Skipped, run_ahead, run_to_inject
from simulator.room.store import DrillRow, Participant, Store
from simulator.values import HOST

T = TypeVar("T")
BEFORE_START = (acts.TakeSeat, acts.LeaveSeat, acts.PostMessage, acts.ConfirmReading)
"""What people may do while they wait for the start."""
ON_CALL = (acts.TakeSeat, acts.LeaveSeat, acts.ConfirmReading)
"""What somebody may do who is on call and was not paged yet."""
LEAST_REASON, MOST_REASON = 3, 400
"""Characters of the reason for points set by hand."""
WITHDRAWN = "you left this drill or were signed out of it; join again with its code"
KEY = re.compile("[!-~]{1,64}")
"""What a key under which a command is given once looks like."""


class Room:
    """One drill, live or over. Every method may be called from any thread."""

    def __init__(
        self,
        store: Store,
        row: DrillRow,
        loaded: LoadedScenario,
        finisher: Finisher | None = None,
        steady: Callable[[], float] = steady,
    ) -> None:
        self.row = row
        self.loaded = loaded
        self._store = store
        self._steady = steady
        self.finishing = Finishing(store, row.id, loaded, finisher)
        self._live = Live(store, row, loaded, self.finishing, steady)
        self._seen = Seen(self._live, store, row.id, steady)
        self.presence = Presence(steady)
        self.seats = Seating(store, row, loaded, self._live, self._seen, self.presence, self._belongs, self.check_hosts)
        self._unnamed: tuple[bool, Journal] | None = None

    def due(self, held: ExitStack) -> Beat | None:
        """Return the heartbeat that is due, and let nobody else at the drill until `held` is over; see `Live.due`."""
        with suppress(Busy), ExitStack() as own:
            own.enter_context(self._seen.writing(0))
            if isinstance(beat := self._live.due(), Beat):
                held.push(own.pop_all())
                return beat
        return None

    def beats(self) -> bool:
        """Tell whether a heartbeat is due just now and nobody is at the drill."""
        with ExitStack() as held:
            return self.due(held) is not None

    def wrote(self, beat: Beat) -> None:
        """Note that the heartbeat that was `due` is on disk."""
        self._live.wrote(beat)

    def advance(self, counted: bool = False) -> None:
        """Let the time pass in which this process served the drill; whoever serves drills calls it all the time.

        Where somebody is at the drill just now, the next call makes up for it: no drill waits for another.
        """
        try:
            with self._seen.writing(TICK_WAITS):
                if not self.finishing.over:
                    self._live.advance(counted)
                    self._rest()
        except Busy:
            self._live.keeper.waits(self._steady(), SLOW)

    def _rest(self) -> None:
        """Pause where the clock would run or wait for nobody: after the closure, for one who looks away or is gone."""
        held, away = self._live.held(), self.clock.away
        if away is not None and away.by == PEOPLE and self.presence.unseen() == 0.0:
            # Somebody has been looking here all the while.
            self._live.mark("resume", PEOPLE)
        if self.clock.state != "running":
            return
        if self._live.engine().incident.closed and not any(mark.by == CLOSED for mark in self._live.marks):
            self._live.mark("pause", CLOSED)
        elif held > HELD_SECONDS:
            self._live.mark("pause", READING)
        elif not self.row.hosted and self.row.header.mode == "training":
            unseen = self.presence.unseen()
            if unseen is not None and unseen > UNSEEN_SECONDS:
                self.presence.forget()
                self._live.mark("away", PEOPLE, unseen)

    def saw(self, person: Participant) -> None:
        """Take note that somebody looks; a drill that stands because nobody did goes on."""
        self.presence.saw(person.id)
        away = self.clock.away
        if away is not None and away.by == PEOPLE and not self.finishing.over:
            with suppress(DrillError), self._seen.writing():
                self._live.mark("resume", person.by)

    @property
    def rests(self) -> bool:
        """Tell whether the clock stands because the incident is closed: what is left can be written without haste."""
        return self.clock.paused_by == CLOSED

    def stand(self, why: str) -> None:
        """Note that the drill stands still because the database cannot be used."""
        self._live.keeper.fails(why)

    def stands(self, person: Participant | None = None) -> str:
        """Return why the drill stands still though nobody paused it, and how it goes on; empty where it does not."""
        clock, failing = self.clock, self._live.keeper.failing
        if self.finishing.over or clock.state == "waiting":
            return ""
        if failing:
            return f"The drill stands still: {failing}. It goes on when that is mended."
        if clock.away is None:
            return PAUSES.get(clock.paused_by, "")
        if person is not None and self.goes_on(person):
            way = "Resume to go on from there."
        elif self.row.header.mode == "training":
            way = "Anybody in a seat can resume from there."
        else:
            way = "The host resumes from there."
        return f"{told(clock.away)} {way}"

    @property
    def problem(self) -> str | None:
        """Return why the drill cannot go on here, None where it can or is over."""
        return None if self.finishing.over else self._live.problem

    @property
    def version(self) -> tuple[int, int]:
        """Return (journal length, drill second): while it is the same, nothing on anybody's screen changes."""
        return self._seen.look(("version", None), lambda engine: (len(engine.journal.entries), engine.now))

    @property
    def clock(self) -> Clock:
        """Return the clock as this process knows it."""
        return self._live.clock

    @property
    def ended(self) -> bool:
        """Tell whether people have stopped; the record is frozen then."""
        return self.finishing.over or self._seen.look(("ended", None), lambda engine: engine.ended)

    def briefing(self, role: str) -> Briefing:
        """Return what `role` may see now: one finished object for everybody who looks at this version."""
        return self._seen.look(("briefing", role), lambda engine: self._seen.briefing(engine, role))

    def shared(self, role: str, name: str, build: Callable[[Briefing], T]) -> T:
        """Return `build(briefing)` for `role`, made once a version however many people look.

        `name` tells one such object from another. Do not change what comes back; it is everybody's.
        """
        return self._seen.look((f"shared {name}", role), lambda engine: build(self._seen.briefing(engine, role)))

    def truth(self, name: str, build: Callable[[Engine], T]) -> T:
        """Return `build(engine)`, made once a version: for the facilitator's page, never for a role's."""
        return self._seen.look((f"truth {name}", None), build)

    def submit(self, command: acts.Act, person: Participant, key: str | None = None) -> Answer:
        """Give a command now; return its entry and, where the drill refuses it, why.

        It is on disk when this returns. What is given once more under the same `key` is answered as it was the first
        time and is not entered again, in any process, whatever has become of the drill since. Raises AccessDenied
        where the person may not give any command now, or used the key for something else.
        """
        self._belongs(person)
        if key is not None and not KEY.fullmatch(key):
            raise AccessDenied(f"a key has 1 to 64 visible ASCII characters; {key[:80]!r} is none")
        if isinstance(command, (acts.TakeSeat, acts.LeaveSeat)) and not person.facilitator:
            raise AccessDenied("seats are taken and left in the lobby")
        with self._seen.writing():
            return self._live.give(command, person.by, key, may=partial(self._check, person, command))

    def answered(self, person: Participant, key: str) -> Answer | None:
        """Return what a command of this person was answered that was given under a key, None where there was none."""
        with self._seen.writing():
            self._live.engine(fresh=True)
            return self._live.answered(person.by, key)

    def leave(self, person: Participant, *, for_good: bool = False) -> None:
        """Get up, and withdraw what let this person in, in every browser; `for_good`: their own word, too."""
        self._belongs(person)
        with self._store.withdrawing(person.id, for_good=for_good):
            if self.problem is None and not self.ended:
                self.seats.leave(person)
        self._seen.moved()

    def sign_out(self, person: Participant) -> Participant:
        """Withdraw whatever let this person in, in every browser; the seat is kept for what they are given next."""
        self._belongs(person)
        self._store.withdraw(person.id)
        self._seen.moved()
        return self._store.participant(person.id) or person

    def as_is(self, person: Participant) -> Participant:
        """Return a person with the seat they have now, as far as is known: see `Seen.as_is`.

        Raises AccessDenied where whatever let this person in was withdrawn.
        """
        found = self._seen.as_is(person)
        if found.generation != person.generation:
            raise AccessDenied(WITHDRAWN)
        return found

    def remove(self, person: Participant, other: Participant) -> None:
        """Put somebody out of the drill, as its facilitator: their seat is free, what let them in is withdrawn."""
        self.check_hosts(person)
        if person.id == other.id:
            raise AccessDenied("you host this drill; end it, or leave it for good from its menu")
        self.leave(other, for_good=True)

    def start(self, person: Participant) -> None:
        """Let the clock run; the page comes a minute later."""
        self._steer(person, "start")

    def pause(self, person: Participant) -> None:
        """Stop the world. In training people may go on giving commands."""
        self._steer(person, "pause")

    def resume(self, person: Participant) -> None:
        """Let the world go on. In training anybody in a seat may, where a server was away and nobody paused."""
        self._steer(person, "resume")

    @property
    def may_wait(self) -> bool:
        """Tell whether the clock may be asked to wait: for one novice who is led through the drill."""
        return self.row.guided and not self._live.together

    def speed(self, person: Participant, pace: float | None) -> None:
        """Set how many drill seconds pass in a second; None: the clock waits for whoever is led through the drill."""
        if pace is None and not self.may_wait:
            raise DrillError("the clock waits for a novice who trains alone; everybody else works against it")
        if pace is not None and not 0.1 <= pace <= 60:
            raise DrillError(f"a pace of {pace:g} is not possible; pick one from 0.1 to 60")
        self._steer(person, "speed", pace)

    def step(self, person: Participant, limit: int = LONGEST) -> Skipped:
        """Run ahead to the next thing that the MSEL brings, at most `limit` seconds; the facilitator's."""
        with self._seen.writing():
            self.check_hosts(person)
            return self._live.skip(person.by, partial(run_to_inject, limit=limit))

    def skip_ahead(self, person: Participant, limit: int = LONGEST) -> Skipped:
        """Skip until something needs the person (for a facilitator: the commander), at most `limit` seconds.

        Where the clock waits for whoever is led through, so does a skip as soon as nothing is under way.
        """
        with self._seen.writing():
            self._may_steer(person)
            role, quiet = person.seat or self.loaded.scenario.lead(), QUIET if self.clock.waits else LONGEST
            return self._live.skip(person.by, partial(run_ahead, role=role, limit=limit, quiet=quiet))

    def end(self, person: Participant, *, emergency: bool = False) -> None:
        """Stop playing: the world runs on to its horizon, the record is frozen and scored.

        Ended by its facilitator, or for a real `emergency`, it has no total: nobody could see the rest through.
        """
        with self._seen.writing():
            self._may_steer(person)
            if not self._live.engine(fresh=True).ended:
                how = acts.EndDrill(how="stopped" if emergency else "early" if person.facilitator else "time")
                self._give(how, f"facilitator:{person.name}")

    @property
    def stopped_for_real(self) -> bool:
        """Tell whether the drill was stopped because a real emergency came first."""
        if not self.ended:
            return False
        journal = self.finishing.journal()
        given = journal.entries if journal else ()
        return any(isinstance(x.body, acts.EndDrill) and x.role == HOST and x.body.how == "stopped" for x in given)

    def record(self) -> Journal | None:
        """Return the frozen record with its references as far as they are made, None while the drill runs."""
        with self._seen.writing():
            if not self.finishing.over:
                self._live.engine()
        return self.finishing.journal()

    def record_for(self, person: Participant | None) -> Journal | None:
        """Return the frozen record as `person` may read it, None while the drill runs.

        Whoever was in the drill reads all of it. Whoever has only its code (None) reads a training drill without
        the people's names; an assessment is between those who were in it. Raises AccessDenied.
        """
        journal = self.record()
        if person is not None:
            self._belongs(person)
            return journal if journal is None or person.facilitator else for_participants(journal)
        if self.row.header.mode == "assessment":
            raise AccessDenied("an assessment is read by those who took part: open your own link, or ask the host")
        if journal is None:
            return None
        made = journal.references is not None
        if self._unnamed is None or self._unnamed[0] != made:
            titles = {role.id: role.title for role in self.loaded.scenario.roles}
            others = [one.name for one in self._store.participants(self.row.id)]
            self._unnamed = (made, nameless(for_participants(journal), titles, others))
        return self._unnamed[1]

    @property
    def playbook(self) -> str:
        """Return the name of the playbook that the drill is played with, and whose score counts."""
        played = self.row.header.playbook
        return played.id if played else DEFAULT_BOOK

    def scorecard(self) -> dict[str, Any] | None:
        """Return the scorecard that counts, None until it is made."""
        over = self.ended
        found = self._store.scorecard(self.row.id, self.playbook)
        if over and found is None:
            self.finishing.revive()
        return found

    def corrections(self) -> list[dict[str, Any]]:
        """Return what facilitators corrected by hand, in order."""
        return self._store.overrides(self.row.id)

    def correct(self, person: Participant, criterion: str, points: float, reason: str) -> None:
        """Keep a facilitator's own points for one criterion beside the scorecard, which stays as it is.

        Raises AccessDenied for anybody else, DrillError for what cannot be.
        """
        self._belongs(person)
        if not person.facilitator:
            raise AccessDenied("only the facilitator corrects points; ask whoever hosted the drill")
        card, reason = self.scorecard(), " ".join(reason.split())
        findings = [one for part in (card or {}).get("parts", ()) for one in part["criteria"]]
        found = next((one for one in findings if one["id"] == criterion), None)
        if found is None or found["status"] == "not_applicable":
            raise DrillError(f"{criterion} is no finding of this scorecard that has points; pick another")
        if not 0 <= points <= found["out_of"]:
            raise DrillError(f"{criterion} has 0 to {found['out_of']:g} points; give a number between")
        if not LEAST_REASON <= len(reason) <= MOST_REASON:
            raise DrillError(f"say why in {LEAST_REASON} to {MOST_REASON} characters; whoever reads the score sees it")
        body = {"playbook": self.playbook, "criterion": criterion, "points": round(points, 1),
                "out_of": found["out_of"], "was": found["points"], "reason": reason}  # fmt: skip
        self._store.add_override(self.row.id, person.name, body)

    def note(self, person: Participant, kind: notes.Kind, **body: Any) -> notes.Note:
        """Keep what a facilitator writes down at this second, also when the drill is over; no participant reads it."""
        self.check_hosts(person)
        return notes.add(self._store, self.row.id, int(self.clock.at), person.name, kind, **body)

    def notes(self, person: Participant) -> list[notes.Note]:
        """Return what facilitators wrote down. Raises AccessDenied for everybody else."""
        self.check_hosts(person)
        return notes.kept(self._store, self.row.id)

    def second_lives(self) -> tuple[DrillRow, ...]:
        """Return the drills that play on from a moment of this one, newest first, as far as is known."""
        return self._seen.told("lives", lambda: tuple(self._store.branches(self.row.id)), ())

    def freeze(self, person: Participant, probe: acts.ProbeTeam) -> Answer:
        """Stop the world and ask everybody who sits, each alone; the drill stands until the facilitator resumes."""
        self.check_hosts(person)
        with self._seen.writing():
            self._live.engine(fresh=True)
            return self._live.give(probe, person.by, mark="pause" if self.clock.state == "running" else None)

    def once(self, person: Participant, key: str, do: Callable[[], str]) -> verbs.Answered:
        """Return what came of something that is no act of the journal: done once under its key, in any process."""
        return verbs.once(self._store, person, key, do)

    def _give(self, command: acts.Act, by: str) -> None:
        if refusal := self._live.give(command, by).refusal:
            raise AccessDenied(refusal.reason)

    def _belongs(self, person: Participant) -> None:
        if person.drill != self.row.id:
            raise AccessDenied("this link belongs to another drill")
        now = self._store.participant(person.id)
        if now is None or now.generation != person.generation:
            raise AccessDenied(WITHDRAWN)

    def check_hosts(self, person: Participant) -> None:
        """Raise AccessDenied for everybody but the drill's facilitators."""
        self._belongs(person)
        if not person.facilitator:
            raise AccessDenied("only the facilitator may do that")

    def _check(self, person: Participant, command: acts.Act, engine: Engine) -> None:
        if person.observes:
            raise AccessDenied("an observer looks on; take a seat to say or do anything")
        if not person.facilitator and engine.incident.seats.get(person.seat or "") != person.name:
            raise AccessDenied("you have no seat in this drill; take one in the lobby")
        state = self._live.clock.state
        if state == "waiting" and not person.facilitator and not isinstance(command, BEFORE_START):
            raise AccessDenied("the drill has not started yet")
        here = engine.incident.present.get(person.seat or "", True)
        if not here and not isinstance(command, ON_CALL):
            raise AccessDenied("you are on call and nobody has paged you yet; you can act once you are in the room")
        held = state == "paused" and self.row.header.mode == "assessment" and not person.facilitator
        if held and not self.rests and not isinstance(command, acts.AnswerProbe):
            raise AccessDenied("the drill is paused; in an assessment nothing is taken until it goes on")

    def steers(self, person: Participant) -> bool:
        """Tell whether the clock is this person's: the facilitator's, else of whoever practises alone."""
        return (person.facilitator or not self.row.hosted) and not person.observes

    def goes_on(self, person: Participant) -> bool:
        """Tell whether this person may resume: whoever steers, and in training whoever sits there after a gap."""
        sits = person.seat is not None and not person.observes
        return self.steers(person) or (sits and self.clock.away is not None and self.row.header.mode == "training")

    def _may_steer(self, person: Participant, what: str = "") -> None:
        self._belongs(person)
        if self.steers(person) or (what == "resume" and self.goes_on(person)):
            return
        if person.observes:
            raise AccessDenied("an observer looks on; the clock is for those who play")
        raise AccessDenied("only the facilitator may do that")

    def _steer(self, person: Participant, what: What, value: float | None = None) -> None:
        with self._seen.writing():
            self._live.mark(what, person.by, value, lambda: self._may_steer(person, what))
