"""Who held which cue and when it reached others; hypotheses; what was stated against what was so; injects."""

from __future__ import annotations

import math

import streamlit as st

from analytics.report import tables as frames
from simulator.text import shortened
from simulator.values import Author
from ui.debrief_parts import keys
from ui.debrief_parts.charted import show, show_all
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.look import at_time, badge, minute, number, quiet, sign, stated, table, truth_badge
from ui.debrief_parts.sitting import Sitting
from ui.parts.labels import words
from ui.parts.text import escape

LONGEST = 240
"""Characters of an inject shown in the table."""


def known_view(sitting: Sitting) -> None:
    """Draw everything about knowing and saying."""
    drill = sitting.drill
    st.header("What only one role knew", anchor=False)
    show(drill, "cues")
    with st.expander("Each cue: who had it, when, and when it reached the others", key="debrief-cues-table"):
        _cues(drill)
    st.header("Hypotheses over time", anchor=False)
    # Which of them was true, and so what claims called for, is told where the group has guessed first.
    guessed = keys.guessed(drill.digest)
    show(drill, "hypotheses", truth=guessed)
    st.header("Claims and the world", anchor=False)
    _claims(drill)
    st.header("Figures stated, and the truth", anchor=False)
    _figures(drill)
    st.header("Injects and the response they called for", anchor=False)
    if guessed:
        show(drill, "injects")
    else:
        st.html(quiet("What each called for tells what was false; it opens once you have guessed what it was."))
    with st.expander("Each inject in words, and who alone was told", key="debrief-injects-table"):
        _injects(drill, guessed)
    show_all(drill, "known", but=("cues", "hypotheses", "injects"))


def _claims(drill: Debriefed) -> None:
    rows = [
        (at_time(r.at), escape(drill.names.person(Author(r.by))), f"{escape(r.about)}: <b>{escape(r.said)}</b>",
         escape(r.true), truth_badge(r.holds))
        for r in frames.each(drill.claims)
    ]  # fmt: skip
    heads = ("When", "Who", "Said", "In truth", "Was it so")
    st.html(table("Claims and the world", heads, rows, "Nobody stated severity, status or recovery."))


def _figures(drill: Debriefed) -> None:
    rows = [
        (
            at_time(r.at), escape(drill.names.person(Author(r.by))),
            escape(words("where").get(r.where, r.where.replace("_", " "))), escape(r.title),
            f"<b>{stated(r.low, r.high)}</b> {escape(r.unit)}",
            "forecast" if r.where == "record_snapshot" else f"{number(r.true)} {escape(r.unit)}",
            "" if r.where == "record_snapshot" else truth_badge(r.holds, "within 20 %", "off"),
        )
        for r in frames.each(drill.figures)
    ]  # fmt: skip
    heads = ("When", "Who", "Where", "Figure", "Said", "True", "Was it so")
    st.html(table("Figures and the truth", heads, rows, "Nobody stated a figure."))


def _cues(drill: Debriefed) -> None:
    rows = []
    for r in frames.each(drill.cues):
        never = r.how == "never"
        how = words("how")[r.how]
        shared = "never" if never else how if math.isnan(r.shared) else f"{minute(r.shared)}, {how}"
        waited = "" if math.isnan(r.waited) else f"{r.waited:.0f} min"
        rows.append(
            (
                f"<b>{escape(r.title)}</b>", escape(r.text), escape(r.matters_for), minute(r.known, "not in the room"),
                f'<span class="{"bad" if never else ""}">{"✗ " if never else ""}{escape(shared)}</span>', waited,
            )
        )  # fmt: skip
    heads = ("Who knew", "What", "It matters for", "Known", "Shared", "Kept for")
    st.html(table("What only one role knew", heads, rows, "This scenario gives no role knowledge of its own."))


def _injects(drill: Debriefed, guessed: bool) -> None:
    rows = []
    for r in frames.each(drill.injects):
        text = shortened(r.text, LONGEST)
        verdict = sign("verdict", r.verdict if r.expected else "none expected")
        when = f" {minute(r.answered)}" if not math.isnan(r.answered) else ""
        alone = f"<br><small>told to {escape(r.to)} alone</small>" if r.to else ""
        came = f"<b>{escape(r.persona)}</b> {escape(text)}{alone}"
        response = f'<span class="good">✓ seen</span><br>{badge(verdict)}{when}'
        rows.append((at_time(r.at), came, escape(r.expected) or "–", response))
    heads = ("When", "What came", "It called for", "Response")
    told = len(heads) if guessed else 2
    st.html(table("Injects", heads[:told], [row[:told] for row in rows], "No inject was delivered."))
