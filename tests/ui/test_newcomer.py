"""The first drill, played by somebody who does what its guide says and leaves all else out."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analytics import playbook
from analytics.runs.counterfactual import add_references
from analytics.score import score
from scenarios import load
from simulator.acts import ACTS
from simulator.briefing import Briefing
from simulator.room.rooms import Rooms
from tests.room.rooms import Wall
from tests.room.rooms import rooms as served
from tests.ui import live
from ui.live.forms import form_html, options_of
from ui.parts.begin import FIRST
from ui.parts.live import SERVER
from ui.parts.start import asked
from ui.session import Here


class Newcomer:
    """Somebody who knows nothing but what the guide says: presses, types and opens what it names, skips when told to.

    In a form they fill in what is needed and nothing else; a decision that names nothing they leave so. Each press
    takes them some seconds, in which the drill's clock waits for them as soon as it does, or runs.
    """

    def __init__(self, place: Rooms, wall: Wall, hesitates: int, thorough: bool, waits: bool) -> None:
        self.room = place.create(FIRST, seed=7, difficulty="novice").room
        token, self.person = place.join(self.room, "You", self.room.loaded.scenario.lead())
        self.room.speed(self.person, None if waits else 1)
        self.room.start(self.person)
        self.token, self._hesitates, self._thorough = token, hesitates, thorough
        self._wall = wall
        self._given: Counter[str] = Counter()
        """How often they handed each form in: who is asked for it again picks something else."""
        self._typed = ""
        self.said: list[str] = []

    @property
    def here(self) -> Here:
        return Here(self.room, self.person, self.token)

    @property
    def b(self) -> Briefing:
        return self.room.briefing(self.here.role)

    def go(self) -> None:
        """Do what the guide says until it says that it is over."""
        for _ in range(150):
            screen = live.screen(self.here)
            step = screen.get("guide-step", "")
            words = html.unescape(re.sub("<[^>]+>", "", step.partition("<p>")[2].partition("</p>")[0]))
            if not self.said or self.said[-1] != words:
                self.said.append(words)
            if self.room.ended or "That was a whole incident." in words:
                return
            self._do(step, words, screen["onwards"])
        raise AssertionError(self.said)

    def _do(self, step: str, words: str, onwards: str) -> None:
        typed, opened = re.findall("<code>([^<]+)</code>", step), re.findall('data-open="([a-z_]+)"', step)
        if sits := re.search('name="seat" value="([a-z_]+)"', onwards):
            assert "Press Go on as" in words
            self._press("room.sit", seat=sits[1])
            self.person = self.room.as_is(self.person)
        elif "press Acknowledge" in words and self.b.now >= 0:
            (alert,) = (one.alert for one in self.b.alerts() if one.acknowledged is None)
            self._press("acknowledge_page", alert=alert)
        elif typed and self._typed != words:
            self._typed = words
            for line in typed:
                self._hesitate()
                assert live.typed(self.here, line)["ok"], line
        elif "Have something done" in words and self._given["take_action"] < 2:
            self._fill_in("take_action")
        elif opened:
            self._fill_in(opened[-1])
        else:
            self._typed = self._typed if typed else ""
            assert "Skip ahead" in words, words
            self._hesitate()
            self.room.skip_ahead(self.person)

    def _fill_in(self, kind: str) -> None:
        """Fill in what a form needs and hand it in; of closing first what it says is missing."""
        if kind == "request_closure":
            missing = re.findall('<li>.*?data-open="([a-z_]+)"', form_html(self.b, kind))
            if missing:
                return self._fill_in(missing[0])
        fields = live.Form(form_html(self.b, kind)).fields
        needed = [shape for shape in asked(ACTS[kind]).first if shape.needed]
        for shape in (part for one in needed for part in (one, *(part for row in one.rows for part in row.values()))):
            if shape.rows or fields.get(shape.path):
                continue
            options = [one.id for one in options_of(shape, self.b)] if shape.source else list(shape.choices)
            if kind == "take_action" and self._given[kind]:
                options = [x.body.action for x in self.b.incident.given("option")]  # type: ignore[attr-defined]
            if shape.path == "confidence":
                options = ["L2"]
            other = self._given[kind] % max(1, len(options))
            one: Any = options[other] if options else 5 if shape.ask == "number" else "Some links fail"
            every = self._thorough and shape.path == "metrics"
            fields[shape.path] = (options if every else [one]) if shape.ask == "picks" else one
        self._press(kind, **fields)
        self._given[kind] += 1
        return None

    def _press(self, act: str, **fields: Any) -> None:
        self._hesitate()
        answer = live.press(self.here, act, **fields)
        assert answer["ok"], (act, fields, answer)

    def _hesitate(self) -> None:
        self._wall.pass_(self._hesitates)


@pytest.fixture
def timed(tmp_path: Path, wall: Wall) -> Iterator[Rooms]:
    """Return the registry that the pages use, in which time passes as the test says."""
    made = served(tmp_path / "drills.db", wall, load=load)
    SERVER.use(lambda: made)
    yield made
    SERVER.use(None)


@pytest.mark.parametrize(
    ("hesitates", "thorough", "waits"), [(2, False, False), (60, False, True), (60, True, True)]
)
def test_who_does_what_the_guide_says_and_leaves_all_else_out_comes_to_closure_and_score_however_slow(
    timed: Rooms, wall: Wall, hesitates: int, thorough: bool, waits: bool
) -> None:
    one = Newcomer(timed, wall, hesitates, thorough, waits)
    with one.room.presence.watching(one.person.id):
        one.go()
    assert one.b.incident.closed, one.said
    assert not any("Hand command over." in words for words in one.said), "who is about to close does that first"
    assert one.room.ended or "End the drill" in one.said[-1]
    one.room.end(one.person)
    assert "The way to the debrief is above" in live.screen(one.here)["guide-step"]
    journal, book = one.room.record(), playbook.load("recovery")
    assert journal is not None
    card = score(add_references(one.room.loaded, journal, book, seeds=0), book)
    assert card.total >= 60
