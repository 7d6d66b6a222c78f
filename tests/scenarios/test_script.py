"""Who plays from a book: each step at most once, in its time; what was refused is asked for again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.players.script import MOST_BEHIND, TRIES, Script, Step
from simulator import acts
from simulator.briefing import briefer
from simulator.record.tracked import Tenure
from simulator.values import Author
from tests.scenarios.briefed import shown
from tests.simulator.toy import engine

TIMES = st.integers(0, 600)
STEPS = st.lists(st.tuples(TIMES, st.integers(0, 900), st.integers(0, 900), st.booleans()), max_size=8)


def stepped(at: int, holds: int, until: int, knows: bool, number: int) -> Step:
    act = acts.ShareCue(cue=f"cue{number}")
    return Step(at, "commander", lambda b: act if knows or b.now > 700 else None, lambda b: b.now >= holds, until)


def ticks(policy: Script) -> Iterator[tuple[int, str]]:
    for now in range(0, 1000, 5):
        b = shown(now)
        b.role, b.tasks, b.incident.handoffs, b.incident.offered = "commander", list, {}, {}
        b.place, b.incident.command = "commander", Tenure("commander")
        yield from ((now, act.cue) for _, act in policy(lambda seat: b))  # noqa: B023


@settings(deadline=None)
@given(STEPS)
def test_a_step_is_given_at_most_once_in_its_time_and_as_soon_as_it_can_be(
    written: list[tuple[int, int, int, bool]],
) -> None:
    steps = [stepped(*one, number) for number, one in enumerate(written)]
    given_at: dict[str, int] = {}
    for now, cue in ticks(Script(steps, ["commander"])):
        assert cue not in given_at
        given_at[cue] = now
    for number, (at, holds, until, knows) in enumerate(written):
        soonest = -(-max(at, holds, 0 if knows else 701) // 5) * 5
        assert given_at.get(f"cue{number}") == (soonest if soonest <= until and soonest < 1000 else None)


@settings(deadline=None)
@given(STEPS, st.floats(1, 3))
def test_a_slower_pace_puts_a_step_off_but_not_for_long(written: list[tuple[int, int, int, bool]], pace: float) -> None:
    steps = [stepped(at, 0, 1 << 30, True, number) for number, (at, *_) in enumerate(written)]
    for now, cue in ticks(Script(steps, ["commander"], pace=pace)):
        at = written[int(cue[3:])][0]
        assert at <= now < min(pace * at, at + MOST_BEHIND) + 5


@pytest.mark.parametrize(("flag_off_at", "orders"), [(300, 5), (100, 1), (9999, 1 + TRIES)])
def test_an_order_that_was_refused_is_given_again_each_minute_until_it_is_taken(flag_off_at: int, orders: int) -> None:
    drill = engine()
    who = drill.scenario.cast().get("mitigation", "mitigation")
    drill.submit(acts.TakeSeat(seat=who, name="Ana"), Author.person(who, "Ana"))
    policy = Script([Step(120, who, lambda b: acts.TakeAction(action="purge"))], [who], manners=False)
    brief, given_so_far = briefer(drill), 0
    for now in range(0, 1200, 5):
        drill.advance(now)
        if now == flag_off_at:
            drill.submit(acts.TakeAction(action="flag_off"), Author.person(who, "Ana"))
        for seat, act in policy(brief):
            drill.submit(act, Author.person(seat, "Ana"))
            given_so_far += 1
    assert given_so_far == orders
    assert (brief(who).incident.last_run("action", "purge") is not None) is (orders <= TRIES)
