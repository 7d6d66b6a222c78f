"""The incident timeline as a document."""

from __future__ import annotations

from collections.abc import Callable

from analytics.about import times
from simulator.text import clock
from tests.ui.reporting import DRILLS
from ui.reports.context import context
from ui.reports.finished import Finished


def test_the_timeline_tells_what_was_told_held_and_shown_and_when_it_came_back(finished: Callable[[str], Finished]
                                                                               ) -> None:
    drill = finished(DRILLS[0])
    rows = [(one["at"], one["kind"], one["what"]) for one in context(drill)["timeline"]]
    recovered = times(drill.view)["recovered"]
    assert recovered is not None
    assert (clock(recovered), "recovers") in {row[:2] for row in rows}
    assert (clock(drill.view.fault_at), "breaks", drill.scenario.fault) in rows
    for words in ("acknowledges", "Frozen", "Update (public)", "Update (executives)", "Commander is", "measured"):
        assert any(words in what for _, _, what in rows), words


def test_what_began_before_the_record_says_since_when(finished: Callable[[str], Finished]) -> None:
    rows = context(finished("permission_leak-by_the_book-7"))["timeline"]
    assert not any("to you" in one["kind"] for one in rows)  # whoever reads it is not whom a message was sent to
    (broke,) = (one["what"] for one in rows if one["kind"] == "breaks")
    assert broke.endswith("since T-1560:00 (26 h before T+00:00)")
    assert all(one["what"].endswith("by the beginning of this record") for one in rows if one["kind"] == "is hit"
               and one["second"] < -1700)  # fmt: skip
    here = [one["what"] for one in context(finished(DRILLS[0]))["timeline"] if one["kind"] in ("breaks", "is hit")]
    assert here
    assert not any("since T-" in what or "beginning of this record" in what for what in here)
