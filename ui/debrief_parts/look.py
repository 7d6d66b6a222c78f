"""How the debrief looks: small pieces of HTML. What people typed is escaped here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from simulator.text import clock
from ui.parts.labels import words
from ui.parts.text import escape

STYLE = Path(__file__).with_name("debrief.css")
"""What the debrief has beyond the style of every page."""


class Sign(NamedTuple):
    """A status as a sign and a word: the colour is never the only one to say it."""

    sign: str
    word: str
    tone: str


def sign(kind: str, name: str) -> Sign:
    """Return the sign of a finding's `status`, or of the `verdict` on how an inject was answered."""
    return Sign(*words(kind)[name])


def badge(sign: Sign) -> str:
    """Return a status badge."""
    shown = f'<i aria-hidden="true">{escape(sign.sign)}</i> {escape(sign.word)}'
    return f'<span class="db-badge {escape(sign.tone)}">{shown}</span>'


def truth_badge(holds: object, right: str = "true", wrong: str = "not so") -> str:
    """Return a badge for what the world says to a statement; nothing where nobody can tell."""
    if holds is None or (not isinstance(holds, bool) and str(holds) == "<NA>"):
        return badge(Sign("–", "cannot be checked", "quiet"))
    return badge(Sign("✓", right, "good") if bool(holds) else Sign("✗", wrong, "bad"))


def number(value: float) -> str:
    """Return a count or share as people write it."""
    if math.isnan(value):
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}".removesuffix(".0")


def stated(low: float, high: float) -> str:
    """Return a stated figure, point or interval."""
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def at_time(seconds: float) -> str:
    """Return a drill second for a cell of a table."""
    return f'<span class="t">{clock(round(seconds))}</span>'


def minute(value: float, missing: str = "never") -> str:
    """Return a drill minute as a clock."""
    return missing if math.isnan(value) else clock(round(60 * value))


def table(
    label: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], nothing: str, *, cards: bool = True
) -> str:
    """Return a table of cells that are HTML already, or the line `nothing`.

    On a narrow screen each row becomes a card; without `cards` the table scrolls.
    """
    if not rows:
        return quiet(nothing)
    head = "".join(f"<th>{escape(h)}</th>" for h in heads)
    body = "".join(
        "<tr>" + "".join(_cell(name, cell) for name, cell in zip(heads, row, strict=True)) + "</tr>" for row in rows
    )
    kind = "db-table cards" if cards else "db-table"
    return (
        f'<div class="db-scroll"><table class="{kind}" aria-label="{escape(label)}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(head: str, html: str) -> str:
    # One child, so that the cards of a narrow screen can put the head beside it; an empty cell takes no line there.
    return f'<td data-h="{escape(head)}"><div>{html}</div></td>' if html else "<td></td>"


def note(text: str) -> None:
    """Draw a remark beside something. Streamlit's own captions are too pale on white for small print."""
    st.html(f'<p class="db-note">{escape(text)}</p>')


def quiet(text: str) -> str:
    """Return a line for a place that has nothing to show."""
    return f'<p class="db-none">{escape(text)}</p>'
