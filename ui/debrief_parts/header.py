"""What drill this was, and where to go from here."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analytics.about import TURNS, ending, how_verified, times, unmet
from simulator import acts
from simulator import events as e
from simulator.text import clock
from ui.debrief_parts import keys
from ui.debrief_parts.drill import Debriefed
from ui.pages import Page
from ui.parts.labels import words
from ui.parts.reviewed import counts
from ui.parts.text import escape


def header(drill: Debriefed) -> None:
    """Draw the head of the page."""
    st.html(_about(drill))


def _about(drill: Debriefed) -> str:
    head, s = drill.journal.header, drill.scenario
    taken = [(b.name, drill.names.role(b.seat)) for b in (x.body for x in drill.journal) if isinstance(b,
        acts.TakeSeat)]
    # In a record without names people go by their seats.
    seats: dict[str, list[str]] = {}
    for name, role in taken:
        if (short := role.partition(" (")[0]) not in seats.setdefault(name, []):
            seats[name].append(short)
    people = [
        role if name == role[:40] else f"{name} ({', then '.join(seats[name])})" for name, role in dict(taken).items()
    ]
    scripted = f"scripted responder “{head.policy}” in every seat" if head.policy else ""
    empty = sum(1 for role in s.seats() if role.title not in {role for _, role in taken})
    rest = f"{empty} simulated" if head.automation and empty else ""
    who = scripted or ", ".join(filter(None, [*people, rest])) or "nobody sat down"
    facts = (
        ("Who", who),
        ("Ended", _ended(drill)),
        ("Mode", head.mode),
        ("Seed", str(head.seed)),
        ("Playbook", drill.playbook.title),
        *((("Variant", head.variant),) if head.variant != "base" else ()),
        *((("Difficulty", head.difficulty),) if head.difficulty != "standard" else ()),
    )
    meta = "".join(f"<span><span>{escape(k)}</span><b>{escape(v)}</b></span>" for k, v in facts)
    return (
        f'<p class="db-lead">{escape(s.incident)} at {escape(s.company)}. {escape(s.summary)}</p>'
        f'<div class="db-meta">{meta}</div>{_times(drill)}<p class="db-note">{escape(words("debrief")["learning"])}</p>'
    )


def _times(drill: Debriefed) -> str:
    """Return when the turning points of the drill came, each in drill time."""
    found = times(drill.view)
    said = {name: unmet(drill.view, name) if at is None else clock(at) for name, at in found.items()}
    shown = {"verified": how_verified(drill.view)}
    cells = "".join(
        f"<span><span>{escape(words)}</span><b>{escape(said[name])}</b> {escape(shown.get(name, ''))}</span>"
        for name, words in TURNS.items()
    )
    return f'<div class="db-meta db-times" role="group" aria-label="Turning points">{cells}</div>'


def _ended(drill: Debriefed) -> str:
    end = drill.view.first(e.DrillEnded)
    return f"{clock(end.at)}, {ending(drill.view)}" if end else "the record stops before the end"


def bar(drill: Debriefed, sections: Sequence[str]) -> None:
    """Draw the row of controls under the head: the names of the sections, try again."""
    st.session_state.setdefault(keys.VIEW, keys.HAPPENED)
    numbered = {name: f"{number} {name}" for number, name in enumerate(sections, 1)}
    with st.container(horizontal=True, vertical_alignment="center", key="debrief-bar"):
        st.segmented_control(
            "Section", sections, key=keys.VIEW, required=True, label_visibility="collapsed", wrap=True,
            format_func=numbered.get,
        )  # fmt: skip
        st.page_link(
            Page.LOBBY.file, label="Try again with another seed", icon=":material/replay:", query_params=again(drill),
            help="Same scenario, variant and difficulty; the lobby lets you change them.",
        )  # fmt: skip


def again(drill: Debriefed) -> dict[str, str]:
    """Return what a link to the lobby needs to offer the same drill on another seed."""
    head = drill.journal.header
    seats = {entry.body.seat for entry in drill.journal if isinstance(entry.body, acts.TakeSeat)}
    alone = {"seat": seats.pop()} if len(seats) == 1 else {}
    how = {"variant": head.variant, "difficulty": head.difficulty, "mode": head.mode, "playbook": counts(drill.journal)}
    return {"scenario": head.scenario, **how, **alone}
