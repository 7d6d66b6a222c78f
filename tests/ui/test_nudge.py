"""The first step of a hint: it knows what a seat has looked at, and nothing of what is wrong."""

from __future__ import annotations

from simulator import acts
from simulator.briefing import briefing
from simulator.scenario.model import Scenario
from tests import played
from tests.shipped import EVERY
from tests.ui.test_offered import at_the_page, giveaways
from tests.ui.test_start import Seat
from ui.live.nudge import DONE, OPEN, nudge


def test_at_the_page_it_is_the_same_for_every_truth_and_gives_none_away() -> None:
    said: dict[tuple[str, str], set[str]] = {}
    for name, variant in EVERY:
        engine = at_the_page(name, variant)
        for role in engine.scenario.roles:
            words = nudge(briefing(engine, role.id))
            assert not [word for word in giveaways(name) if word in words.casefold()], (name, variant, role.id)
            said.setdefault((name, role.id), set()).add(words)
    assert {pair: words for pair, words in said.items() if len(words) > 1} == {}


def test_later_it_names_nothing_but_what_the_seat_has_looked_at() -> None:
    for name in ("auth_token", "billing_mismatch", "permission_leak"):
        for at in (300, 900, 1800):
            engine = played.under_way(name, "by_the_book", 7, at)
            scenario: Scenario = engine.scenario
            for role in scenario.seats():
                b = briefing(engine, role.id)
                words, seen = nudge(b), {getattr(x.body, "query", None) for x in b.entries}
                unseen = [one.title for one in scenario.queries if one.id not in seen and one.title in words]
                assert unseen == [], (name, at, role.id)
                assert not [one.text for one in scenario.hints if one.text in words]


def test_it_follows_what_was_looked_at_and_written_down(seat: Seat) -> None:
    here = seat("commander", 60)
    before = nudge(here.room.briefing("commander"))
    assert before.startswith("So far you have the alerts")
    assert before.endswith(OPEN["commands"][1])
    query = here.room.briefing("commander").lines[0]
    assert here.room.submit(acts.RunQuery(query=query.id), here.person).refusal is None
    for _ in range(5):
        here.room.skip_ahead(here.person)
    after = nudge(here.room.briefing("commander"))
    assert f"Looked at last: {query.title}" in after
    cause = here.room.briefing("commander").options("causes")[0].id
    assert here.room.submit(acts.StateHypothesis(cause=cause, probability=0.5), here.person).refusal is None
    assert nudge(here.room.briefing("commander")).endswith((DONE, OPEN["deputises"][1]))
