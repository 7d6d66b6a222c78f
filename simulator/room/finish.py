"""What happens once a drill is over: its record is frozen, then scored in the background."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

from simulator.errors import DrillError, StoreError
from simulator.loaded import LoadedScenario
from simulator.record.journal import Journal, parse
from simulator.room import results
from simulator.room.store import Store

Progress = Callable[[float], None]
Finisher = Callable[[LoadedScenario, Journal, Progress], Iterable[tuple[dict[str, Any] | None, dict[str, Any]]]]
"""Given a finished journal: its reference runs and its scorecard, both as plain data; the card alone, without the runs
(None), as soon as it stands."""
DEFAULT_BOOK = "recovery"
"""What a drill is scored with that was opened before drills named a playbook."""
ABANDONED = 60.0
"""Seconds after which a record without a scorecard is scored by whoever looks at it."""


class Finishing:
    """The end of one drill: frozen once, scored once, readable for ever."""

    def __init__(self, store: Store, drill: str, loaded: LoadedScenario, finisher: Finisher | None) -> None:
        self.over = store.frozen_at(drill) is not None
        self.progress = 0.0
        """How far scoring is, 0 … 1."""
        self.problem: str | None = None
        """What went wrong with scoring, if anything did."""
        self._store = store
        self._drill = drill
        self._loaded = loaded
        self._finisher = finisher
        self._thread: threading.Thread | None = None
        self._journal: Journal | None = None

    def freeze(self, journal: Journal) -> None:
        """Keep the finished journal and begin to score it, unless another process did so first."""
        text = "".join(f"{line}\n" for line in journal.lines())
        first = self._store.freeze(self._drill, text)
        self.over = True
        if first:
            self.begin()

    def journal(self) -> Journal | None:
        """Return the frozen record, with its references once they are made."""
        if self._journal is None or self._journal.references is None:
            self._journal = read_record(self._store, self._drill) if self.over else None
        if self._journal is not None and self._journal.references is None:
            self.revive()
        return self._journal

    def revive(self) -> None:
        """Begin to score a record that nobody seems to be scoring: the process that was at it may be gone."""
        frozen = self._store.frozen_at(self._drill)
        if self.problem is None and frozen is not None and self._store.now() - frozen > ABANDONED:
            self.begin()

    def begin(self) -> None:
        """Score in the background, unless that is under way; once more, after a failure.

        A playbook is read once in a process: to score with a changed one, restart the server first.
        """
        if self._finisher is None or self.busy:
            return
        self.progress, self.problem = 0.0, None
        self._thread = threading.Thread(target=self._score, name=f"score-{self._drill}", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Tell whether scoring is under way."""
        return self._thread is not None and self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Wait for scoring to be done (for tests and the command line)."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _score(self) -> None:
        assert self._finisher is not None  # `begin` saw to it
        try:
            journal = read_record(self._store, self._drill)
            assert journal is not None
            played = journal.header.playbook
            for references, card in self._finisher(self._loaded, journal, self._report):
                self._store.save_scorecard(self._drill, played.id if played else DEFAULT_BOOK, card)
                if references is not None:
                    self._store.add_references(self._drill, references)
                self._compared(journal, card)
        except StoreError as error:
            # The database is away: no fault of this record's. Whoever looks for the score later begins anew.
            logging.getLogger(__name__).warning("drill %s is not scored yet: %s", self._drill, error)
        except DrillError as error:
            self.problem = str(error)
        except Exception as error:
            # A thread's traceback would go unseen; the debrief shows this line instead of waiting for ever.
            self.problem = f"scoring failed ({type(error).__name__}: {error})"
            logging.getLogger(__name__).exception("scoring drill %s failed", self._drill)
        self.progress = 1.0

    def _compared(self, journal: Journal, card: dict[str, Any]) -> None:
        """Keep the row by which this drill is compared with others; without it the drill is scored all the same."""
        try:
            results.keep(self._store, self._drill, journal, card)
        except StoreError as error:
            logging.getLogger(__name__).warning("drill %s is scored and in no trends: %s", self._drill, error)

    def _report(self, done: float) -> None:
        self.progress = min(1.0, max(self.progress, done))


def read_record(store: Store, drill: str) -> Journal | None:
    """Return the frozen record of a drill, whatever has become of its scenario since."""
    found = store.record(drill)
    if found is None:
        return None
    text, references = found
    return parse(f'{text}{{"references": {references}}}\n' if references else text, f"record of drill {drill}")
