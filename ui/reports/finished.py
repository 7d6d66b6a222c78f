"""A finished drill with everything that was kept beside it: what documents are made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from analytics.follow_through.score import FollowScore, score_follow_through
from analytics.follow_through.view import FollowUpView
from analytics.score import score
from simulator.catalogue import called
from simulator.errors import DrillError
from simulator.names import Names
from simulator.record.follow_up import FollowUp, FollowUpEntry, LessonAnswers, Value
from simulator.record.journal import TRAILING, Journal
from simulator.room import chain, companions
from simulator.room.clock import ClockMark
from simulator.room.nameless import for_participants, nameless, unnamer
from simulator.room.notes import Note, ratings
from simulator.room.results import stood
from simulator.scenario.model import Scenario
from simulator.values import HOST
from ui.parts.reviewed import ReviewedDrill
from ui.parts.words import voices


@dataclass(frozen=True, eq=False)
class Finished(ReviewedDrill):
    """One drill that is over."""

    journal: Journal
    scenario: Scenario
    card: Mapping[str, Any] | None
    """The published scorecard, None where there is none."""
    entries: tuple[FollowUpEntry, ...] = ()
    lessons: tuple[LessonAnswers, ...] = ()
    notes: tuple[Note, ...] = ()
    """What evaluators kept; of it documents show ratings alone."""
    corrections: tuple[Mapping[str, Any], ...] = ()
    skipped: tuple[str, ...] = ()
    """How the clock was moved on other than by the second, in words."""
    created: float = 0.0
    ended: float = 0.0
    """Wall instants, 0 where nobody wrote them down."""
    participants: tuple[str, ...] = ()
    """Names of everybody who was let in, as far as they are known: an observer is in no record."""
    unnamed: bool = False
    ident: str = ""
    """Id of the drill in its store, empty where a file is read that says none."""
    record: str = ""
    """Digest of its record, as `drill verify` prints it of a file and as an exported file ends with."""
    hosts: tuple[str, ...] = ()
    """Names of those who facilitated."""

    @cached_property
    def facilitators(self) -> tuple[str, ...]:
        """Who facilitated: those who are known to, and who gave a facilitator's command."""
        if self.unnamed:
            return self.hosts
        gave = (x.by.name for x in self.journal.commands() if x.by.role == HOST and x.by.name)
        return tuple(dict.fromkeys((*self.hosts, *gave)))

    @cached_property
    def digest(self) -> str:
        """What tells apart all that is kept beside one record, for what is made of it."""
        kept = (self.card, self.entries, self.lessons, self.notes, self.corrections, self.skipped,
                self.created, self.ended, self.participants, self.unnamed, self.hosts)  # fmt: skip
        return hashlib.blake2s(repr(kept).encode("utf-8", "backslashreplace"), digest_size=12).hexdigest()

    @cached_property
    def names(self) -> Names:
        """What things are called; a scripted responder sits in every seat, and goes by it."""
        scripted = self.journal.header.policy is not None
        return Names(called(self.scenario), voices=voices(self.journal.entries), by_seat=scripted)

    @cached_property
    def people(self) -> tuple[str, ...]:
        """The names of those who took part."""
        return tuple(dict.fromkeys(x.by.name for x in self.journal.commands() if x.by.name))

    @cached_property
    def followed(self) -> FollowUpView | None:
        """What was written afterwards, None where the playbook asks for nothing."""
        rules = self.playbook.follow_through
        return None if rules is None else FollowUpView(self.view, rules, FollowUp.of(self.entries), self.ended)

    @cached_property
    def follow_score(self) -> FollowScore | None:
        """What the follow-through came to."""
        return None if self.followed is None else score_follow_through(self.followed)

    @cached_property
    def rated(self) -> Mapping[str, Mapping[str, int]]:
        """What evaluators rated -> who -> their last rating."""
        return ratings(self.notes)

    def scored(self) -> Finished:
        """Return the same drill with the scorecard that its record gives now, where it holds reference runs."""
        if self.card is not None or self.journal.references is None:
            return self
        return replace(self, card=score(self.view.record, self.playbook).as_data())

    def without_names(self) -> Finished:
        """Return the same drill with people called by their seats, for whoever was not one of them."""
        titles = {role.id: role.title for role in self.scenario.roles}
        written = (*self.entries, *self.lessons, *self.notes)
        authors = (one.author for one in written)
        others = {*self.participants, *self.hosts, *authors, *(str(c["author"]) for c in self.corrections)}
        told = unnamer(self.journal, titles, others)

        def value(said: Value) -> Value:
            return told(said) if isinstance(said, str) else said

        entries = tuple(
            one.model_copy(update={"author": "a participant", "changes": {k: value(v) for k, v in one.changes.items()}})
            for one in self.entries
        )
        lessons = tuple(
            LessonAnswers(answers={k: told(v) for k, v in one.answers.items()}) for one in self.lessons
        )
        raters = {author: f"evaluator {n}" for n, author in enumerate(sorted({one.author for one in self.notes}), 1)}
        notes = tuple(
            replace(one, author=raters[one.author], evaluator=raters.get(one.evaluator, "")) for one in self.notes
        )
        made = tuple({**one, "author": "the facilitator", "reason": told(str(one.get("reason", "")))}
                     for one in self.corrections)  # fmt: skip
        return replace(
            self, journal=nameless(for_participants(self.journal), titles, others), entries=entries, lessons=lessons,
            notes=notes, corrections=made, participants=(), unnamed=True,
            hosts=tuple(f"facilitator {n}" for n, _ in enumerate(self.facilitators, 1)),
        )  # fmt: skip


