"""Following a drill through: review, causes, actions, survey, documents, by everybody who was in it, at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from simulator.errors import DrillError
from simulator.record.follow_up import ACTION
from simulator.room import afterwards
from ui import session
from ui.follow_up_parts import fields, keys
from ui.follow_up_parts.actions import NEW, actions_view
from ui.follow_up_parts.opened import OpenedDrill, opened
from ui.follow_up_parts.papers import papers_view
from ui.follow_up_parts.retests import retests
from ui.follow_up_parts.stages import stage_view
from ui.follow_up_parts.survey import survey_view
from ui.pages import Page
from ui.parts import shell
from ui.parts.live import SERVER
from ui.parts.text import escape

# Streamlit prints string literals of a page's script, so what these mean is said in comments.
STYLE = Path(__file__).parent.parent / "follow_up_parts" / "follow_up.css"
LOOK_SECONDS = 6.0  # between two looks at whether others wrote something
DRAFTED = {NEW: "Actions", ACTION: "Actions"}
REST = {keys.ACTIONS: "Actions", keys.SURVEY: "Survey", keys.DOCUMENTS: "Documents"}


def render() -> None:
    """Draw the follow-through of the drill behind the link."""
    st.html(STYLE)
    try:
        here = session.here()
    except DrillError as error:
        return shell.kept_out("You are not in this drill here", error)
    if here is None:
        words = "Open it from the debrief of a drill that you were in; its link is for those who took part."
        return shell.dead_end("No drill to follow through", words)
    if not here.room.ended:
        return shell.still_running(here, "follow-through")
    try:
        found = opened(here.room, here.person)
    except DrillError as error:
        return shell.dead_end("This follow-through cannot be read", str(error))
    if found is None:
        return shell.dead_end("Nothing to follow through", "The playbook of this drill asks for nothing afterwards.")
    return _page(found, here)


def _page(here: OpenedDrill, me: session.Here) -> None:
    shell.head(f"Follow-through: {here.drill.scenario.title}", here.view.rules.about, narrow=True)
    st.page_link(Page.DEBRIEF.file, label="Back to the debrief", icon=":material/arrow_back:", query_params=me.link)
    if here.writes:
        fields.ask_before_leaving()
    _total(here)
    retests(here.room)
    _news(here)
    stages = {stage.id: stage for stage in here.view.rules.stages}
    titles = {**{ident: stage.title for ident, stage in stages.items()}, **REST}
    st.session_state.setdefault(keys.VIEW, next(iter(titles)))
    if st.session_state[keys.VIEW] not in titles:
        st.session_state[keys.VIEW] = next(iter(titles))
    st.segmented_control(
        "View", list(titles), key=keys.VIEW, format_func=titles.__getitem__, required=True,
        label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    view, unsaved = st.session_state[keys.VIEW], st.empty()
    if view in stages:
        stage_view(here, stages[view])
    elif view == keys.ACTIONS:
        actions_view(here)
    elif view == keys.SURVEY:
        survey_view(here)
    else:
        papers_view(here)
    _unsaved(here, unsaved, {**{ident: stage.title for ident, stage in stages.items()}, **DRAFTED})


def _unsaved(here: OpenedDrill, place: DeltaGenerator, titles: Mapping[str, str]) -> None:
    """Say in which views this person has words that nobody else can read yet."""
    if found := dict.fromkeys(titles[item] for item in fields.unsaved(here, titles)):
        place.html(f'<p class="quiet" role="status">You have not saved yet, in: {escape(", ".join(found))}.</p>')


def _total(here: OpenedDrill) -> None:
    score = here.score
    parts = "".join(_part(stage.title, *score.stage(stage.id)) for stage in here.view.rules.stages)
    total = "Nothing is owed" if score.total is None else f"<b>{score.total:d}</b> of 100"
    st.html(
        f'<div class="fu-total" role="group" aria-label="Follow-through"><span class="n">{total}</span>{parts}'
        '<small>Apart from the drill’s own score.</small></div>'
    )


def _part(title: str, points: float, out_of: float) -> str:
    return f"<span>{escape(title)} <b>{points:g}</b> of {out_of:g}</span>"


@st.fragment(run_every=LOOK_SECONDS)
def _news(here: OpenedDrill) -> None:
    """Say that others wrote something since; what is half written stays when it is shown."""
    try:
        last = afterwards.last(SERVER.rooms.store, here.room.row.id)
    except DrillError:
        return  # the page says so the next time it is drawn
    words = "Others wrote something: show it"
    if last > here.view.there.upto and st.button(words, key="follow_news", icon=":material/sync:"):
        st.rerun()


if __name__ == "__main__":
    render()
