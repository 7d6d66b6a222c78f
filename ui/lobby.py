"""The lobby: practise alone, join with a code, host, resume, look back."""

from __future__ import annotations

import secrets

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from scenarios import DIFFICULTIES, loader
from simulator.errors import DrillError
from simulator.room.rooms import Lobby
from simulator.text import clock
from ui import session
from ui.parts import entrance, shell
from ui.parts.live import SERVER
from ui.parts.shell import plain
from ui.session import Here

MODES = ("training", "assessment")


def render() -> None:
    """Draw the lobby; a link with a code or a token leads straight to that drill's seats."""
    try:
        here = session.here()
    except DrillError as error:
        return shell.dead_end("This link does not open a drill", str(error))
    if here is not None and here.person.seat is None and not here.person.facilitator:
        return entrance.seats(here)
    if here is None and session.code():
        return entrance.by_code(session.code())
    shell.head(
        "Rehearse the incident before it happens",
        "A world that misbehaves, a team, a clock. Afterwards you see what "
        "was really going on, and what your response was worth.",
        narrow=True,
    )
    _yours()
    solo, together = st.columns([1.25, 1], gap="medium")
    with solo:
        _alone()
    with together:
        _join()
        _host()
    return None


def _yours() -> None:
    """List the drills this browser has a seat in, running ones first."""
    found = []
    for token in session.tokens():
        try:
            room, person = SERVER.rooms.identify(token)
            found.append((Here(room, person, token), SERVER.rooms.lobby(room)))
        except DrillError:
            continue  # a drill of another database, or one that was thrown away
    if not found:
        return
    with st.container(border=True, key="yours"):
        st.markdown("**Your drills**")
        for here, lobby in sorted(
            found, key=lambda pair: (pair[1].state in ("over", "lost"), -pair[0].room.row.created)
        )[:8]:
            _one(here, lobby)


def _one(here: Here, lobby: Lobby) -> None:
    words = {
        "waiting": "not started",
        "running": "running",
        "paused": "paused",
        "over": "finished",
        "lost": "cannot go on",
    }
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        state = words.get(lobby.state, lobby.state)
        at = (
            ""
            if lobby.state == "lost"
            else _score(here)
            if lobby.state == "over"
            else f" · {clock(int(here.room.now()))}"
        )
        told = plain(f"{state}{at} · {lobby.mode} · {here.person.name} · {lobby.code}")
        st.markdown(f"{plain(lobby.title)}  :gray[{told}]", width="stretch")
        file = "debrief.py" if lobby.state == "over" else "console.py"
        label = {"over": "Debrief", "lost": "Why"}.get(lobby.state, "Resume")
        if st.button(label, key=f"resume-{here.person.id}", type="secondary" if lobby.state == "over" else "primary"):
            shell.go(file, here.link)


def _score(here: Here) -> str:
    card = here.room.scorecard()
    return f" · {card['total']} of 100" if card else ""


# --- practise alone --------------------------------------------------------------------------------------


def _alone() -> None:
    with st.container(border=True, key="alone"):
        st.markdown("### Practise alone")
        st.caption(
            "You take one seat, simulated teammates hold the others. Skip quiet stretches; stop whenever you like."
        )
        names = loader.names()
        first = names.index(session.asked("scenario", names, names[0]))
        scenario = st.selectbox("Scenario", names, first, key="solo-scenario", format_func=_title)
        loaded = _loaded(scenario)
        if loaded is None:
            return
        st.caption(loaded.scenario.summary)
        seats = {role.id: role for role in loaded.scenario.seats()}
        seat = st.pills(
            "Your seat",
            list(seats),
            default=session.asked("seat", list(seats), next(iter(seats))),
            required=True,
            key="solo-seat",
            format_func=lambda one: seats[one].title.partition(" (")[0],
        )
        one, two = st.columns(2)
        mode = one.segmented_control(
            "Mode",
            MODES,
            default=session.asked("mode", MODES, "training"),
            required=True,
            key="solo-mode",
            help="Training gives next-step hints; an assessment gives none.",
        )
        speed = two.segmented_control(
            "Speed", [1.0, 2.0], default=1.0, required=True, key="solo-speed", format_func=lambda p: f"{p:g}×"
        )
        one, two = st.columns(2)
        difficulty, variant = _difficulty(one, "solo"), _variant(two, "solo", scenario)
        one, two = st.columns(2)
        name = one.text_input(
            "Your name",
            value=session.get(session.NAME, ""),
            key="solo-name",
            max_chars=40,
            placeholder="As the channel shows it",
        )
        seed = two.text_input(
            "Seed",
            key="solo-seed",
            placeholder="any",
            help="The same seed gives the same world; leave it empty for a new one.",
            validate=(r"^\d{0,6}$", "A whole number of up to six digits"),
        )
        if st.button(
            "Start practising", type="primary", key="solo-start", icon=":material/play_arrow:", width="stretch"
        ):
            if seed and not seed.isdigit():
                session.answer("solo", False, f"{seed!r} is no seed; give a whole number of up to six digits, or none")
                st.rerun()
            how = {"mode": mode, "difficulty": difficulty, "variant": _drawn(scenario, variant)}
            _start(scenario, how, str(seat), float(speed or 1), name or "You", seed or "")
        entrance.outcome("solo")