def read_beside(text: str, where: str) -> dict[str, Any]:
    """Return what a file holds beside a record, nothing where it is a journal alone. Raises DrillError."""
    for line in reversed(text.rstrip("\n").rsplit("\n", 3)):
        if line.startswith('{"beside": '):
            try:
                found = json.loads(line)["beside"]
            except (ValueError, RecursionError):
                found = None
            if not isinstance(found, dict):
                raise DrillError(f"{where}: what is kept beside the record is not JSON; restore the line")
            return found
    return {}


def record_digest(text: str) -> str:
    """Return the digest of the record in a file, without what may stand behind it."""
    lines = text.removesuffix("\n").split("\n")
    while len(lines) > 1 and lines[-1].startswith(tuple(f'{{"{name}": ' for name in TRAILING)):
        lines.pop()
    return chain.digest("\n".join(lines) + "\n")


def of_file(
    journal: Journal, scenario: Scenario, card: Mapping[str, Any] | None, found: Mapping[str, Any], text: str = "",
) -> Finished:  # fmt: skip
    """Return a finished drill with what its file holds beside it; `text` is the whole file. Raises DrillError."""
    kept = {name: companions.read(name, found, "what is kept beside the record") for name in companions.TABLES}
    moved = moved_on(kept["clock"])
    return Finished(
        journal, scenario, card, kept["follow_through"], kept["lessons"], kept["notes"], kept["corrections"], moved,
        **companions.instants(found), record=record_digest(text) if text else "",
    )  # fmt: skip


def moved_on(marks: Iterable[ClockMark]) -> tuple[str, ...]:
    """Return in words how often the clock was skipped on, whether it was held, and at which other speeds it ran."""
    marks = list(marks)
    skips = sum(mark.what == "skip" for mark in marks)
    speeds = sorted({mark.value for mark in marks if mark.what == "speed" and mark.value not in (None, 1)})
    words = [f"skipped ahead {skips} time{'' if skips == 1 else 's'}"] if skips else []
    words += ["stood while its people read"] if stood(marks) else []
    return (*words, *(f"run at {value:g}×" for value in speeds))
