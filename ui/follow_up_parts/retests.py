"""Actions of earlier drills that this one tests again: what was to come sooner, and whether it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import streamlit as st

from analytics.follow_through.actions import ActionItem, actions
from analytics.follow_through.beside import TURNING
from simulator.errors import DrillError
from simulator.record.follow_up import FollowUp
from simulator.room import afterwards
from simulator.room.room import Room
from simulator.room.store import Participant
from simulator.text import clock
from ui import session
from ui.pages import Page
from ui.parts.live import SERVER
from ui.parts.text import escape


class Retested(NamedTuple):
    """An action of an earlier drill, with the turning point it is about, then and now."""

    action: ActionItem
    code: str
    """Of the drill that it comes from."""
    before: int | None
    now: int | None


def retested(room: Room) -> list[Retested]:
    """Return the actions that this drill tests again, of the drills that this browser was in."""
    seen = {here.room.row.id: here.room for here in session.seats()}
    return [one for other in seen.values() for one in between(other, room)]


def between(other: Room, room: Room) -> Iterator[Retested]:
    """Yield the actions of an earlier drill that a later one tests again."""
    head = room.row.header
    with suppress(DrillError):
        before = SERVER.rooms.store.drill(other.row.id).ended
        if other.row.id == room.row.id or before is None or before > room.row.created:
            return
        there = FollowUp.of(afterwards.written(SERVER.rooms.store, other.row.id))
        for one in actions(there):
            if one.retest == f"{head.scenario}/{head.variant}":
                yield Retested(one, other.row.code, _time(other, one.measure), _time(room, one.measure))


def _time(room: Room, measure: str) -> int | None:
    card: Mapping[str, Any] = room.scorecard() or {}
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
        f"{escape(one.code)}</span><br><b>{escape(verdict(one))}</b></li>"
        for one in found
    )
    count = len(found)
    with st.expander(f"This drill tests {count} earlier action{'s' if count > 1 else ''} again", expanded=True,
                     key="retests"):  # fmt: skip
        st.html(f'<ul class="fu-shows">{rows}</ul>')


def verdict(one: Retested) -> str:
    """Return in words whether what an action was for came sooner this time."""
    if not one.action.measure:
        return "Tested again; the action names no turning point to compare."
    what = TURNING[one.action.measure]
    then, now = ("never" if at is None else clock(at) for at in (one.before, one.now))
    if one.now is None:
        held = "did not come this time"
    elif one.before is None or one.now < one.before:
        held = "came sooner"
    else:
        held = "came no sooner"
    return f"{what}: {then} then, {now} now; it {held}."
