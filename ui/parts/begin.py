"""How a drill is opened: alone in one seat, or for a team. What is asked for comes first, the rest has defaults."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from typing import Any, Literal, cast

import streamlit as st

from analytics import playbook as books
from scenarios import DIFFICULTIES, loader
from simulator.loaded import LoadedScenario
from ui import session
from ui.parts import entrance, membership, shell
from ui.parts.bar import ALONE, WAITING
from ui.parts.live import SERVER
from ui.parts.offered import Playable
from ui.parts.text import plain
from ui.session import Here

PLAYBOOK = "DRILL_PLAYBOOK"
"""Environment variable: the playbook that is offered first."""
CHOSEN = "chosen"
"""What is being opened in this session: the way (alone or for a team) and the scenario's name."""
FIRST = "sign_in_link"
"""Scenario of the first drill: a quarter of an hour, few seats, few tools, nothing that cannot be put right."""
WAITS = "Waits"
"""Speed of a clock that waits for whoever is led."""
MODES = ("training", "assessment")
WHAT_MODE = "Training gives next-step hints; an assessment gives none, and only those who played it read its debrief."


def first_drill(name: str) -> None:
    """Open the drill that a newcomer is led through: the commander's seat, little noise, a guide above the console."""
    seat = loader.load(FIRST).scenario.lead()
    _alone(FIRST, {"difficulty": "novice"}, seat, name or "You", speed=None, place="first")


def alone(offer: Playable) -> None:
    """Ask what somebody who practises alone may choose, and start."""
    loaded = offer.load()
    scenario = loaded.scenario
    with st.container(key="alone"):
        st.caption(plain(scenario.summary))
        name = entrance.your_name("solo-name")
        seats = {role.id: role for role in scenario.seats()}
        seat = st.pills(
            "Your seat",
            list(seats),
            default=session.asked("seat", list(seats), next(iter(seats))),
            required=True,
            key="solo-seat",
            format_func=lambda one: seats[one].title.partition(" (")[0],
        )
        st.caption(plain(shell.opening(seats[str(seat)].brief) if seat in seats else ""))
        difficulty = _difficulty("solo")
        more = ["mode", "speed", *["variant"] * (len(loaded.variants) > 1), *["playbook"] * (len(books.names()) > 1)]
        with st.expander(f"More to choose: {', '.join(more)}, seed", expanded=_asked_for_more()):
            mode = _mode("solo")
            # Whoever reads a guide is not to lose time by it.
            guided = mode == "training" and difficulty == "novice" and seat == scenario.lead()
            speed = _speed(guided)
            variant, playbook = _variant("solo", loaded), _playbook("solo")
            seed = st.text_input(
                "Seed",
                key="solo-seed",
                placeholder="any",
                help="The same seed gives the same world; leave it empty for a new one.",
                validate=(r"^\d{0,6}$", "A whole number of up to six digits"),
            )
        if _go("Start practising", "solo-start", ":material/play_arrow:"):
            if seed and not seed.isdigit():
                session.answer("solo", False, f"{seed!r} is no seed; give a whole number of up to six digits, or none")
            else:
                how = {"mode": mode, "difficulty": difficulty, "variant": _drawn(loaded, variant), **offer.whose}
                _alone(scenario.id, {**how, "playbook": playbook}, str(seat), name or "You", seed, speed)
        entrance.outcome("solo")


def team(offer: Playable) -> None:
    """Ask what the host of a team may choose, and open the drill."""
    loaded = offer.load()
    with st.container(key="host"):
        st.caption(
            "You get a join code to read out. People take seats, or watch as observers, who give no orders and are in "
            "no score; seats that nobody takes are simulated; you start the clock."
        )
        name = entrance.your_name("host-name")
        mode, difficulty = _mode("host"), _difficulty("host")
        surprise = len(loaded.variants) > 1 and st.checkbox(
            "Draw a variant nobody knows beforehand",
            key="host-surprise",
            help="Not even you: code, console and lobby do not say which it is. The debrief does.",
        )
        playbook, own = _playbook("host"), membership.offered("host-team", offer.member)
        if _go("Open the drill", "host-open", ":material/groups:"):
            variant = _drawn(loaded, loader.DRAWN if surprise else loader.BASE)
            how = {"mode": mode, "difficulty": difficulty, "variant": variant, "playbook": playbook}
            with session.trying("host"):
                made = SERVER.rooms.create(loaded.scenario.id, hosted=True, **how, **offer.whose)  # type: ignore[arg-type]
                token, host = SERVER.rooms.facilitate(made.room, name or "Facilitator", made.key)
                if own is not None:
                    SERVER.rooms.teams.claim(own, made.room.row.id, host)
                st.session_state[session.NAME] = name
                st.session_state[session.OPENED] = (token, made.key)
                st.session_state.pop(CHOSEN, None)
                st.rerun()
        entrance.outcome("host")


