"""What teams resolved to do after their drills, and whether a later drill tested it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from analytics.follow_through.actions import ActionItem, actions
from analytics.follow_through.beside import TURNING
from analytics.report.trends import FollowedAction
from simulator.errors import DrillError
from simulator.record.follow_up import FollowUp
from simulator.record.result import DrillResult
from simulator.room import afterwards
from simulator.text import clock
from ui.parts.live import SERVER


def resolved(shown: Sequence[DrillResult]) -> list[FollowedAction]:
    """Return the actions of these drills, each with the first later one of them that tests it again."""
    return list(_resolved(shown))


def _resolved(shown: Sequence[DrillResult]) -> Iterator[FollowedAction]:
    store = SERVER.rooms.store
    by_drill = {one.drill: one for one in shown}
    for drill in afterwards.followed(store, list(by_drill)):
        with suppress(DrillError):  # what cannot be read is that drill's matter alone
            for one in actions(FollowUp.of(afterwards.written(store, drill))):
                yield FollowedAction(
                    drill=drill, what=one.text, owner=one.owner, due=one.due_on,
                    state="done" if one.state == "done" else "open", retested=_tested(one, by_drill[drill], shown),
                )  # fmt: skip


def _tested(one: ActionItem, then: DrillResult, shown: Sequence[DrillResult]) -> str | None:
    """Return in words which drill tested an action again and what came of it, None where none did yet."""
    later = [now for now in shown if now.ended > then.ended and f"{now.scenario}/{now.variant}" == one.retest]
    if not later:
        return None
    now = min(later, key=lambda drill: drill.ended)
    when = f"the drill of {datetime.fromtimestamp(now.ended, UTC):%-d %b %Y}"
    if not one.measure:
        return when
    before, after = (drill.times.get(one.measure) for drill in (then, now))
    told = ["never" if at is None else clock(at) for at in (before, after)]
    return f"{when}: {TURNING[one.measure].lower()} {told[0]} then, {told[1]} there"
