"""The library: scenarios without their secrets, the playbook, the words we use."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
import yaml

from analytics import playbook as books
from analytics.scorecard import counted
from scenarios import loader
from simulator.errors import DrillError
from ui import session
from ui.library_parts import author, own
from ui.pages import Page
from ui.parts import shell
from ui.parts.playbook import sheet_html
from ui.parts.text import escape, minutes, plain

GLOSSARY = Path(__file__).parent.parent / "glossary.yaml"


def render() -> None:
    """Draw the library, or the author's page of a scenario that was asked for."""
    if name := author.asked():
        return author.page(name)
    shell.head("Library", "What there is to rehearse, and what a good response looks like.", narrow=True)
    first = own.TAB if st.query_params.get("tab") == own.PLACE or session.answered(own.PLACE) else None
    scenarios, brought, playbook, glossary = st.tabs(["Scenarios", own.TAB, "Playbook", "Glossary"], default=first)
    with scenarios:
        for name in loader.catalogue().offered:
            _scenario(name)
    with brought, st.container(key="owntab"):
        own.tab()
    with playbook, st.container(key="booktab"):
        known, name = books.names(), books.DEFAULT
        if len(known) > 1:
            titles = {one: books.load(one).title for one in known}
            name = st.selectbox("Playbook", known, known.index(name), titles.__getitem__, key="library-book")
        st.html(sheet_html(name))
    with glossary:
        for group, words in yaml.safe_load(GLOSSARY.read_text(encoding="utf-8")).items():
            rows = "".join(f"<dt>{escape(word)}</dt><dd>{escape(meaning)}</dd>" for word, meaning in words.items())
            st.html(f"<h3 class='group'>{escape(group)}</h3><dl class='glossary'>{rows}</dl>")
    return None


def _scenario(name: str) -> None:
    try:
        loaded = loader.load(name)
    except DrillError as error:
        st.error(plain(str(error)))
        return
    scenario, variants = loaded.scenario, len(loaded.variants)
    seats, paged = len(scenario.seats()), len(scenario.roles) - len(scenario.seats())
    size = [minutes(scenario.horizon), counted(seats, "seat")]
    size += [counted(paged, "specialist")] if paged else []
    size += [counted(variants, "variant")] if variants > 1 else []
    with st.container(border=True, key=f"scenario-{name}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            st.markdown(f"## {plain(scenario.title)}", width="stretch")
            ready = {"scenario": name}
            st.page_link(Page.LOBBY.file, label="Practise it", icon=":material/play_arrow:", query_params=ready)
        st.caption(" · ".join(size))
        st.text(scenario.summary)
        trains, held, briefing = st.tabs(["What it trains", "Seats", "Briefing"])
        trains.markdown("\n".join(f"- {plain(one)}" for one in scenario.trains))
        held.markdown(
            "\n".join(f"- **{plain(one.title)}** {plain(shell.opening(one.brief))}" for one in scenario.seats())
        )
        briefing.markdown(shell.prose(scenario.briefing))
        author.offer(name)


if __name__ == "__main__":
    render()
