"""Scripted responders name a level by its rank, so that they play under any playbook's words."""

from __future__ import annotations

import pytest

from scenarios import load
from simulator import acts
from simulator.events import CommandRefused
from simulator.levels import Level, PlayedBook
from simulator.play import play
from simulator.record.journal import accepted

BOOK = PlayedBook(id="ours", levels=tuple(Level(id=name) for name in ("crisis", "bad", "mild")))


@pytest.mark.parametrize("policy", ["by_the_book", "impatient", "gamer"])
def test_a_responder_declares_in_the_drills_words(policy: str) -> None:
    drill = play(load("auth_token"), policy, 7, until=300, book=BOOK)
    declared = [x.body.severity for x in accepted(drill.journal.entries) if isinstance(x.body, acts.Declare)]
    assert declared == [{"impatient": "bad"}.get(policy, "crisis")]
    refused = [x.body.reason for x in drill.journal if isinstance(x.body, CommandRefused)]
    assert not [reason for reason in refused if reason.startswith("severity:")]