def _go(label: str, key: str, icon: str) -> bool:
    return st.button(label, type="primary", key=key, icon=icon, width="stretch")


def _asked_for_more() -> bool:
    """Tell whether the link that led here fixes something that is seldom chosen: it is to be seen."""
    return not {"mode", "variant", "playbook"}.isdisjoint(st.query_params)


def _mode(form: str) -> Literal["training", "assessment"]:
    return cast("Literal['training', 'assessment']", _one_of(form, "mode", MODES, "training", WHAT_MODE))


def _difficulty(form: str) -> str:
    help_ = "Novice: less noise, more help, and alone in training a guide. Expert: more noise, somebody absent, one "
    return _one_of(form, "difficulty", DIFFICULTIES, "standard", f"{help_}thing more goes wrong.")


def _one_of(form: str, what: str, offered: Sequence[str], usual: str, help_: str) -> str:
    """Offer a few words to choose from; a link that leads here may have chosen already."""
    first = session.asked(what, offered, usual)
    return str(st.segmented_control(what.capitalize(), offered, default=first, required=True, key=f"{form}-{what}",
                                    help=help_))  # fmt: skip


def _speed(guided: bool) -> float | None:
    """Offer speeds, and whoever is led through a drill a clock that waits for them (None), which is chosen there."""
    offered = [f"{pace:g}×" for pace in ALONE]
    chosen = st.segmented_control(
        "Speed",
        [WAITS, *offered] if guided else offered,
        default=WAITS if guided else offered[0],
        required=True,
        key="solo-speed-guided" if guided else "solo-speed",
        help=WAITING if guided else None,
    )
    return None if chosen == WAITS else ALONE[offered.index(str(chosen))]


def _variant(form: str, loaded: LoadedScenario) -> str:
    """Offer the variants of a scenario by names that give nothing away, and one drawn without saying which."""
    known = loaded.variants
    if len(known) == 1:
        return known[0]
    offered = [*known, loader.DRAWN]
    chosen = st.selectbox(
        "Variant",
        offered,
        offered.index(session.asked("variant", offered, known[0])),
        format_func=lambda v: {loader.BASE: "As written", loader.DRAWN: "Surprise me"}.get(v, v.capitalize()),
        key=f"{form}-variant-{loaded.scenario.id}",
        help="The same first page, another truth behind it. “Surprise me” draws one; the debrief says which it was.",
    )
    return str(chosen)


def _playbook(form: str) -> str:
    """Offer the playbooks that ship, by their titles; nothing to choose where there is one."""
    known = books.names()
    first = session.asked("playbook", known, os.environ.get(PLAYBOOK, books.DEFAULT))
    if len(known) == 1 or first not in known:
        return books.DEFAULT
    chosen = st.selectbox(
        "Playbook",
        known,
        known.index(first),
        format_func=lambda name: books.load(name).title,
        key=f"{form}-playbook",
        help="What the response is judged by: levels of severity, duties, gates. The library shows each of them whole.",
    )
    return str(chosen)


def _drawn(loaded: LoadedScenario, variant: str) -> str:
    # The draw is the host's, never the seed's: a seed does not change the variant.
    return loader.draw(loaded, secrets.SystemRandom()) if variant == loader.DRAWN else variant


def _alone(scenario: str, how: dict[str, Any], seat: str, name: str, seed: str = "", speed: float | None = 1.0,
           place: str = "solo") -> None:  # fmt: skip
    st.session_state[session.NAME] = name
    with session.trying(place):
        room = SERVER.rooms.create(scenario, seed=int(seed) if seed else None, **how).room
        token, person = SERVER.rooms.join(room, name, seat)
        if speed != 1:
            room.speed(person, speed)
        st.session_state.pop(CHOSEN, None)
        shell.enter(Here(room, person, token))
