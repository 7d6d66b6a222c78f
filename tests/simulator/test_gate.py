"""The closure gate: what it says is missing of ownership."""

from __future__ import annotations

from typing import Literal

from simulator import acts
from simulator import events as e
from tests.simulator.toy import engine

COMMANDER = "commander:Bo"
OWNED = "ownership recorded: "
NO_COMMANDER = "have a commander accept"
NO_DEPUTY = "have a deputy accept, in another seat than the commander's"


def owners_missing(*steps: tuple[int, str, acts.Act]) -> list[str]:
    """Return what the gate says of ownership at minute 20, after these commands."""
    drill = engine()
    for at, by, command in ((60, COMMANDER, acts.Declare(severity="SEV-2", title="t")), *steps):
        drill.advance(at)
        drill.submit(command, by)
    drill.advance(1200)
    speaks = drill.incident.holder("commander") or "commander"
    drill.submit(acts.RequestClosure(confidence="L2"), f"{speaks}:Bo")
    refused = next(x.body for x in drill.journal if isinstance(x.body, e.ClosureRefused))
    return [words.removeprefix(OWNED) for words in refused.missing if words.startswith(OWNED)]


def assigned(at: int, role: Literal["commander", "deputy"], to: str) -> tuple[int, str, acts.Act]:
    return at, COMMANDER, acts.AssignRole(role=role, to=to)


def test_commander_and_deputy_must_have_been_two() -> None:
    assert owners_missing() == [NO_COMMANDER, NO_DEPUTY]
    assert owners_missing(assigned(70, "commander", "commander")) == [NO_DEPUTY]
    # First deputy, then commander as well, with nobody beside them: the two were never two.
    both = owners_missing(assigned(70, "deputy", "mitigation"), assigned(300, "commander", "mitigation"))
    assert both == [NO_DEPUTY]
    assert not owners_missing(assigned(70, "commander", "commander"), assigned(80, "deputy", "mitigation"))


def test_a_deputy_who_takes_command_over_needs_no_other_deputy_to_close() -> None:
    handed = acts.HandOff(what="commander", to="mitigation", included=(), unknowns=(), next_checkpoint_minutes=5)
    steps = [assigned(70, "commander", "commander"), assigned(80, "deputy", "mitigation"), (600, COMMANDER, handed)]
    assert not owners_missing(*steps)
    given_up = acts.ReleaseRole(role="commander")
    assert owners_missing(*steps[:2], (600, COMMANDER, given_up)) == [NO_COMMANDER]
