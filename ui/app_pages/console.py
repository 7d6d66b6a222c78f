"""The responder's console: incident bar, channel, panels, work, command box, forms."""

from __future__ import annotations

import contextlib

import streamlit as st
from streamlit.errors import StreamlitAPIException

from simulator import acts
from simulator.briefing import Briefing
from simulator.catalogue import Seat
from simulator.errors import DrillError
from simulator.values import COMMANDER
from ui import session
from ui.pages import Page
from ui.parts import desk, ending, explore, saying, shell
from ui.parts.bar import bar_html, stands_html
from ui.parts.before import before
from ui.parts.command_box import command_box
from ui.parts.feed import VIEWS, alerts_html, changes_html, feed_html, newest, outputs_html
from ui.parts.forms import forms
from ui.parts.host import host_panel
from ui.parts.live import scraped
from ui.parts.over import over
from ui.parts.panels import HEIGHT, LOW, figure
from ui.parts.playbook import sheet
from ui.parts.shell import part
from ui.parts.signing import signing
from ui.parts.text import plain
from ui.parts.work import work_html
from ui.session import Here

# Streamlit may print string literals of a page's script, so what these mean is said in comments.
ALONE, HOSTED = (1.0, 2.0), (1.0, 2.0, 5.0)  # paces on offer; nobody at a keyboard should be raced
NARROW = {"Channel": "left", "Panels": "mid", "Respond": "right"}
WATCHING = {"Channel": "left", "Panels": "mid", "Seats": "right"}
HOSTING = {"Host": "right", "Channel": "left", "Panels": "mid"}  # on a narrow screen a host sees the way in first


def render() -> None:
    """Draw the console of the person behind the link."""
    try:
        here = session.here()
    except DrillError as error:
        return shell.dead_end("You are not in this drill here", str(error))
    if here is None:
        return shell.dead_end(
            "No drill open", "Practise alone, host a drill or join one with its code; all three start in the lobby."
        )
    if here.room.problem:
        return shell.dead_end("This drill cannot go on", here.room.problem)
    if here.room.ended:
        return over(here)
    if here.person.seat is None and not here.person.facilitator:
        return shell.go(Page.LOBBY, here.link)
    if here.room.clock.state == "waiting" and not here.room.row.hosted and here.plays:
        return before(here)
    return _live(here)


def _live(here: Here) -> None:
    session.restore(here)
    with st.container(key="topbar", gap=None):
        _head(here)
        _tools(here)
    _narrow(NARROW if here.plays else HOSTING if here.person.facilitator else WATCHING)
    left, mid, right = st.columns([1.08, 1.72, 1.2], gap="small")
    with left, st.container(key="col-left", gap="xsmall"):
        _signals(here)
        _channel(here)
        if here.plays:
            saying.line(here)
    with mid, st.container(key="col-mid", gap="xsmall"):
        _middle(here)
        _work(here)
    with right, st.container(key="col-right", gap="small"):
        if here.plays:
            forms(here)
        else:
            host_panel(here)
    if here.plays:
        with st.bottom:
            command_box(here)


@part(run_every=1, key="head")
def _head(here: Here) -> None:
    if here.room.ended:
        st.rerun()
    b = here.room.briefing(here.role)
    st.html(bar_html(b, here.room.clock) + here.room.shared(here.role, "newest", newest) + stands_html(here.room.away))


@part(run_every=2, key="tools")
def _tools(here: Here) -> None:
    """Draw the clock's controls and what only this person has."""
    clock, b = here.room.clock, here.room.briefing(here.role)
    steers = here.person.facilitator or (here.plays and not here.room.row.hosted)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="tools"):
        if steers and clock.state == "waiting":
            _step(here, "start", "Start the drill", "start", True)
        elif steers:
            paused = clock.state == "paused"
            _step(here, "pause", "Resume" if paused else "Pause", "resume" if paused else "pause", paused)
            st.button(
                "Skip ahead",
                key="skip",
                icon=":material/fast_forward:",
                on_click=_skip,
                args=(here, session.press("clock")),
                shortcut="Alt+S",
                disabled=paused,
            )
            st.segmented_control(
                "Speed",
                sorted({*(HOSTED if here.room.row.hosted else ALONE), clock.pace}),
                key=f"speed-{clock.pace:g}",
                default=clock.pace,
                required=True,
                format_func=lambda pace: f"{pace:g}×",
                label_visibility="collapsed",
                on_change=_pace,
                args=(here, clock.pace),
            )
        elif clock.state == "waiting":
            st.caption("Waiting for the facilitator to start")
        outcome = session.answered("clock")
        # What is not there keeps its place: what comes after it must not move into it, see `shell.fresh`.
        if outcome:
            st.caption(plain(outcome[1]))
        else:
            st.empty()
        st.space("stretch")
        if here.plays:
            _on_from_here(here, b)
            _mine(here, b)
        if st.button("Playbook", key="playbook", icon=":material/menu_book:"):
            sheet(here)
        with st.popover("Drill", icon=":material/more_horiz:", key=session.MENU, on_change="rerun"):
            _menu(here)
    asked = st.session_state.pop(session.ENDING, None)
    if asked:
        ending.confirm(here, emergency=asked == "stop")


