"""What a section of the debrief is given: the drill in words, what was corrected by hand, and who reads it where."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.room.room import Room
from simulator.room.store import Participant
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.lines import Lines
from ui.debrief_parts.others import ByHand


@dataclass(frozen=True)
class Sitting:
    """One reading of one drill."""

    drill: Debriefed
    lines: Lines
    hand: ByHand
    room: Room | None = None
    """None where a journal file is read."""
    person: Participant | None = None
    """None for a journal file, and for whoever has the drill's code alone."""
    settled: bool = True
    """All of the score has come: the page is not drawn anew by itself any more."""

    @property
    def hosts(self) -> bool:
        """Tell whether the facilitator reads."""
        return self.person is not None and self.person.facilitator
