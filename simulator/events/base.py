"""What all events share."""

from __future__ import annotations

from typing import ClassVar

from simulator.names import Names, Said
from simulator.record.entry import Body, Entry
from simulator.values import Ref


class Event(Body):
    """One thing that happened. `to` names the roles that may see it; empty means everybody."""

    to: tuple[str, ...] = ()

    in_world: ClassVar[bool] = False
    """It stands in the world's lane of a timeline, not in the team's."""
    doer: ClassVar[str] = ""
    """The field that says which role did it; empty: nobody's doing, or that of whoever is behind the entry."""
    @property
    def refs(self) -> tuple[Ref, ...]:
        if not self.cited:
            return ()
        value = getattr(self, self.cited)
        return (value if isinstance(value, Ref) else Ref.to(self.cited, value),)

    @property
    def readers(self) -> tuple[str, ...]:
        return self.to

    def in_words(self, n: Names, entry: Entry) -> Said | None:
        """Return it as a line of the channel, None where it is bookkeeping that nobody reads."""
        return None


class TruthEvent(Event):
    """What the world really did: nobody's to see while the drill runs."""

    is_truth: ClassVar[bool] = True
    in_world: ClassVar[bool] = True


def system(text: str) -> Said:
    """Return a line that the drill itself says."""
    return Said("system", "system", "", text)
