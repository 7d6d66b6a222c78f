"""Actions of earlier drills that a later one tests again: what was to come sooner, and whether it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import streamlit as st

from analytics.follow_through.actions import ActionItem, actions
from analytics.follow_through.beside import TURNING
from analytics.report.trends import FollowedAction
from simulator.errors import DrillError
from simulator.record.follow_up import FollowUp
from simulator.record.result import DrillResult
from simulator.room import afterwards
from simulator.room.finish import DEFAULT_BOOK
from simulator.room.room import Room
from simulator.room.store import DrillRow, Participant
from simulator.text import clock
from ui import session
from ui.pages import Page
from ui.parts.live import SERVER
from ui.parts.text import escape

MOST = 60
"""Newest drills of a team that are looked through for actions."""


class Retested(NamedTuple):
    """An action of an earlier drill, with the turning point it is about, then and now."""

    action: ActionItem
    code: str
    """Of the drill that it comes from."""
    before: int | None
    now: int | None


def retested(room: Room) -> list[Retested]:
    """Return the actions that this drill tests again, of the drills that this browser or its team was in."""
    store = SERVER.rooms.store
    known = {here.room.row.id for here in session.seats()}
    owner = SERVER.rooms.teams.owner(room.row.id)
    if owner is not None and any(team.id == owner.id for team, _ in session.teams()):
        known |= {ident for ident, *_ in SERVER.rooms.teams.drills(owner.id, MOST)}
    wrote = afterwards.followed(store, sorted(known - {room.row.id}))
    found = []
    for ident, there in wrote.items():
        with suppress(DrillError):
            found += between(store.drill(ident), there, room.row)
    return found


def between(earlier: DrillRow, there: FollowUp, later: DrillRow) -> Iterator[Retested]:
    """Yield the actions of an earlier drill that a later one tests again."""
    if earlier.ended is None or earlier.ended > later.created:
        return
    for one in actions(there):
        if one.retest == f"{later.header.scenario}/{later.header.variant}":
            yield Retested(one, earlier.code, _time(earlier, one.measure), _time(later, one.measure))


def _time(row: DrillRow, measure: str) -> int | None:
    played = row.header.playbook
    card: Mapping[str, Any] = SERVER.rooms.store.scorecard(row.id, played.id if played else DEFAULT_BOOK) or {}
    found = card.get("times", {}).get(measure)
    return int(found) if found is not None else None


def follow_up_link(room: Room, person: Participant) -> None:
    """Lead from a debrief to what comes after it, and say which earlier actions the drill tested again."""
    st.page_link(
        Page.FOLLOW_THROUGH.file, label="Follow-through: review, causes, actions, documents",
        icon=":material/checklist:", query_params={session.ME: person.id},
    )  # fmt: skip
    retests(room)


def retests(room: Room) -> None:
    """Say which actions of earlier drills this one tested again, where there are any."""
    found = retested(room)
    if not found:
        return
    rows = "".join(
        f"<li>{escape(one.action.text)} <span class='quiet'>{escape(one.action.owner or 'no owner')}, from drill "
        f"{escape(one.code)}</span><br><b>{escape(_told(one))}</b></li>"
        for one in found
    )
    count = len(found)
    with st.expander(f"This drill tests {count} earlier action{'s' if count > 1 else ''} again", expanded=True,
                     key="retests"):  # fmt: skip
        st.html(f'<ul class="fu-shows">{rows}</ul>')


def _told(one: Retested) -> str:
    return verdict(one.action.measure, one.before, one.now)


def verdict(measure: str, before: int | None, now: int | None) -> str:
    """Return in words whether what an action was for came sooner the second time."""
    if not measure:
        return "Tested again; the action names no turning point to compare."
    then, again = ("never" if at is None else clock(at) for at in (before, now))
    held = "came no sooner"
    if now is None:
        held = "did not come"
    elif before is None or now < before:
        held = "came sooner"
    return f"{TURNING[measure]}: {then} then, {again} now; it {held}."


def resolved(shown: Sequence[DrillResult]) -> list[FollowedAction]:
    """Return what was resolved after these drills, and which later one of them tested it again."""
    wrote = afterwards.followed(SERVER.rooms.store, [one.drill for one in shown])
    found = []
    for drill in shown:
        for one in actions(wrote.get(drill.drill, FollowUp())):
            state: Literal["open", "done"] = "done" if one.state == "done" else "open"
            again = _again(one, drill, shown)
            found.append(FollowedAction(drill.title, one.text, one.owner or "nobody", one.due_on, state, again))
    return found


def _again(one: ActionItem, drill: DrillResult, shown: Sequence[DrillResult]) -> str | None:
    """Return the first later drill that tests an action again, with what came of it, None while there is none."""
    later = [x for x in shown if x.ended > drill.ended and one.retest == f"{x.scenario}/{x.variant}"]
    if not later:
        return None
    first = min(later, key=lambda x: x.ended)
    day = f"{datetime.fromtimestamp(first.ended, UTC):%-d %b %Y}"
    return f"{day}. {verdict(one.measure, drill.times.get(one.measure), first.times.get(one.measure))}"
