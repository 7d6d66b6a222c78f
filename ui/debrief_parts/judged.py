"""What facilitators add once a drill is over: notes and ratings, kept behind those made while it ran."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import streamlit as st

from analytics import playbook as books
from simulator.errors import DrillError
from simulator.room.notes import HIGHEST, LOWEST, Note
from simulator.room.room import Room
from simulator.room.store import Participant
from ui import session
from ui.live.desk_help import INDEPENDENT, SCALE, noted_html, rated_html
from ui.live.desk_model import BEHAVIOURS
from ui.parts.shell import themed
from ui.parts.text import sentence, too_long

PLACE = "judged"
MOST = 2000
"""Characters of a note."""
MOST_WORDS = 400
"""Characters of the words to a rating."""


def judged(room: Room, person: Participant, notes: Sequence[Note]) -> None:
    """Draw the notes and ratings that there are, and the forms that add to them."""
    about = {one: one.capitalize() for one in BEHAVIOURS}
    about |= {one.id: f"{one.id} {one.title}" for _, one in books.load(room.playbook).criteria()}
    _note(room, person, notes, about)
    st.html(themed(noted_html(notes)))
    _rate(room, person, notes, about)
    st.html(themed(rated_html(notes, about, person.name)))


def _note(room: Room, person: Participant, notes: Sequence[Note], about: dict[str, str]) -> None:
    with st.form("judged_note", border=False):
        st.text_area("Note, for facilitators alone", key="judged_text", height=80)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox("About", ["", *about], format_func=lambda one: about.get(one, "nothing in particular"),
                         key="judged_about")  # fmt: skip
            st.form_submit_button("Keep the note", on_click=_kept, args=(room, person, len(notes), _noted))


def _rate(room: Room, person: Participant, notes: Sequence[Note], about: dict[str, str]) -> None:
    st.caption(f"{SCALE} {INDEPENDENT}")
    with st.form("judged_rating", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox("What", list(about), format_func=about.__getitem__, key="judged_what")
            st.segmented_control("Rating", list(range(LOWEST, HIGHEST + 1)), key="judged_rating_value")
        st.text_input("In words", key="judged_words")
        st.form_submit_button("Rate", on_click=_kept, args=(room, person, len(notes), _rated))
    found = session.answered(PLACE)
    if found is not None:
        (st.success if found[0] else st.error)(sentence(found[1]))


def _noted(room: Room, person: Participant) -> str:
    text = str(st.session_state.get("judged_text") or "").strip()
    if not text:
        return ""
    _short(text, MOST)
    room.note(person, "note", text=text, criterion=st.session_state.get("judged_about") or "")
    return "Kept"


def _short(text: str, most: int) -> None:
    """Raise DrillError for a text that is too long; a field with a limit would drop it unsaid."""
    if words := too_long(text, most):
        raise DrillError(words)


def _rated(room: Room, person: Participant) -> str:
    what, rating = st.session_state.get("judged_what"), st.session_state.get("judged_rating_value")
    if rating is None:
        return ""
    text = str(st.session_state.get("judged_words") or "").strip()
    _short(text, MOST_WORDS)
    room.note(person, "rating", criterion=what, rating=rating, text=text)
    return f"{what}: {rating}"


@session.callback(PLACE)
def _kept(room: Room, person: Participant, drawn: int, add: Callable[[Room, Participant], str]) -> None:
    """Add what was typed, once however often a busy browser sends the press."""
    typed = [st.session_state.get(f"judged_{one}") for one in ("text", "about", "what", "rating_value", "words")]
    key = hashlib.blake2s(repr((drawn, add.__name__, typed)).encode(), digest_size=16).hexdigest()
    found = room.once(person, key, lambda: add(room, person))
    words = found.text or ("Say something first" if add is _noted else "Pick a rating first")
    if found.ok and found.text:  # words that were not taken stay, to be given again
        empty = {"text": "", "about": ""} if add is _noted else {"rating_value": None, "words": ""}
        for name, nothing in empty.items():
            st.session_state[f"judged_{name}"] = nothing
    session.answer(PLACE, found.ok and bool(found.text), words)
