"""Score by part: five bars, then every finding with its reason, its advice and its moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from analytics.report import tables as frames
from simulator.text import clock
from ui.debrief_parts import keys
from ui.debrief_parts.charted import show
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.lines import Lines
from ui.debrief_parts.look import badge, note, quiet, sign
from ui.debrief_parts.others import NOBODY, ByHand, corrections, playbook_choice
from ui.parts.text import escape, plain

CHIPS = 8
"""Moments shown under a finding; the drawer leafs through the rest."""
BY_PART, BY_GAP = "Part by part", "Most improvable first"
NEXT_TIME = 5


def score_view(drill: Debriefed, lines: Lines, hand: ByHand = NOBODY) -> None:
    """Draw the score."""
    if drill.card is None:
        st.html(quiet("There is no score yet. What happened is there already: open another view."))
        return
    if st.session_state.get(keys.HIDE, False):
        st.html(quiet("The score is kept for the end. Switch “Score last” off when the team has told its story."))
        return
    played = drill
    drill = playbook_choice(drill)
    if drill is not played:
        lines, hand = Lines(drill), NOBODY
    left_out = drill.findings["status"] == "not_applicable"
    applies, others = drill.findings[~left_out], drill.findings[left_out]
    _limits(drill, lines)
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.header("By part", anchor=False)
        show(drill, "parts")
        note(_sum_words(drill.parts, drill.card, len(others)))
    with right:
        st.header("Worth most next time", anchor=False)
        st.html(_next_time(drill.findings))
    for named in _patterns(drill):
        with st.container(border=True, key=f"debrief-pattern-{named['id']}", gap="xsmall"):
            st.html(
                f"<b>Anti-pattern: {escape(named['title'])}</b> · the total is at most {escape(named['limit'])}."
                f"<br>{escape(named['why'])}"
            )
            _chips(drill, lines, f"pattern-{named['id']}", tuple(named["evidence"]), named["title"])
    order = st.segmented_control(
        "Order of findings", (BY_PART, BY_GAP), default=BY_PART, required=True, key="debrief_order"
    )
    if order == BY_GAP:
        for row in frames.each(frames.sort_findings(applies)):
            _finding(drill, lines, row, hand, with_part=True)
    else:
        _by_part(drill, lines, applies, hand)
    if not others.empty:
        with st.expander(f"Does not apply to this drill: {len(others)}", key="debrief-left-out"):
            for row in frames.each(others):
                _finding(drill, lines, row, hand, with_part=True)
    corrections(drill, hand)


def _patterns(drill: Debriefed) -> Sequence[Mapping[str, Any]]:
    """Return the anti-patterns of a score; cards of before published none, and are judged again where that holds."""
    said = (drill.card or {}).get("anti_patterns")
    if said is None and drill.rescored:
        return drill.rescored.as_data()["anti_patterns"]  # type: ignore[no-any-return]
    return said or ()


def _sum_words(parts: pd.DataFrame, card: Mapping[str, Any], others: int) -> str:
    """Return in a line how the points of the parts come to the total."""
    earned, attainable = float(parts["points"].sum()), float(parts["out_of"].sum())
    if card["total"] is None:
        return f"{earned:.1f} of {attainable:.1f} points that apply here: too few for a total."
    words = f"{earned:.1f} points of the {attainable:.1f} that apply here are {card['uncapped']} of 100, rounded down."
    if others:
        words += f" What does not apply ({others} below) is in neither sum."
    limits = [int(one["limit"]) for one in (*card["caps"], *card.get("anti_patterns", ()))]
    if limits:
        then = f"cuts that to {card['total']}" if card["total"] < card["uncapped"] else "changes nothing"
        words += f" The lowest limit, {min(limits)}, {then}."
    return words


def _limits(drill: Debriefed, lines: Lines) -> None:
    """Draw every cap with its reason and moments, then what limits a comparison."""
    known = {cap.id: cap for cap in drill.rescored.caps} if drill.rescored else {}
    titles = {cap.id: cap.title for cap in drill.playbook.caps}
    for cap in (drill.card or {})["caps"]:
        ident, found = str(cap["id"]), known.get(cap["id"])
        corrected = " The team took it back in time, which raised the limit." if found and found.self_corrected else ""
        with st.container(key=f"debrief-cap-{ident}", gap="xsmall"):
            st.html(
                f"<b>Cap {escape(ident)}: {escape(titles.get(ident, ''))}</b> · "
                f"the total is at most {escape(cap['limit'])}. {escape(cap['why'])}{corrected}"
            )
            if found:
                _chips(drill, lines, f"cap-{ident}", found.evidence, f"{ident} {found.title}")
    said = (drill.card or {}).get("remarks")
    for remark in (drill.rescored.remarks if drill.rescored else ()) if said is None else said:
        note(remark)


def _by_part(drill: Debriefed, lines: Lines, applies: pd.DataFrame, hand: ByHand) -> None:
    for part in frames.each(drill.parts):
        rows = applies[applies["part"] == part.part]
        open_points = int((rows["gap"] > 0).sum())
        state = "everything met" if not open_points else f"{open_points} of {len(rows)} with points left"
        if rows.empty:
            state = "nothing that applies"
        label = f"**{plain(part.title)}** {part.points:g} of {part.out_of:g} · {state}"
        with st.expander(label, key=f"debrief-part-{part.part}"):
            for row in frames.each(rows):
                _finding(drill, lines, row, hand)


def _finding(drill: Debriefed, lines: Lines, row: Any, hand: ByHand, with_part: bool = False) -> None:
    status = sign("status", row.status)
    part = f"{escape(row.part_title)} · " if with_part else ""
    owners = ", ".join("everybody" if o == "all" else drill.names.role(o) for o in row.owners)
    source = f"{part}{escape(row.source)}" + (f" · {escape(owners)}" if owners else "")
    points = "" if row.status == "not_applicable" else f'<span class="p"><b>{row.points:g}</b> of {row.out_of:g}</span>'
    advice = f'<p class="adv"><b>Next time:</b> {escape(row.advice)}</p>' if row.advice else ""
    with st.container(gap="xsmall", key=f"debrief-finding-{row.id}"):
        st.html(
            f'<div class="db-finding"><div class="l">{badge(status)}<b>{escape(row.title)}</b>'
            f'<span class="id">{escape(row.id)}</span>{points}</div><p>{escape(row.why)}</p>{advice}'
            f"{hand.words(row.id)}"
            f'<div class="src">{source}</div></div>'
        )
        _chips(drill, lines, row.id, row.evidence, f"{row.id} {row.title}")


def _chips(drill: Debriefed, lines: Lines, ident: str, evidence: tuple[int, ...], about: str) -> None:
    among = frames.known(evidence, drill.journal)
    if not among:
        return
    key = f"debrief-chips-{ident}"

    def label(seq: int) -> str:
        entry = drill.entry(seq)
        return f"{plain(clock(entry.at))} {plain(lines.short(entry))}"

    st.pills(
        f"Moments of {about}", among[:CHIPS], key=key, format_func=label, label_visibility="collapsed",
        on_change=keys.picked, args=(key, among, about), wrap=True,
    )  # fmt: skip
    if len(among) > CHIPS:
        note(f"and {len(among) - CHIPS} more, in the drawer")


def _next_time(findings: pd.DataFrame) -> str:
    best = frames.sort_findings(findings[findings["gap"] > 0]).head(NEXT_TIME)
    if best.empty:
        return quiet("Nothing: every finding has its full points.")
    rows = "".join(
        f'<div role="listitem"><span class="p">+{row.gap:g}</span><b>{escape(row.title)}</b> '
        f"{badge(sign('status', row.status))}<br>{escape(row.advice or row.why)}</div>"
        for row in frames.each(best)
    )
    return f'<div class="db-list" role="list">{rows}</div>'
