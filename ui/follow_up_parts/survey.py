"""The survey of lessons: five questions, with a name or without, and what everybody said."""

from __future__ import annotations

import streamlit as st

from simulator.record.follow_up import LONGEST, NOTHING
from simulator.room import afterwards
from ui import session
from ui.follow_up_parts import fields
from ui.follow_up_parts.opened import OpenedDrill, as_it_stands
from ui.parts import shell
from ui.parts.live import SERVER
from ui.parts.text import escape, plain
from ui.reports.afterwards import QUESTIONS, survey

PLACE = "survey"
NAMED = "named"


def survey_view(here: OpenedDrill) -> None:
    """Draw the questions until they are answered, then what came of them."""
    store = SERVER.rooms.store
    if afterwards.has_given(store, here.person):
        st.html('<p class="quiet">You have answered. Thank you.</p>')
    else:
        _asked(here)
    st.html(results_html(survey(as_it_stands(here))))


def _key(here: OpenedDrill, name: str) -> str:
    """Return the key of a field: what somebody begins to say of one drill is not said of another."""
    return f"survey-{here.person.id}-{name}"


def _asked(here: OpenedDrill) -> None:
    with st.container(border=True, key="survey-form"):
        for ident, (ask, rating) in QUESTIONS.items():
            key = _key(here, ident)
            fields.synced(key, NOTHING, None if rating else "")
            if rating:
                st.segmented_control(plain(ask), ["1", "2", "3", "4", "5"], key=key)
            else:
                st.text_area(plain(ask), key=key, height=80)
                fields.refused_if_long(LONGEST, key)
            fields.remembered(key)
        st.toggle(
            "With my name", key=_key(here, NAMED),
            help="Without it neither a name nor a time is kept with the answers, nor in which order they came. In a "
            "small team people may still guess from the words.",
        )  # fmt: skip
        st.button("Hand in", type="primary", key="survey-give", on_click=_give, args=(here,))
        shell.refused(PLACE)


@session.callback(PLACE)
def _give(here: OpenedDrill) -> None:
    session.forget(PLACE)
    said = {ident: str(st.session_state.get(_key(here, ident)) or "") for ident in QUESTIONS}
    named = bool(st.session_state.get(_key(here, NAMED)))
    afterwards.give(SERVER.rooms.store, here.room, here.person, said, named=named)
    fields.forget(*(_key(here, ident) for ident in QUESTIONS))


def results_html(found: list[dict[str, object]]) -> str:
    """Return what the survey came to as HTML, with words for when nobody answered."""
    return "".join(_result(one) for one in found) or '<p class="quiet">Nobody has answered yet.</p>'


def _result(one: dict[str, object]) -> str:
    if not one["answers"]:
        return ""
    counts, words = one["counts"], one["words"]
    assert isinstance(counts, list)
    assert isinstance(words, list)
    bars = "".join(
        f'<span><b>{row["rating"]:d}</b><i style="height:{4 + 40 * row["people"] / max(1, most(counts)):.0f}px"></i>'
        f'{row["people"]:d}</span>'
        for row in counts
    )
    said = "".join(f"<li>{escape(row['text'])} <span class='quiet'>{escape(row['by'])}</span></li>" for row in words)
    shown = f'<div class="fu-bars">{bars}</div>' if counts else f'<ul class="fu-shows">{said}</ul>'
    return f'<h3 class="group">{escape(one["ask"])}</h3>{shown}'


def most(counts: list[dict[str, int]]) -> int:
    """Return the largest count."""
    return max((row["people"] for row in counts), default=0)
