"""One finished drill as the debrief shows it: record, score and tables, made once however many people look."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import streamlit as st

from analytics.playbook import load
from analytics.report import story
from analytics.report import tables as frames
from analytics.report.charts import CHARTS
from analytics.report.charts.spec import Charted, Reviewed, captioned
from analytics.score import score
from analytics.scorecard import Scorecard
from analytics.view import RecordView
from simulator.loaded import LoadedScenario
from simulator.record.entry import Entry
from simulator.record.journal import Journal
from simulator.scenario.model import Scenario
from ui.parts.reviewed import ReviewedDrill, book_of, counts

if TYPE_CHECKING:
    import pandas as pd


def _table(make: Callable[[RecordView], pd.DataFrame]) -> cached_property[pd.DataFrame]:
    """Return a table of a drill that is made when it is asked for first."""
    return cached_property(lambda drill: make(drill.view))


@dataclass(frozen=True, eq=False)
class Debriefed(ReviewedDrill):
    """A record with everything the views ask of it."""

    journal: Journal
    loaded: LoadedScenario
    card: Mapping[str, Any] | None
    """The published scorecard; None until it is made."""
    older: bool = False
    """Scenario or engine have changed since the drill was played."""
    nameless: bool = False
    """Read by somebody who was not in it: people go by their seats."""

    @property
    def scenario(self) -> Scenario:
        """Return the scenario that was played."""
        return self.loaded.scenario

    @cached_property
    def digest(self) -> str:
        """What tells this record from every other, for what is kept of it."""
        # With the bodies: the facilitator's record and a participant's differ in nothing else.
        lines = (f"{x.seq} {x.at} {x.by} {x.body.model_dump_json()}" for x in self.journal)
        whole = "\n".join([self.journal.header.model_dump_json(), *lines])
        return hashlib.blake2s(whole.encode(), digest_size=12).hexdigest()

    @cached_property
    def findings(self) -> pd.DataFrame:
        return frames.findings(self.card or {"parts": []}, self.playbook)

    @cached_property
    def parts(self) -> pd.DataFrame:
        return frames.parts(self.card or {"parts": []}, self.playbook)

    harm = _table(frames.harm)
    marks = _table(frames.marks)
    timeline = _table(story.timeline)
    pivots = _table(story.pivots)
    claims = _table(frames.claims)
    figures = _table(frames.figures)
    cues = _table(story.cues)
    injects = _table(story.injects)
    teaching = _table(story.teaching)

    @cached_property
    def _charts(self) -> dict[tuple[Any, ...], Charted]:
        return {}

    @cached_property
    def _rows(self) -> dict[str, pd.DataFrame]:
        return {}

    def chart(self, ident: str, until: float | None = None, **chosen: Any) -> Charted:
        """Return a chart of this drill, made when it is asked for first.

        One `until` a minute is made each time: a drill has thousands of places to stand at.
        """
        kind, reviewed = CHARTS[ident], Reviewed(self.view, self.card)
        if ident not in self._rows:
            self._rows[ident] = kind.rows(reviewed)
        if until is not None:
            return captioned(kind.drawn(self._rows[ident], reviewed, until=until, **chosen), self.named)
        key = (ident, *sorted(chosen.items()))
        if key not in self._charts:
            self._charts[key] = captioned(kind.drawn(self._rows[ident], reviewed, **chosen), self.named)
        return self._charts[key]

    @property
    def named(self) -> str:
        """Which drill a picture is of, for whoever sees it elsewhere."""
        head = self.journal.header
        of = f"{head.scenario}, {head.variant}, {head.difficulty}, seed {head.seed}"
        return f"Incident Drill: {self.scenario.title} ({of})"

    def entry(self, seq: int) -> Entry:
        """Return an entry by its sequence number."""
        return self.journal.entries[seq - 1]

    @cached_property
    def beside(self) -> dict[str, Debriefed]:
        """The same drill as other playbooks score it, as far as somebody asked for them."""
        return {}

    def read_with(self, name: str) -> Debriefed:
        """Return the same drill with the score that another playbook gives it."""
        # The spread that the record holds is of the playbook it was made with.
        card = {**score(self.view.record, load(name)).as_data(), "spread": None}
        return Debriefed(self.journal, self.loaded, card, self.older, self.nameless)

    @cached_property
    def rescored(self) -> Scorecard | None:
        """The score with what its published form leaves out: evidence of caps, anti-patterns, remarks.

        None where the record gives another total now: the playbook has changed since, and the card stands.
        """
        if self.card is None or self.journal.references is None or self.older:
            return None
        found = score(self.view.record, self.playbook)
        return found if (found.total, found.uncapped) == (self.card["total"], self.card["uncapped"]) else None


@st.cache_resource(max_entries=24, show_spinner=False)
def shelved(key: str, _drill: Debriefed) -> Debriefed:
    """Return the drill that was kept first under `key`, which must differ whenever record or score do."""
    return _drill


def key_of(ident: str, drill: Debriefed) -> str:
    """Return what a shelved drill is found by: by its record as its reader may read it."""
    made = "made" if drill.journal.references is not None else "open"
    card = hash(json.dumps(drill.card, sort_keys=True)) if drill.card else "unscored"
    return f"{ident}-{drill.digest}-{made}-{card}-{drill.older}-{drill.nameless}"


def scored(journal: Journal, scenario: Scenario) -> Mapping[str, Any] | None:
    """Return the published scorecard of a journal that holds its references, None for one that does not."""
    if journal.references is None:
        return None
    record = frames.record_of(journal, scenario)
    return score(record, book_of(counts(journal))).as_data()
