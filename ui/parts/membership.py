"""The teams of this browser: who is in one, the links that lead into it, and which drills are a team's."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import streamlit as st

from simulator.errors import DrillError, UnreadableRow
from simulator.room.teams import Member, Team
from ui import session
from ui.pages import Page
from ui.parts import entrance, shell
from ui.parts.live import SERVER
from ui.parts.text import plain
from ui.session import Here

PLACE = "team"
MOST = 12
"""Drills that a list shows, the newest."""
OWN_LINK = "own-link"
"""The member whose own link is shown in this session: it is a secret, so it is asked for."""
NOBODYS = "Nobody’s yet"


def in_short() -> str:
    """Return what leads to this browser's teams."""
    names = [plain(team.name) for team, _ in session.teams()]
    if not names:
        return "Drill as a team: make one, share a link, see its trends"
    return f"Your team: {names[0]}" if len(names) == 1 else f"Your teams: {', '.join(names)}"


def say(place: str = PLACE) -> None:
    """Say what became of what was asked for last in a place."""
    found = session.answered(place)
    if found and found[0]:
        st.success(plain(found[1]), icon=":material/check:")
    elif found:
        shell.refused(place)
    session.forget(place)


def new(first: bool) -> None:
    """Ask for the name of a new team and of who makes it."""
    with st.form("team-form", border=first):
        name = st.text_input("Name of the team", key="team-name", max_chars=40, placeholder="Payments on-call")
        who = st.text_input("Your name in it", value=session.known_as(), key="team-own-name", max_chars=40)
        kind: Literal["primary", "secondary"] = "primary" if first else "secondary"
        if st.form_submit_button("Make the team", icon=":material/group_add:", type=kind):
            with session.trying(PLACE):
                member = SERVER.rooms.teams.found(name, who)
                st.session_state[session.NAME] = who
                _come_in(member)
        entrance.outcome(PLACE)


def _come_in(member: Member) -> None:
    """Have the browser keep that it is this member's."""
    st.session_state[session.TICKET] = SERVER.rooms.teams.link(member)
    st.rerun()


def links(team: Team, own: Member) -> None:
    """Show the team's link with what can be done to it, and the member's own where it is asked for."""
    invitation = SERVER.rooms.teams.invitation(own)
    if invitation:
        words = "The team’s link, for whoever is to join. Whoever has it can, until you withdraw it: the link"
        shell.link(f"/enter?{urlencode({'ticket': invitation})}", words)
    else:
        st.markdown("The team’s link is withdrawn: nobody can join.")
    with st.container(horizontal=True, gap="xsmall"):
        label = "Replace it by a new one" if invitation else "Make a new link"
        st.button(label, key=f"renew-{team.id}", icon=":material/autorenew:", on_click=_renew, args=(own, True))
        if invitation:
            st.button("Withdraw it", key=f"withdraw-{team.id}", icon=":material/link_off:", on_click=_renew,
                      args=(own, False))  # fmt: skip
    st.markdown("**Your own link** :gray[brings you back into the team in any browser; keep it to yourself]")
    if st.session_state.get(OWN_LINK) == own.id:
        st.markdown("It works for whoever finds it, in any browser, until you renew it: that withdraws this one.")
        shell.link(f"/enter?{urlencode({'ticket': SERVER.rooms.teams.link(own)})}", "Your link")
    with st.container(horizontal=True, gap="xsmall"):
        st.button("Show my link", key=f"own-{team.id}", icon=":material/key:", on_click=_show, args=(own,))
        if st.button("Renew it and sign out my other browsers", key=f"own-renew-{team.id}",
                     icon=":material/lock_reset:"):  # fmt: skip
            with session.trying(PLACE):
                _come_in(SERVER.rooms.teams.renew_own(own))


@session.callback(PLACE)
def _show(own: Member) -> None:
    st.session_state[OWN_LINK] = own.id


@session.callback(PLACE)
def _renew(own: Member, open: bool) -> None:
    SERVER.rooms.teams.renew(own, open=open)
    session.answer(PLACE, True, "The old link opens nothing any more." + (" Send the new one." if open else ""))


def people(team: Team, own: Member) -> None:
    """List who is in the team, with a way to put somebody out and to leave."""
    found = SERVER.rooms.teams.members(team.id)
    for one in found:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            you = " (you)" if one.id == own.id else ""
            st.markdown(f"{plain(one.name)}{you}  :gray[since {_date(one.joined)}]", width="stretch")
            with st.popover("Leave" if you else "Put out", key=f"out-{one.id}", type="tertiary"):
                st.markdown(_leaving(one, own, len(found)))
                st.button("Leave the team" if you else "Put out of the team", key=f"sure-{one.id}", type="primary",
                          on_click=_leave, args=(own, one))  # fmt: skip