def _difficulty(where: DeltaGenerator, form: str) -> str:
    chosen = where.segmented_control(
        "Difficulty",
        DIFFICULTIES,
        default=session.asked("difficulty", DIFFICULTIES, "standard"),
        required=True,
        key=f"{form}-difficulty",
        help="Novice: less noise, more help. Expert: more noise, somebody absent, one thing more goes wrong.",
    )
    return str(chosen)


def _variant(where: DeltaGenerator, form: str, scenario: str) -> str:
    """Offer the variants of a scenario by names that give nothing away, and one drawn without saying which."""
    known = loader.variants(scenario)
    if len(known) == 1:
        return known[0]
    offered = [*known, loader.DRAWN]
    chosen = where.selectbox(
        "Variant",
        offered,
        offered.index(session.asked("variant", offered, known[0])),
        format_func=lambda v: {loader.BASE: "As written", loader.DRAWN: "Surprise me"}.get(v, v.capitalize()),
        key=f"{form}-variant-{scenario}",
        help="The same first page, another truth behind it. “Surprise me” draws one; the debrief says which it was.",
    )
    return str(chosen)


def _drawn(scenario: str, variant: str) -> str:
    # The draw is the host's, never the seed's: a seed does not change the variant.
    return loader.draw(scenario, secrets.SystemRandom()) if variant == loader.DRAWN else variant


def _start(scenario: str, how: dict[str, str], seat: str, speed: float, name: str, seed: str) -> None:
    session.put(session.NAME, name)
    try:
        opened = SERVER.rooms.create(scenario, seed=int(seed) if seed.isdigit() else None, **how)  # type: ignore[arg-type]
        token, person = SERVER.rooms.join(opened.room, name, seat)
        if speed != 1:
            opened.room.speed(person, speed)
    except DrillError as error:
        session.answer("solo", False, str(error))
        st.rerun()
    shell.go("console.py", Here(opened.room, person, token).link)


@st.cache_data(show_spinner=False)
def _title(scenario: str) -> str:
    loaded = _loaded(scenario)
    return loaded.scenario.title if loaded else f"{scenario} (cannot be read)"


def _loaded(scenario: str):  # type: ignore[no-untyped-def]
    try:
        return loader.load(scenario)
    except DrillError as error:
        st.error(plain(str(error)))
        return None


# --- join and host -----------------------------------------------------------------------------------------


def _join() -> None:
    with st.container(border=True, key="join"), st.form("join-form", border=False):
        st.markdown("### Join a drill")
        code = st.text_input("Join code", key="join-code", max_chars=12, placeholder="Six letters and digits")
        if st.form_submit_button("Find the drill", width="stretch"):
            try:
                room = SERVER.rooms.by_code(code, session.source())
            except DrillError as error:
                session.answer("join", False, str(error))
            else:
                session.forget("join")
                shell.go("lobby.py", {session.DRILL: room.row.code})
        entrance.outcome("join")


def _host() -> None:
    # No st.form: what can be chosen depends on the scenario.
    with st.container(border=True, key="host"):
        st.markdown("### Host for a team")
        st.caption("You get a join code to read out. People take seats; you start the clock.")
        scenario = st.selectbox("Scenario", loader.names(), key="host-scenario", format_func=_title)
        name = st.text_input("Your name", value=session.get(session.NAME, ""), key="host-name", max_chars=40)
        mode = st.segmented_control(
            "Mode", MODES, default="training", required=True, key="host-mode"
        )
        difficulty = _difficulty(st.container(), "host")
        surprise = len(loader.variants(scenario)) > 1 and st.checkbox(
            "Draw a variant nobody knows beforehand",
            key="host-surprise",
            help="Not even you: code, console and lobby do not say which it is. The debrief does.",
        )
        if st.button("Open the drill", key="host-open", width="stretch"):
            session.put(session.NAME, name)
            try:
                variant = _drawn(scenario, loader.DRAWN if surprise else loader.BASE)
                opened = SERVER.rooms.create(
                    scenario, mode=mode, hosted=True, difficulty=difficulty, variant=variant
                )  # type: ignore[arg-type]
                token, person = SERVER.rooms.facilitate(opened.room, name or "Facilitator", opened.key)
            except DrillError as error:
                session.answer("host", False, str(error))
            else:
                session.put(session.KEYS, {**session.get(session.KEYS, {}), opened.code: opened.key})
                shell.go("console.py", Here(opened.room, person, token).link)
        entrance.outcome("host")


if __name__ == "__main__":
    render()