def _step(here: Here, key: str, label: str, what: str, plays: bool) -> None:
    st.button(
        label,
        type="primary" if plays else "secondary",
        key=key,
        icon=":material/play_arrow:" if plays else ":material/pause:",
        on_click=_steer,
        args=(here, what, session.press("clock")),
    )


def _on_from_here(here: Here, b: Briefing) -> None:
    """Offer another seat to whoever has given command up: the one that decides nothing any more is no place to play."""
    seat = next_seat(b)
    if seat is None:
        st.empty()
        return
    onwards = st.button(
        f"Go on as {plain(seat.title.partition(' (')[0])}",
        type="primary",
        key="go-on",
        icon=":material/chair_alt:",
        help="You have given command up; from this seat you decide nothing any more",
    )
    if onwards:
        with session.trying("clock"):
            here.room.take_seat(here.person, seat.id)
            session.forget("clock")
        st.rerun()  # the whole page: every part of it is drawn for the seat


def next_seat(b: Briefing) -> Seat | None:
    """Return where somebody who gave command up goes on: with whoever has it, else as deputy, else where it is free."""
    if not b.incident.handed_on(b.role):
        return None
    first = (b.incident.holder(COMMANDER), b.catalogue.seat_for("deputises"))
    free = [seat for seat in b.catalogue.roles if seat.seat and seat.id != b.role and not b.incident.person(seat.id)]
    return min(free, key=lambda seat: first.index(seat.id) if seat.id in first else len(first), default=None)


def _mine(here: Here, b: Briefing) -> None:
    """Show the role, its brief and what only it knows."""
    known = b.catalogue.role(here.role)
    own = [cue for cue in b.options("own_cues") if cue.id not in b.incident.cues]
    label = plain(f"{here.person.name} · {known.title if known else here.role}")
    with st.popover(f"{label} · {len(own)} only you know" if own else label, icon=":material/badge:"):
        st.markdown(f"**{plain(known.title if known else here.role)}**  :gray[{plain(known.handle if known else '')}]")
        st.text(b.brief)
        if own:
            st.markdown("**Only you know**")
        for cue in own:
            st.text(cue.title)
            press = f"share-{cue.id}"
            st.button(
                "Share with everybody",
                key=press,
                **session.giving(here, "clock", acts.ShareCue(cue=cue.id), "", press),
            )
        st.caption(shell.prose(b.catalogue.briefing))


def _menu(here: Here) -> None:
    row = here.room.row
    st.markdown(f"Join code **{plain(row.code)}**")
    shell.join_link(row.code, "Others join with the code in the lobby, or with the link")
    signing(here)
    st.page_link(
        Page.LOBBY.file,
        label="To the lobby",
        icon=":material/arrow_back:",
        help="The drill goes on; your seat is kept",
    )
    if here.person.facilitator or (here.plays and not row.hosted):
        with st.container(horizontal=True, gap="xsmall"):
            st.button("End the drill …", key="end", icon=":material/flag:", on_click=_ask_end, args=("end",))
            st.button(
                "Real world: stop now",
                key="stop",
                icon=":material/front_hand:",
                on_click=_ask_end,
                args=("stop",),
                help="For a real emergency",
            )


@session.callback("clock")
def _ask_end(what: str) -> None:
    # The menu lies above everything: it must be gone before anything can be asked.
    st.session_state[session.MENU] = False
    st.session_state[session.ENDING] = what


@session.callback("clock")
def _steer(here: Here, what: str, key: str) -> None:
    if session.spent(key):
        return
    getattr(here.room, what)(here.person)
    session.forget("clock")
    _all_at_once(here)


@session.callback("clock")
def _pace(here: Here, before: float) -> None:
    chosen = st.session_state.get(f"speed-{before:g}")
    here.room.speed(here.person, float(chosen or before))
    session.forget("clock")
    _all_at_once(here)


