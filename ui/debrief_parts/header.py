"""What drill this was, its total with everything that limits it, and where to go from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from analytics.about import times
from analytics.playbook import Playbook
from simulator import acts
from simulator import events as e
from simulator.text import clock
from ui.debrief_parts import keys
from ui.debrief_parts.drill import Debriefed, counts
from ui.debrief_parts.others import NOBODY, ByHand
from ui.pages import Page
from ui.parts.labels import words
from ui.parts.text import escape

ENDED = {"resolved": "closed by the team", "time": "time was up", "stopped": "stopped"}
NO_TOTAL = (
    '<div class="db-total" role="group" aria-label="Total"><div class="n"><em>No total</em></div>'
    "<small>Too little was there to be judged for a number or a band. The findings stand by themselves.</small></div>"
)
"""What stands where the score is while there are findings and no number."""
HIDDEN = (
    '<div class="db-total"><div class="n"><em>The score is kept for the end</em></div>'
    "<small>Talk first: what did you see, what did you know, what else did you consider?</small></div>"
)
"""What stands there while the score is kept for the end."""
TURNS = {"acknowledged": "Acknowledged", "declared": "Declared", "first_update": "First update",
         "first_mitigation": "First mitigation", "recovered": "Recovered", "verified": "Verified",
         "closed": "Closed"}  # fmt: skip



def header(drill: Debriefed, hand: ByHand = NOBODY) -> None:
    """Draw the head of the page."""
    hidden = bool(st.session_state.get(keys.HIDE, False))
    card = drill.card
    total = "" if card is None else HIDDEN if hidden else _total(card, drill, hand)
    st.html(f'<div class="db-head"><div>{_about(drill)}</div>{total}</div>')


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
    said = {name: "never" if at is None else clock(at) for name, at in found.items()}
    cells = "".join(
        f"<span><span>{escape(words)}</span><b>{escape(said[name])}</b></span>" for name, words in TURNS.items()
    )
    return f'<div class="db-meta db-times" role="group" aria-label="Turning points">{cells}</div>'


def _ended(drill: Debriefed) -> str:
    end = drill.view.first(e.DrillEnded)
    return f"{clock(end.at)}, {ENDED[end.body.how]}" if end else "the record stops before the end"


def _total(card: Mapping[str, Any], drill: Debriefed, hand: ByHand) -> str:
    """Return the total with its band in words, the total before caps, and the spread over other seeds."""
    if card["total"] is None:
        return NO_TOTAL
    playbook, made = drill.playbook, drill.view.references.spread
    bands = {one.id: one.title for one in playbook.bands}
    total, uncapped, spread = card["total"], card["uncapped"], card.get("spread")
    caps = ", ".join(f"{cap['id']} at {cap['limit']}" for cap in card["caps"])
    before = f"{uncapped} before caps ({caps})" if caps else "no cap applied"
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


def bar(drill: Debriefed) -> None:
    """Draw the row of controls under the head: view, score last, try again."""
    st.session_state.setdefault(keys.VIEW, keys.SCORE)
    with st.container(horizontal=True, vertical_alignment="center", key="debrief-bar"):
        st.segmented_control("View", keys.VIEWS, key=keys.VIEW, required=True, label_visibility="collapsed", wrap=True)
        if drill.card is not None:
            st.toggle("Score last", key=keys.HIDE, help="Hide the score until the team has told its own story.")
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
