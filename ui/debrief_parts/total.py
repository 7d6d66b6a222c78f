"""The total with everything that limits it, in one box."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from analytics.playbook import Playbook
from analytics.report.charts.score import limits_of
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.others import ByHand
from ui.parts.text import escape

NO_TOTAL = (
    '<div class="db-total" role="group" aria-label="Total"><div class="n"><em>No total</em></div>'
    "<small>Too little was there to be judged for a number, or the facilitator ended the drill. The findings stand by "
    "themselves.</small></div>"
)
"""What stands where the total is while there are findings and no number."""


def total(drill: Debriefed, hand: ByHand) -> None:
    """Draw the total of a drill that is scored."""
    st.html(_total(drill.card or {}, drill, hand))


def _total(card: Mapping[str, Any], drill: Debriefed, hand: ByHand) -> str:
    """Return the total with its band in words, the total before limits, and the spread over other seeds."""
    if card["total"] is None:
        return NO_TOTAL
    playbook, made = drill.playbook, drill.view.references.spread
    bands = {one.id: one.title for one in playbook.bands}
    total, uncapped, spread = card["total"], card["uncapped"], card.get("spread")
    # A limit above what was earned cut nothing.
    cut = [one for one in limits_of(card) if one["limit"] < uncapped]
    titles = {one.id: one.title for one in (*playbook.caps, *playbook.anti_patterns)}
    named = "; ".join(f"{titles.get(one['id'], one['id'])}: at most {one['limit']}" for one in cut)
    before = f"{uncapped} before limits ({named})" if cut else "no limit cut it"
    over = "spread over other seeds not computed"
    if spread:
        others = f"{len(made.totals)} other seeds" if made else "other seeds"
        over = f"the same commands on {others}: {spread['low']}–{spread['high']}, median {spread['median']}"
    band = escape(f"{card['band']} · {bands.get(card['band'], '')}".rstrip(" ·"))
    return (
        f'<div class="db-total" role="group" aria-label="Total"><div class="n"><b>{escape(total)}</b>'
        f"<span>of 100</span><em>{band}</em></div>{_strip(total, spread, playbook)}"
        f"<small>{escape(before)}<br>{escape(over)}</small>{hand.total(card)}</div>"
    )


def _strip(total: int, spread: Mapping[str, int] | None, playbook: Playbook) -> str:
    ends = sorted(playbook.bands, key=lambda band: band.at_least)
    tops = [*(band.at_least for band in ends[1:]), 100]
    track = "".join(f'<span style="width:{top - b.at_least}%"></span>' for b, top in zip(ends, tops, strict=True))
    names = "".join(
        f'<span class="lab" style="left:{(b.at_least + top) / 2}%">{escape(b.title)}</span>'
        for b, top in zip(ends, tops, strict=True)
    )
    span = ""
    if spread:
        width = max(0, spread["high"] - spread["low"])
        span = f'<span class="range" style="left:{spread["low"]:d}%;width:{width:d}%"></span>'
    return (
        f'<div class="db-strip" aria-hidden="true"><div class="track">{track}</div>{span}'
        f'<span class="dot" style="left:{total}%"></span>{names}</div>'
    )