@session.callback("clock")
def _skip(here: Here, key: str) -> None:
    if session.spent(key):
        return
    found = here.room.skip_ahead(here.person)
    minutes, seconds = divmod(found.until - found.since, 60)
    session.answer("clock", True, f"Skipped {minutes:d}:{seconds:02d}: {found.why}")
    _all_at_once(here)


def _all_at_once(here: Here) -> None:
    """Draw every part for the new time (in a callback); each by its own tick, they would show two times for seconds.

    Fields that nobody has touched begin anew from the drill as it is now.
    """
    beside = ("forms", "box") if here.plays else ("host",)
    shown, _ = TABS[st.session_state.get(session.TAB) or "Panels"]
    # Where the drill has ended meanwhile these parts are gone: the page as it is now is drawn in this run anyway.
    with contextlib.suppress(StreamlitAPIException):
        st.rerun(["head", "tools", "signals", "channel", shown, "work", *beside])


def _narrow(views: dict[str, str]) -> None:
    """Let a narrow screen show one column at a time; on a wide one this is not seen."""
    with st.container(key="narrow"):
        shown = st.segmented_control(
            "View",
            list(views),
            default=next(iter(views)),
            key=session.VIEW,
            required=True,
            label_visibility="collapsed",
            width="stretch",
        )
    # The whole column: an empty one would still take the gap between two.
    hidden = ",".join(
        f"[data-testid='stColumn']:has(.st-key-col-{side})" for name, side in views.items() if name != shown
    )
    st.html(f"<style>@media (max-width: 999px) {{ {hidden} {{ display: none !important }} }}</style>")


@part(run_every=1, key="signals")
def _signals(here: Here) -> None:
    with st.container(key="alertbox", height=118, border=True):
        st.html(scraped(here.room, here.role, "alerts", alerts_html))
    if not here.plays:
        return
    with st.container(key="needsbox", height=150, border=True, gap="xsmall"):
        desk.waiting(here)


@part(run_every=1, key="channel")
def _channel(here: Here) -> None:
    view = st.segmented_control(
        "Channel", list(VIEWS), default="All", key="feed-view", required=True, label_visibility="collapsed"
    )
    with st.container(key="feedbox", height=380, border=True):
        pieces = scraped(here.room, here.role, f"feed-{view}", lambda b: feed_html(b, view or "All"))
        with st.container(key="feed", gap=None):
            for piece in pieces:
                st.html(piece)


def _middle(here: Here) -> None:
    drawn = st.tabs(list(TABS), key=session.TAB, on_change="rerun")
    for (_, body), tab in zip(TABS.values(), drawn, strict=True):
        if tab.open:
            with tab:
                body(here)


@part(run_every=3, key="panels")
def _panels(here: Here) -> None:
    shown = [panel for panel in here.room.briefing(here.role).catalogue.panels if panel.on_console]
    # All of them first, then the elements: a page that waits between two charts shows old and new side by side.
    height = HEIGHT if len(shown) <= 6 else LOW
    drawn = scraped(here.room, here.role, "panels", lambda b: [figure(b, panel, height=height) for panel in shown])
    columns = st.columns(2, gap="xsmall")
    for number, (panel, chart) in enumerate(zip(shown, drawn, strict=True)):
        with columns[number % 2]:
            # Without a key: a keyed chart is taken down and set up anew whenever its figure changes.
            st.plotly_chart(chart, config=explore.CHART, alt=f"{panel.title}, last 45 minutes")
    st.html(explore.LEGEND)


@part(run_every=2, key="outputs")
def _outputs(here: Here) -> None:
    with st.container(height=500, key="outputbox", border=True):
        st.html(scraped(here.room, here.role, "outputs", outputs_html))


@part(run_every=5, key="changes")
def _changes(here: Here) -> None:
    with st.container(height=500, key="changebox", border=True):
        st.html(scraped(here.room, here.role, "changes", changes_html))


# Tabs of the middle column: the fragment behind each, and what draws it.
TABS = {
    "Panels": ("panels", _panels), "Output": ("outputs", _outputs), "Explore": ("explorer", explore.explorer),
    "Logs": ("logs", explore.logs), "Changes": ("changes", _changes),
}  # fmt: skip


@part(run_every=1, key="work")
def _work(here: Here) -> None:
    session.save(here)
    st.html('<h2 class="part">Work under way</h2>')
    with st.container(key="workbox", height=170, border=True):
        st.html(here.room.shared(here.role, "work", work_html))


if __name__ == "__main__":
    render()
