"""Actions of earlier drills that a later one tests again: what was to come sooner, and whether it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import streamlit as st

from analytics.about import TURNING
from analytics.follow_through.actions import ActionItem, actions
from analytics.report.trends import FollowedAction
from simulator.errors import DrillError
from simulator.record.follow_up import FollowUp
from simulator.record.result import DrillResult
from simulator.room import afterwards
from simulator.room.finish import DEFAULT_BOOK
from simulator.room.results import OWN
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
    alike: bool = True
    """Both were played at one difficulty, so that their times can be compared."""


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
    for one in actions(there):
        if is_tested_by(one, earlier, later):
            alike = earlier.header.difficulty == later.header.difficulty
            yield Retested(one, earlier.code, _time(earlier, one.measure), _time(later, one.measure), alike)


def is_tested_by(action: ActionItem, earlier: DrillRow, later: DrillRow) -> bool:
    """Tell whether a drill tests an action of an earlier one: of the scenario and variant that the action names.

    It begins after the other's end and after the action was written, and anew: a second life goes on with what was done
    before. Of a team's own drill only that team's counts, in whichever state.
    """
    if earlier.ended is None or later.created < max(earlier.ended, action.made):
        return False
    named = f"{later.header.scenario}/{later.header.variant}"
    if action.retest != named or later.branch_of is not None or later.header.policy is not None:
        return False
    return later.upload is None or bool(_teams(earlier) & _teams(later))


def _teams(row: DrillRow) -> set[str]:
    """Return whose a drill is: of the team it belongs to, and of the one that brought what it is played of."""
    owner = SERVER.rooms.teams.owner(row.id)
    found = {owner.id} if owner is not None else set[str]()
    with suppress(DrillError):
        brought = SERVER.rooms.uploads.find(row.upload).team if row.upload is not None else None
        found |= {brought} if brought is not None else set()
    return found


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
    return verdict(one.action.measure, one.before, one.now, one.alike)


def verdict(measure: str, before: int | None, now: int | None, alike: bool = True) -> str:
    """Return in words whether what an action was for came sooner the second time; `alike`: at the same difficulty."""
    if not measure:
        return "Tested again; the action names no turning point to compare."
    then, again = ("never" if at is None else clock(at) for at in (before, now))
    if not alike:
        return f"{TURNING[measure]}: {then} then, {again} now; at another difficulty, so it is not compared."
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
    rows = SERVER.rooms.store
    with suppress(DrillError):  # a sample is no drill
        earlier = rows.drill(drill.drill)
        named = [x for x in shown if x.ended > drill.ended and one.retest == f"{x.scenario.split(OWN)[0]}/{x.variant}"]
        for x in sorted(named, key=lambda x: x.ended):
            if is_tested_by(one, earlier, rows.drill(x.drill)):
                day = f"{datetime.fromtimestamp(x.ended, UTC):%-d %b %Y}"
                alike = drill.difficulty == x.difficulty
                then, now = drill.times.get(one.measure), x.times.get(one.measure)
                return f"{day}. {verdict(one.measure, then, now, alike)}"
    return None