def _leaving(one: Member, own: Member, number: int) -> str:
    if one.id != own.id:
        return f"{plain(one.name)} no longer sees the team’s drills. Renew the team’s link, too, if they know it."
    if number > 1:
        return "You no longer see the team’s drills here. Your own stay yours."
    return "You are the last one: the team is gone then, and its drills belong to nobody."


@session.callback(PLACE)
def _leave(own: Member, other: Member) -> None:
    SERVER.rooms.teams.leave(own, other)
    session.answer(PLACE, True, f"{other.name} is out of the team." if other.id != own.id else "You left the team.")


def _date(second: float) -> str:
    return f"{datetime.fromtimestamp(second, ZoneInfo(st.context.timezone or 'UTC')):%-d %b %Y}"


def drills(team: Team, own: Member) -> None:
    """List the drills of a team, each with its debrief as far as it is open, and a way to let go of it."""
    found = SERVER.rooms.teams.drills(team.id, MOST)
    if not found:
        st.html('<p class="quiet">No drill is the team’s yet. Host one for it, or claim one below.</p>')
    own_seats = {here.room.row.id: here.link for here in session.seats()}
    for ident, title, created in found:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            with st.container(gap=None):
                _debrief(own_seats.get(ident), ident, f"{plain(title)}  :gray[{_date(created)}]")
            st.button("Let go", key=f"release-{ident}", type="tertiary", on_click=_release, args=(own, ident),
                      help="It belongs to nobody again, until somebody claims it.")  # fmt: skip


def _debrief(own_seat: dict[str, str] | None, drill: str, label: str) -> None:
    """Link to a drill's debrief; name an assessment that the reader had no seat in without a link."""
    if own_seat is None and _assessed(drill):
        st.markdown(f":small[:material/lock: {label}]", help="An assessment: its debrief is for those who took part.")
        return
    st.page_link(Page.DEBRIEF.file, label=label, query_params=own_seat or {session.OF: drill},
                 icon=":material/fact_check:")  # fmt: skip


def _assessed(drill: str) -> bool:
    with suppress(UnreadableRow):  # of which its debrief says what to do
        return SERVER.rooms.store.drill(drill).header.mode == "assessment"
    return False


@session.callback(PLACE)
def _release(own: Member, drill: str) -> None:
    SERVER.rooms.teams.release(own, drill)
    session.answer(PLACE, True, "The drill is nobody’s again.")


def claimable(known: Sequence[tuple[Team, Member]]) -> None:
    """List the drills of this browser that belong to nobody and that it may claim for one of its teams."""
    found = []
    for here in session.seats():
        with suppress(DrillError):
            may = here.person.facilitator if here.room.row.hosted else here.plays
            if may and SERVER.rooms.teams.owner(here.room.row.id) is None:
                found.append(here)
    if not found:
        st.html('<p class="quiet">Every drill of yours that this browser knows is a team’s, or none is yours to '
                "claim: of a hosted drill its host may, of one alone whoever played it.</p>")  # fmt: skip
    for here in sorted(found, key=lambda one: -one.room.row.created)[:MOST]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{plain(here.room.row.title)}  :gray[{_date(here.room.row.created)}]", width="stretch")
            for team, own in known:
                label = "Claim it" if len(known) == 1 else f"Claim it for {plain(team.name)}"
                st.button(label, key=f"claim-{here.person.id}-{team.id}", on_click=_claim, args=(own, here))


@session.callback(PLACE)
def _claim(own: Member, here: Here) -> None:
    SERVER.rooms.teams.claim(own, here.room.row.id, here.person)
    reads = "and reads its debrief"
    if here.room.row.header.mode == "assessment":
        reads = "but only those who took part read its debrief: it is an assessment"
    session.answer(PLACE, True, "The drill is the team’s now; everybody in the team sees it under Trends, "
                   f"{reads}.")  # fmt: skip


def offered(key: str, whose: Member | None = None) -> Member | None:
    """Ask for which team a drill is to be, where this browser has one; None: nobody's.

    The team of `whose` own drill it is comes first.
    """
    known = session.teams()
    if not known:
        return None
    if whose is not None:
        known = sorted(known, key=lambda one: one[0].id != whose.team)
    names = {team.id: team.name for team, _ in known}
    chosen = st.selectbox("For the team", [*names, ""], format_func=lambda one: names.get(one, NOBODYS), key=key,
                          help="The drill then shows in that team’s Trends.")  # fmt: skip
    return next((own for team, own in known if team.id == chosen), None)
