"""A drill is played with the levels of its playbook: others are refused, and the record says which they were."""

from __future__ import annotations

import pytest

from simulator import acts
from simulator.engine import Engine, new_header
from simulator.levels import STANDARD, Level, PlayedBook
from simulator.record.journal import Header, parse
from simulator.record.replay import replay
from tests.simulator.toy import toy

BO = "commander:Bo"
OURS = PlayedBook(
    id="ours", digest="1", levels=tuple(Level(id=f"P{at}", title=f"t{at}", update_minutes=30) for at in range(1, 6))
)


def engine(book: PlayedBook | None = OURS) -> Engine:
    world = toy()
    return Engine(world, new_header(world, 7, playbook=book))


def test_only_the_playbooks_levels_can_be_stated() -> None:
    drill = engine()
    refusal = drill.submit(acts.Declare(severity="SEV-1", title="t"), BO).refusal
    assert refusal is not None
    assert (refusal.code, "\n" in refusal.reason) == ("unknown", False)
    assert refusal.reason == "severity: nothing here is called 'SEV-1'; known: P1, P2, P3, P4, P5"
    assert drill.submit(acts.Declare(severity="P5", title="t"), BO).refusal is None
    again = drill.submit(acts.ChangeSeverity(severity="P5", because="b"), BO).refusal
    assert again is not None
    assert (again.code, again.reason) == ("already", "it is P5 already")
    assert drill.submit(acts.ChangeSeverity(severity="P1", because="b"), BO).refusal is None
    assert drill.incident.severity == "P1"


def test_every_role_picks_from_the_same_levels() -> None:
    from simulator.briefing import briefing

    drill = engine()
    for role in drill.scenario.roles:
        offered = briefing(drill, role.id).options("levels")
        assert [(one.id, one.title) for one in offered] == [(f"P{at}", f"t{at}") for at in range(1, 6)]


def test_the_record_keeps_them_and_an_old_one_means_four() -> None:
    drill = engine()
    drill.submit(acts.Declare(severity="P3", title="t"), BO)
    text = "\n".join(drill.journal.lines()) + "\n"
    read = parse(text, "f")
    assert read.header.playbook == OURS
    assert read.header.book == OURS
    assert replay(toy(), read).incident.severity == "P3"
    old = Header.read('{"format": 2, "scenario": "toy", "seed": 1, "engine": "4"}')
    assert (old.playbook, old.book) == (None, STANDARD)


@pytest.mark.parametrize("severity", ["SEV-1", "SEV-4"])
def test_a_drill_without_a_playbook_has_the_four(severity: str) -> None:
    assert engine(None).submit(acts.Declare(severity=severity, title="t"), BO).refusal is None
    assert engine(None).submit(acts.Declare(severity="SEV-5", title="t"), BO).refusal is not None
