"""Every reason for which a skip ends is said in words of its own."""

from __future__ import annotations

from simulator import acts
from simulator import events as e
from simulator.room.skip import NEWS
from ui.parts.why import WHY


def test_every_kind_of_news_has_words() -> None:
    kinds = {kind.model_fields["kind"].default for kind in (*NEWS, e.TaskAssigned, e.HandOffOffered, e.ActionQueued)}
    assert kinds | {acts.PostMessage.model_fields["kind"].default} == set(WHY)
    assert not any(word in words for words in WHY.values() for word in ("inject", "cue"))
