"""What a facilitator makes of an inject that has not come yet."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import acts
from simulator import events as e
from simulator.engine import Engine
from tests.simulator.toy import TOY, engine

HOST = "facilitator:Fo"
HOLD, SKIP, FIRE = (act(inject="call") for act in (acts.HoldInject, acts.SkipInject, acts.FireInject))


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


def test_what_lies_between_time_and_until_stays_as_long() -> None:
    one = drill(when={"flag_on": False})
    one.submit(to(7), HOST)
    one.advance(479)
    assert one.msel.lines["call"].state == "pending"
    assert came(one) == []
    assert one.msel.lines["call"].state == "lapsed"
