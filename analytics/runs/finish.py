"""What a room calls when a drill is over: reference runs, then the scorecard, both as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from analytics import playbook as books
from analytics.record import DrillRecord, References
from analytics.runs.counterfactual import SEEDS, references_in_turn
from analytics.score import score
from simulator.loaded import LoadedScenario
from simulator.record.journal import Journal
from simulator.room.finish import Progress


def finish(
    loaded: LoadedScenario, journal: Journal, report: Progress
) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any]]]:
    """Yield the scorecard of a finished journal as soon as there is one, then all reference runs and the whole card.

    Other seeds and what else could have been done take most of the time, and move no point. Reference runs that it has
    are kept: they are what it was scored by. `report` is told how far it is.
    """
    book = books.load(journal.header.playbook.id if journal.header.playbook else books.DEFAULT)

    if journal.references is not None:
        yield None, score(DrillRecord.of(journal, loaded.scenario), book).as_data()
        return

    def card(made: References) -> dict[str, Any]:
        return score(DrillRecord(journal, loaded.scenario, made), book).as_data()

    progress = partial(_share, report)
    making = references_in_turn(loaded, journal, book, seeds=SEEDS, what_if=True, progress=progress)
    yield None, card(next(making))
    made = next(making)
    yield made.model_dump(mode="json"), card(made)


def _share(report: Progress, done: int, of: int) -> None:
    report(0.95 * done / of)
