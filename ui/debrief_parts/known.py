"""What was stated against what was so; who knew what, and when; hypotheses, decisions, injects."""

from __future__ import annotations

import math

import streamlit as st

from analytics.report import story
from analytics.report import tables as frames
from simulator.values import Author, Ref
from ui.debrief_parts.charted import show
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.lines import Lines
from ui.debrief_parts.look import at_time, badge, minute, number, sign, stated, table, truth_badge
from ui.parts.labels import words
from ui.parts.text import escape

NEGLIGIBLE = 0.005
"""Share of the avoidable loss that is not worth a word."""
LONGEST = 240
"""Characters of an inject shown in the table."""


def known_view(drill: Debriefed, lines: Lines) -> None:
    """Draw everything about knowing and saying."""
    st.header("Claims and the world", anchor=False)
    _claims(drill)
    st.header("Figures stated, and the truth", anchor=False)
    _figures(drill)
    st.header("What only one role knew", anchor=False)
    _cues(drill)
    st.header("Hypotheses", anchor=False)
    _hypotheses(drill)
    st.header("Checkpoint decisions", anchor=False)
    _decisions(drill, lines)
    st.header("Injects and the response they called for", anchor=False)
    _injects(drill)


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


def _hypotheses(drill: Debriefed) -> None:
    # Which of them was true is told where the team has guessed first.
    show(drill, "hypotheses")


def _decisions(drill: Debriefed, lines: Lines) -> None:
    rows = [
        (
            at_time(r.at),
            f"<b>{escape(r.decision)}</b> by {escape(r.strategy)}<br>{escape(r.actions)}",
            escape(r.why_now),
            "<br>".join(escape(lines.reference(Ref(ref))) for ref in r.evidence) or "nothing linked",
            escape(r.confidence),
            f"{escape(r.executes)}<br><small>checks: {escape(r.verifies)}</small>",
            _fit(r.gap, r.best, drill.journal.references is not None),
        )
        for r in frames.each(story.decisions(drill.view))
    ]
    heads = ("When", "Decision", "Why now", "Rested on", "Confidence", "Does and checks", "How it fits")
    st.html(table("Checkpoint decisions", heads, rows, "No checkpoint decision was recorded."))


def _fit(gap: float, best: str, made: bool) -> str:
    """Return how a branch fits, in words; `gap` is NaN where nothing was done on the decision."""
    if math.isnan(gap):
        return "nothing was started on it" if made else "not computed yet"
    if gap <= NEGLIGIBLE:
        return "the best branch open then"
    better = f"<br><small>better: {escape(best)}</small>" if best else ""
    return f"left {100 * gap:.0f} % of the avoidable loss{better}"


def _injects(drill: Debriefed) -> None:
    rows = []
    for r in frames.each(drill.injects):
        text = r.text if len(r.text) <= LONGEST else f"{r.text[: LONGEST - 1]}…"
        verdict = sign("verdict", r.verdict if r.expected else "none expected")
        when = f" {minute(r.answered)}" if not math.isnan(r.answered) else ""
        came = f"<b>{escape(r.persona)}</b> {escape(text)}"
        response = f'<span class="good">✓ seen</span><br>{badge(verdict)}{when}'
        rows.append((at_time(r.at), came, escape(r.expected) or "–", response))
    heads = ("When", "What came", "It called for", "Response")
    st.html(table("Injects", heads, rows, "No inject was delivered."))
