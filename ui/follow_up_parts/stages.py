"""A stage of the follow-through: each question, what the record shows of it, the answer and its earlier wordings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from analytics.follow_through.beside import NOTHING, RecordShows
from analytics.follow_through.predicates import StageFinding
from analytics.follow_through.wording import Warned, admonitions, conclusions
from analytics.stages import FollowStage, StageQuestion
from simulator.record.follow_up import LONGEST, Wording
from simulator.text import shortened
from ui import session
from ui.follow_up_parts import fields, keys
from ui.follow_up_parts.opened import OpenedDrill
from ui.parts import shell
from ui.parts.text import escape, plain

LONGEST_TITLE = 130
SIGNS = {"met": "✓", "partial": "◐", "missed": "○", "not_applicable": "–"}


def stage_view(here: OpenedDrill, stage: FollowStage) -> None:
    """Draw one stage."""
    due = f" Within {stage.within_hours:g} hours of the end." if stage.within_hours else ""
    if stage.within_hours == 0.5:  # the only one that nobody says in hours
        due = " Within half an hour of the end."
    st.html(f'<p class="fu-about">{escape(stage.about)}{escape(due)}</p>')
    asked = here.view.asked(stage)
    if stage.questions and not asked:
        st.info(plain(f"Not owed after a {here.view.level} incident. Nothing here counts."), icon=":material/info:")
    for question in asked:
        _question(here, stage, question)
    findings_html([one for one in here.score.findings if one.stage == stage.id])


def findings_html(found: Iterable[StageFinding]) -> None:
    """Draw what earns points here and how far it is."""
    rows = "".join(
        f'<li class="{escape(one.status)}"><i aria-hidden="true">{escape(SIGNS[one.status])}</i> '
        f'<b>{escape(one.title)}</b><span class="p">{_points(one)}</span><br>'
        f'<span class="quiet">{escape(one.why)} {escape(one.advice)}</span></li>'
        for one in found
    )
    st.html(f'<ul class="fu-findings" aria-label="What earns points here">{rows}</ul>')


def _points(one: StageFinding) -> str:
    if one.status == "not_applicable":
        return "does not apply"
    return escape(f"{one.points:g} of {one.out_of:g}")


def _question(here: OpenedDrill, stage: FollowStage, question: StageQuestion) -> None:
    said = here.said(stage.id, question.id)
    key = fields.key_of(here, stage.id, question.id)
    with st.container(border=True, key=f"fu-q-{question.id}", gap="small"):
        shows = here.view.shows(question)
        st.html(f'<p class="fu-ask">{escape(question.ask)}</p>')
        _beside(question, shows.values())
        empty: object = [] if question.several else None if question.among else ""
        met = fields.synced(key, said, empty)

        def title(ident: str) -> str:
            return shortened(shows[ident].title, LONGEST_TITLE) if ident in shows else ident

        off = not here.writes
        label = question.ask
        held = st.session_state.get(key) or []
        # What was picked once stays to be seen, and is kept, where the record has it no more.
        among = [*shows, *(one for one in ([held] if isinstance(held, str) else held) if one not in shows)]
        if question.among and question.several:
            st.multiselect(
                plain(label), among, key=key, format_func=title, label_visibility="collapsed",
                placeholder="Pick what holds", disabled=off,
            )  # fmt: skip
        elif question.among:
            st.selectbox(
                plain(label), among, key=key, format_func=title, label_visibility="collapsed", index=None,
                placeholder="Pick one", disabled=off,
            )  # fmt: skip
        elif question.rows == 1:
            st.text_input(plain(label), key=key, label_visibility="collapsed", disabled=off)
        else:
            st.text_area(
                plain(label), key=key, label_visibility="collapsed", disabled=off, height=28 * question.rows + 20,
            )  # fmt: skip
        fields.remembered(key)
        if question.hint:
            st.caption(plain(question.hint))
        if met:
            fields.clash(here, key, stage.id, question.id, key, said, title, empty)
        if not question.among:
            text = str(st.session_state.get(key) or "")
            warned_html([*admonitions(text), *conclusions(text, here.drill.people)])
            fields.refused_if_long(LONGEST, key)
        _foot(here, stage, question, key, said)


def _foot(here: OpenedDrill, stage: FollowStage, question: StageQuestion, key: str, said: Wording) -> None:
    changes, _ = fields.changed({question.id: key})
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-foot"):
        if here.writes:
            kind = "primary" if changes else "secondary"
            st.button("Save", key=f"{key}-save", type=kind, on_click=_save, args=(here, stage.id, question.id, key))  # type: ignore[arg-type]  # one of its two words
            st.button("Make an action of it", key=f"{key}-act", on_click=keys.to_actions, args=(question.id,),
                      icon=":material/add_task:")  # fmt: skip
        st.html(f'<p class="quiet">{who_html(said)}{" Yours is not saved yet." if changes else ""}</p>')
    shell.refused(key)
    earlier = here.view.there.wordings(stage.id, question.id)[:-1]
    if earlier:
        with st.expander(f"{len(earlier)} earlier wording{'s' if len(earlier) > 1 else ''}", key=f"{key}-earlier"):
            st.html("".join(f"<p>{escape(one.text)}<br><span class='quiet'>{who_html(one)}</span></p>"
                            for one in reversed(earlier)))  # fmt: skip


@session.callback()
def _save(here: OpenedDrill, item: str, name: str, key: str) -> None:
    with session.trying(key):
        session.forget(key)
        changes, seen = fields.changed({name: key})
        if changes:
            fields.written({name: key}, here.write(item, changes, seen))


def who_html(said: Wording) -> str:
    """Return who said something last, and when."""
    if not said.n:
        return "Not answered yet."
    zone = ZoneInfo(st.context.timezone or "UTC")
    at = datetime.fromtimestamp(said.made, zone)
    return escape(f"{said.author}, {at:%-d %b %Y %H:%M}")


def warned_html(found: Iterable[Warned]) -> None:
    """Say of sentences why they are better said in another way; it costs no points."""
    for one in found:
        words = f"<b>Say it again:</b> “{escape(one.sentence)}” — {escape(one.why)}. {escape(one.instead)}."
        st.html(f'<p class="fu-warn" role="note">{words}</p>')


def _beside(question: StageQuestion, shows: Iterable[RecordShows]) -> None:
    rows = [one for one in shows if one.id != NOTHING and one.note]
    if not rows or question.among == "factors":
        return
    with st.expander("What the record shows", key=f"fu-beside-{question.id}"):
        items = "".join(f"<li>{escape(one.title)} <span class='quiet'>{escape(one.note)}</span></li>" for one in rows)
        st.html(f'<ul class="fu-shows">{items}</ul>')
