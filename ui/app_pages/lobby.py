"""The lobby: practise alone, join with a code, host, resume, look back."""

from __future__ import annotations

import os
import secrets

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics import playbook as books
from scenarios import DIFFICULTIES, loader
from simulator.errors import DrillError
from ui import session
from ui.parts import entrance, opened, shell, yours
from ui.parts.live import SERVER
from ui.parts.text import plain
from ui.session import Here

PLAYBOOK = "DRILL_PLAYBOOK"  # names the playbook that is offered first
MODES = ("training", "assessment")
WHAT_MODE = "Training gives next-step hints; an assessment gives none, and only those who played it read its debrief."


def render() -> None:
    """Draw the lobby; a link with a code or a token leads straight to that drill's seats."""
    try:
        here = session.here()
    except DrillError as error:
        return shell.dead_end("You are not in this drill here", str(error))
    if session.OPENED in st.session_state:
        return opened.show(*st.session_state[session.OPENED])
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
    yours.finished_and_running()
    solo, together = st.columns([1.25, 1], gap="medium")
    with solo:
        _alone()
    with together:
        with st.container(border=True, key="join"):
            entrance.ask_code()
        _host()
    return None


def _alone() -> None:
    with st.container(border=True, key="alone"):
        st.markdown("### Practise alone")
        st.caption(
            "You take one seat, simulated teammates hold the others. Skip quiet stretches; stop whenever you like. "
            "New here? Type your name, leave the rest as it is and start: a briefing comes first, the clock waits."
        )
        names = loader.catalogue().offered
        if not names:
            st.info("No scenario can be played here; `drill check` says why.", icon=":material/info:")
            return
        first = names.index(session.asked("scenario", names, names[0]))
        scenario = st.selectbox("Scenario", names, first, key="solo-scenario", format_func=_title)
        loaded = _loaded(scenario)
        if loaded is None:
            return
        st.caption(f"{plain(loaded.scenario.summary)} {loaded.scenario.horizon // 60} minutes of drill time.")
        seats = {role.id: role for role in loaded.scenario.seats()}
        seat = st.pills(
            "Your seat",
            list(seats),
            default=session.asked("seat", list(seats), next(iter(seats))),
            required=True,
            key="solo-seat",
            format_func=lambda one: seats[one].title.partition(" (")[0],
        )
        st.caption(plain(shell.opening(seats[str(seat)].brief) if seat in seats else ""))
        one, two = st.columns(2)
        mode = one.segmented_control(
            "Mode",
            MODES,
            default=session.asked("mode", MODES, "training"),
            required=True,
            key="solo-mode",
            help=WHAT_MODE,
        )
        speed = two.segmented_control(
            "Speed", [1.0, 2.0], default=1.0, required=True, key="solo-speed", format_func=lambda p: f"{p:g}×"
        )
        one, two = st.columns(2)
        difficulty, variant = _difficulty(one, "solo"), _variant(two, "solo", scenario)
        playbook = _playbook(st.container(), "solo")
        one, two = st.columns(2)
        with one:
            name = entrance.your_name("solo-name")
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
            how = {"mode": mode, "difficulty": difficulty, "variant": _drawn(scenario, variant), "playbook": playbook}
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


def _playbook(where: DeltaGenerator, form: str) -> str:
    """Offer the playbooks that ship, by their titles; nothing to choose where there is one."""
    known = books.names()
    first = session.asked("playbook", known, os.environ.get(PLAYBOOK, books.DEFAULT))
    if len(known) == 1 or first not in known:
        return books.DEFAULT
    chosen = where.selectbox(
        "Playbook",
        known,
        known.index(first),
        format_func=lambda name: books.load(name).title,
        key=f"{form}-playbook",
        help="What the response is judged by: levels of severity, duties, gates. The library shows each of them whole.",
    )
    return str(chosen)


def _drawn(scenario: str, variant: str) -> str:
    # The draw is the host's, never the seed's: a seed does not change the variant.
    return loader.draw(scenario, secrets.SystemRandom()) if variant == loader.DRAWN else variant


def _start(scenario: str, how: dict[str, str], seat: str, speed: float, name: str, seed: str) -> None:
    st.session_state[session.NAME] = name
    with session.trying("solo"):
        room = SERVER.rooms.create(scenario, seed=int(seed) if seed.isdigit() else None, **how).room  # type: ignore[arg-type]
        token, person = SERVER.rooms.join(room, name, seat)
        if speed != 1:
            room.speed(person, speed)
        shell.enter(Here(room, person, token))
    st.rerun()


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


def _host() -> None:
    # No st.form: what can be chosen depends on the scenario.
    with st.container(border=True, key="host"):
        st.markdown("### Host for a team")
        st.caption(
            "You get a join code to read out. People take seats, or watch as observers, who give no orders and are in "
            "no score; you start the clock."
        )
        names = loader.catalogue().offered
        if not names:
            return
        scenario = st.selectbox("Scenario", names, key="host-scenario", format_func=_title)
        name = entrance.your_name("host-name")
        one, two = st.columns(2)
        mode = one.segmented_control("Mode", MODES, default="training", required=True, key="host-mode", help=WHAT_MODE)
        difficulty = _difficulty(two, "host")
        playbook = _playbook(st.container(), "host")
        surprise = len(loader.variants(scenario)) > 1 and st.checkbox(
            "Draw a variant nobody knows beforehand",
            key="host-surprise",
            help="Not even you: code, console and lobby do not say which it is. The debrief does.",
        )
        if st.button("Open the drill", key="host-open", width="stretch"):
            st.session_state[session.NAME] = name
            with session.trying("host"):
                variant = _drawn(scenario, loader.DRAWN if surprise else loader.BASE)
                how = {"mode": mode, "difficulty": difficulty, "variant": variant, "playbook": playbook}
                made = SERVER.rooms.create(scenario, hosted=True, **how)  # type: ignore[arg-type]
                token, _ = SERVER.rooms.facilitate(made.room, name or "Facilitator", made.key)
                st.session_state[session.OPENED] = (token, made.key)
                st.rerun()
        entrance.outcome("host")


if __name__ == "__main__":
    render()
