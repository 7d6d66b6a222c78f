"""A finished drill out of the store, with what is kept beside it there."""

from __future__ import annotations

from simulator.errors import DrillError
from simulator.record.journal import Journal, parse
from simulator.room import afterwards, notes
from simulator.room.finish import DEFAULT_BOOK
from simulator.room.store import Store
from simulator.scenario.model import Scenario
from ui.reports.finished import Finished, moved_on, record_digest


def of_store(store: Store, drill: str, scenario: Scenario, journal: Journal | None = None) -> Finished:
    """Return a drill as it is kept; `journal` is its record as somebody may read it.

    Raises DrillError while it runs.
    """
    row = store.drill(drill)  # anew: a room that is open holds the row from before its end
    found, people = store.record(row.id), store.participants(row.id)
    if found is None:
        raise DrillError(f"drill {row.id} is not over; documents are made of finished drills")
    if journal is None:
        lines = f'{found[0]}{{"references": {found[1]}}}\n' if found[1] else found[0]
        journal = parse(lines, f"drill {row.id}")
    played = row.header.playbook
    card = store.scorecard(row.id, played.id if played else DEFAULT_BOOK)
    moved = moved_on(store.marks(row.id))
    return Finished(
        journal, scenario, card, tuple(afterwards.written(store, row.id)), tuple(afterwards.lessons(store, row.id)),
        tuple(notes.kept(store, row.id)), tuple(store.overrides(row.id)), moved, row.created, row.ended or row.created,
        tuple(one.name for one in people), ident=row.id, record=record_digest(found[0]),
        hosts=tuple(one.name for one in people if one.facilitator),
    )  # fmt: skip
