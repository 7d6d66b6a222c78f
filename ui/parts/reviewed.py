"""What debrief and documents ask alike of a finished drill: its playbook, the record as criteria read it, its names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analytics.overrides import playbook_of
from analytics.playbook import DEFAULT, Playbook, load, names
from analytics.report.tables import record_of
from analytics.view import RecordView
from simulator.catalogue import called
from simulator.names import Names
from simulator.record.journal import Journal
from ui.parts.words import NamesThen, voices

if TYPE_CHECKING:
    from simulator.scenario.model import Scenario


class ReviewedDrill:
    """A record of a drill with the scorecard it was given; whoever extends it holds both, and the scenario."""

    journal: Journal
    scenario: Scenario
    card: Mapping[str, Any] | None
    """The published scorecard; None where there is none."""

    @cached_property
    def playbook(self) -> Playbook:
        """The playbook that it was scored with, else the one that counts."""
        return book_of(playbook_of(self.card) or counts(self.journal))

    @cached_property
    def view(self) -> RecordView:
        """The record as criteria ask for it."""
        return RecordView(record_of(self.journal, self.scenario), self.playbook)

    @cached_property
    def names(self) -> Names:
        """What things are called."""
        return Names(called(self.scenario), voices=voices(self.journal.entries))

    @cached_property
    def names_then(self) -> NamesThen:
        """The names of each moment. A scripted responder sits in every seat: then it is the handles that say who."""
        return NamesThen(self.names, self.journal.entries if self.journal.header.policy is None else ())


def counts(journal: Journal) -> str:
    """Return the name of the playbook whose score counts: the one that the drill was played with."""
    return journal.header.playbook.id if journal.header.playbook else DEFAULT


def book_of(name: str) -> Playbook:
    """Return a playbook by its name, the default for one that does not come with the program."""
    return load(name if name in names() else DEFAULT)
