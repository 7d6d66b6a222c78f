"""What a facilitator makes of an inject that has not come yet."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import acts
from simulator import events as e
from simulator.engine import Engine
from tests.simulator.toy import TOY, engine

HOST = "facilitator:Fo"
HOLD, SKIP, FIRE, RELEASE = (
    act(inject="call") for act in (acts.HoldInject, acts.SkipInject, acts.FireInject, acts.ReleaseInject)
)


def drill(**inject: Any) -> Engine:
    """Return a drill with one inject more, `call`, due at T+4 and until T+5."""
    call = {"id": "call", "at": "4m", "until": "5m", "persona": "Ops", "text": "a word", **inject}
    return engine(injects=[*TOY["injects"], call])


def to(minutes: float) -> acts.EditInject:
    return acts.EditInject(inject="call", at_minutes=minutes)


def came(drill: Engine) -> list[int]:
    """Return when the inject was delivered, by the time the drill is over."""
    drill.run_to_horizon()
    bodies = ((entry.at, entry.body) for entry in drill.journal)
    return [at for at, body in bodies if isinstance(body, e.InjectDelivered) and body.inject == "call"]


@pytest.mark.parametrize(("given", "at"), [
    ((), [240]),
    ((to(7),), [420]),  # past its author's `until`
    ((to(1),), [60]),
    ((to(7), to(4)), [240]),
    ((HOLD,), []),
    ((HOLD, acts.EditInject(inject="call", text="other words")), []),
    ((HOLD, to(7)), [420]),
    ((SKIP,), []),
    ((SKIP, to(7)), [420]),
    ((to(7), HOLD), []),
    ((FIRE, to(7)), [-60]),
    ((HOLD, RELEASE), [240]),
    ((RELEASE, HOLD), []),
])  # fmt: skip
def test_an_inject_that_is_given_another_time_comes_then_and_once(given: tuple[acts.Act, ...], at: list[int]) -> None:
    one = drill()
    for act in given:
        one.submit(act, HOST)
    assert came(one) == at


def test_one_that_has_lapsed_comes_at_its_new_time() -> None:
    one = drill(when={"flag_on": False})
    one.advance(360)
    assert one.msel.lines["call"].state == "lapsed"
    one.submit(to(10), HOST)
    one.submit(acts.TakeAction(action="flag_off", executor="mitigation"), "mitigation:Mo")
    assert len(came(one)) == 1


def test_one_that_is_released_past_its_time_comes_at_once() -> None:
    one = drill()
    one.submit(HOLD, HOST)
    one.advance(900)
    one.submit(RELEASE, HOST)
    assert came(one) == [900]


def test_one_that_is_released_waits_its_hold_anew() -> None:
    one = drill(until=None, when={"flag_on": True}, hold="3m")
    one.advance(250)
    assert one.msel.lines["call"].since == 240
    one.submit(HOLD, HOST)
    one.advance(600)
    one.submit(RELEASE, HOST)
    assert came(one) == [780], "nobody looked at its condition while it was held"


def test_what_lies_between_time_and_until_stays_as_long() -> None:
    one = drill(when={"flag_on": False})
    one.submit(to(7), HOST)
    one.advance(479)
    assert one.msel.lines["call"].state == "pending"
    assert came(one) == []
    assert one.msel.lines["call"].state == "lapsed"


# --- what a facilitator does with the list: as written, or refused with the reason --------------------------


def refused(one: Engine, act: acts.Act) -> str:
    """Return why an act is refused, empty where it is not."""
    refusal = one.submit(act, HOST).refusal
    return refusal.reason if refusal else ""


@pytest.mark.parametrize(("first", "act", "reason"), [
    (FIRE, FIRE, "has been delivered, at T-01:00; duplicate it"),
    (FIRE, acts.EditInject(inject="call", text="x"), "has been delivered"),
    (FIRE, HOLD, "has been delivered"),
    (None, RELEASE, "is not held"),
    (HOLD, HOLD, "is held; fire it, or give it a time"),
    (SKIP, SKIP, "left out as it is"),
    (None, acts.EditInject(inject="call"), "other words or another time"),
    (None, acts.EditInject(inject="call", text=" "), "no words"),
    (None, to(-2), "T-02:00 is past, it is T-01:00"),
    (None, to(31), "after the end of the drill at T+30:00"),
    (None, acts.HoldInject(inject="call", until_minutes=-1), "is past"),
    (None, acts.SendAdHoc(persona="Ops", text="hi", to="dba"), "@dba is not in the room"),
    (None, acts.SendAdHoc(persona="Ops", text=""), "no words"),
    (None, acts.SendAdHoc(persona="Ops", text="hi", thread="inject:nothing"), "nothing called"),
    (None, acts.GiveHint(to="dba", text="hi"), "nobody would read it"),
    (None, acts.FireInject(inject="cal"), "'call'"),
    (None, acts.ProbeTeam(questions=("leads", "trend")), "nobody to ask"),
])  # fmt: skip
def test_what_cannot_be_is_refused_with_the_reason(first: acts.Act | None, act: acts.Act, reason: str) -> None:
    one = drill()
    if first is not None:
        assert not refused(one, first)
    assert reason in refused(one, act)


def test_one_for_somebody_who_is_not_there_is_not_fired_at_nobody() -> None:
    one = drill(to=["dba"])
    assert "@dba is not in the room" in refused(one, FIRE)


def test_one_that_is_held_until_a_time_comes_then() -> None:
    one = drill()
    assert not refused(one, acts.HoldInject(inject="call", until_minutes=9))
    assert came(one) == [540]


def test_what_is_duplicated_is_said_again_and_does_nothing_else() -> None:
    one = drill(effects=[{"knob": "flag", "value": 0}])
    one.submit(FIRE, HOST)
    one.submit(acts.DuplicateInject(inject="call"), HOST)
    one.submit(acts.DuplicateInject(inject="call", text="third", at_minutes=3), HOST)
    assert not refused(one, acts.EditInject(inject="call-3", at_minutes=6))
    one.submit(acts.SendAdHoc(persona="Boss", text="well?", to="comms", at_minutes=2), HOST)
    one.run_to_horizon()
    said = [(x.at, x.body.role, x.body.text, x.body.to) for x in one.journal if isinstance(x.body, e.MessagePosted)]
    assert said == [
        (-60, "Ops", "a word", ()), (120, "Boss", "well?", ("comms",)), (360, "Ops", "third", ()),
    ]  # fmt: skip
    assert sum(isinstance(x.body, e.KnobTurned) and x.body.by == "inject:call" for x in one.journal) == 1


def test_an_answer_stands_in_the_thread_of_what_it_answers() -> None:
    one = drill()
    one.submit(FIRE, HOST)
    one.submit(acts.SendAdHoc(persona="Ops", text="because", thread="inject:call"), HOST)
    said = next(x.body for x in one.journal if isinstance(x.body, e.MessagePosted))
    assert said.about == "inject:call"


VERBS = st.one_of(
    st.builds(acts.FireInject, inject=st.just("call")),
    st.builds(acts.HoldInject, inject=st.just("call"), until_minutes=st.none() | st.integers(-3, 32)),
    st.builds(acts.SkipInject, inject=st.just("call")),
    st.builds(
        acts.EditInject, inject=st.just("call"), at_minutes=st.none() | st.integers(-3, 32),
        text=st.none() | st.sampled_from(["", "new words"]),
    ),
    st.builds(acts.DuplicateInject, inject=st.just("call"), at_minutes=st.none() | st.integers(-3, 32)),
    st.builds(
        acts.SendAdHoc, persona=st.just("Boss"), text=st.sampled_from(["", "hi"]),
        to=st.none() | st.sampled_from(["dba", "comms"]), at_minutes=st.none() | st.integers(-3, 32),
    ),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), VERBS), max_size=8), st.booleans())
def test_every_verb_happens_as_written_or_is_refused(steps: list[tuple[int, acts.Act]], until: bool) -> None:
    one = drill(until="5m" if until else None)
    promised: int | None = 240
    said: list[tuple[int, str]] = []
    fired: int | None = None
    words = "a word"
    for passes, act in steps:
        one.advance(one.now + passes)
        before = came_at(one)
        if before is not None and fired is None:
            assert promised is not None
            assert 0 <= before - promised < 15  # at the next scrape
            fired = before
        answer = one.submit(act, HOST)
        if answer.refusal:
            assert len(answer.refusal.reason) > 10
            continue
        at = getattr(act, "at_minutes", None)
        if at is None:
            at = getattr(act, "until_minutes", None)
        second = None if at is None else 60 * at
        assert second is None or one.now < second <= 1800
        match act:
            case acts.FireInject():
                assert fired is None
                fired = one.now
            case acts.SkipInject():
                promised = None
            case acts.HoldInject() | acts.EditInject():
                assert fired is None
                promised = second if second is not None or isinstance(act, acts.HoldInject) else promised
                words = getattr(act, "text", None) or words
            case acts.DuplicateInject():
                said.append((one.now if second is None else second, words))
            case acts.SendAdHoc():
                said.append((one.now if second is None else second, "hi"))
    last = one.now
    one.run_to_horizon()
    times = [x.at for x in one.journal if isinstance(x.body, e.InjectDelivered) and x.body.inject == "call"]
    if fired is None and promised is not None:
        assert [max(0, at - promised) < 15 for at in times] == [True]
    else:
        assert times == ([] if fired is None else [fired])
    texts = {x.body.text for x in one.journal if isinstance(x.body, e.InjectDelivered) and x.body.inject == "call"}
    assert texts <= {words} or fired is not None
    heard = sorted((x.at, x.body.text) for x in one.journal if isinstance(x.body, e.MessagePosted)
                   and x.body.role in ("Ops", "Boss"))  # fmt: skip
    assert len(heard) == len(said)
    for (at, _), (wanted, _) in zip(heard, sorted(said), strict=True):
        assert 0 <= at - wanted < 15
    assert last <= one.now


def came_at(one: Engine) -> int | None:
    """Return when the inject was delivered, None where it has not been yet."""
    found = (x.at for x in one.journal if isinstance(x.body, e.InjectDelivered) and x.body.inject == "call")
    return next(found, None)
