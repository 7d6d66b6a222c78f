"""What a room calls when a drill is over: reference runs, then the scorecard, both as plain data."""

from __future__ import annotations

from typing import Any

from analytics import playbook as books
from analytics.record import DrillRecord
from analytics.runs.counterfactual import make_references
from analytics.score import score
from simulator.loaded import LoadedScenario
from simulator.record.journal import Journal
from simulator.room.finish import Progress


def finish(loaded: LoadedScenario, journal: Journal, report: Progress) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return reference runs and scorecard of a finished journal; tell `report` how far it is.

    Reference runs that it has are kept: they are what it was scored by.
    """
    book = books.load(journal.header.playbook.id if journal.header.playbook else books.DEFAULT)
    if journal.references is None:
        references = make_references(
            loaded, journal, book, what_if=True, progress=lambda done, of: report(0.95 * done / max(1, of))
        )
        journal.references = references.model_dump(mode="json")
    card = score(DrillRecord.of(journal, loaded.scenario), book)
    return journal.references, card.as_data()
