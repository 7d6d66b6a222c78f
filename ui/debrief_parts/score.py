"""Score by part: five bars, then every finding with its reason, its advice and its moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from analytics.report import tables as frames
from simulator.text import clock
from ui.debrief_parts import keys
from ui.debrief_parts.charted import show, show_all
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.lines import Lines
from ui.debrief_parts.look import badge, note, quiet, sign
from ui.debrief_parts.others import NOBODY, corrections, playbook_choice
from ui.debrief_parts.sitting import Sitting
from ui.debrief_parts.total import total
from ui.parts.text import escape, plain

if TYPE_CHECKING:
    import pandas as pd

CHIPS = 8
"""Moments shown under a finding; the drawer leafs through the rest."""
BY_PART, BY_GAP = "Part by part", "Most improvable first"


def score_view(sitting: Sitting) -> None:
    """Draw the score."""
    if sitting.drill.card is None:
        st.html(quiet("There is no score yet. What happened is there already: open another section."))
        return
    total(sitting.drill, sitting.hand)
    played, drill = sitting, playbook_choice(sitting.drill)
    if drill is not played.drill:
        sitting = Sitting(drill, Lines(drill, played.lines.guessed), NOBODY, played.room, played.person)
    left_out = drill.findings["status"] == "not_applicable"
    applies, others = drill.findings[~left_out], drill.findings[left_out]
    _limits(sitting)
    show(drill, "parts")
    note(_sum_words(drill.parts, drill.card or {}, len(others)))
    show_all(drill, "score", but=("parts",))
    for named in _patterns(drill):
        with st.container(border=True, key=f"debrief-pattern-{named['id']}", gap="xsmall"):
            st.html(
                f"<b>Anti-pattern: {escape(named['title'])}</b> · the total is at most {escape(named['limit'])}."
                f"<br>{escape(named['why'])}"
            )
            chips(sitting, f"pattern-{named['id']}", tuple(named["evidence"]), named["title"])
    order = st.segmented_control(
        "Order of findings", (BY_PART, BY_GAP), default=BY_PART, required=True, key="debrief_order"
    )
    if order == BY_GAP:
        for row in frames.each(frames.sort_findings(applies)):
            _finding(sitting, row, with_part=True)
    else:
        _by_part(sitting, applies)
    if not others.empty:
        with st.expander(f"Does not apply to this drill: {len(others)}", key="debrief-left-out"):
            for row in frames.each(others):
                _finding(sitting, row, with_part=True)
    corrections(drill, sitting.hand)


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


def _limits(sitting: Sitting) -> None:
    """Draw every cap with its reason and moments, then what limits a comparison."""
    drill = sitting.drill
    known = drill.rescored.caps if drill.rescored else ()
    titles = {cap.id: cap.title for cap in drill.playbook.caps}
    # A cap is there once for each act that tripped it, in both in the same order.
    for number, cap in enumerate((drill.card or {})["caps"]):
        ident, found = str(cap["id"]), next(iter(known[number : number + 1]), None)
        corrected = " The team took it back in time, which raised the limit." if found and found.self_corrected else ""
        with st.container(key=f"debrief-cap-{ident}-{number}", gap="xsmall"):
            st.html(
                f"<b>Cap {escape(ident)}: {escape(titles.get(ident, ''))}</b> · "
                f"the total is at most {escape(cap['limit'])}. {escape(cap['why'])}{corrected}"
            )
            if found:
                chips(sitting, f"cap-{ident}-{number}", found.evidence, f"{ident} {found.title}")
    said = (drill.card or {}).get("remarks")
    for remark in (drill.rescored.remarks if drill.rescored else ()) if said is None else said:
        note(remark)


def _by_part(sitting: Sitting, applies: pd.DataFrame) -> None:
    for part in frames.each(sitting.drill.parts):
        rows = applies[applies["part"] == part.part]
        open_points = int((rows["gap"] > 0).sum())
        state = "everything met" if not open_points else f"{open_points} of {len(rows)} with points left"
        if rows.empty:
            state = "nothing that applies"
        label = f"**{plain(part.title)}** {part.points:g} of {part.out_of:g} · {state}"
        with st.expander(label, key=f"debrief-part-{part.part}"):
            for row in frames.each(rows):
                _finding(sitting, row)


def _finding(sitting: Sitting, row: Any, with_part: bool = False) -> None:
    drill, hand = sitting.drill, sitting.hand
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
        chips(sitting, row.id, row.evidence, f"{row.id} {row.title}")


def chips(sitting: Sitting, ident: str, evidence: tuple[int, ...], about: str) -> None:
    """Draw the moments of something; picking one opens the drawer on it, and the debrief stands there."""
    drill = sitting.drill
    among = frames.known(evidence, drill.journal)
    if not among:
        return
    key = f"debrief-chips-{ident}"

    def label(seq: int) -> str:
        entry = drill.entry(seq)
        return f"{plain(clock(entry.at))} {plain(sitting.lines.short(entry))}"

    st.pills(
        f"Moments of {about}", among[:CHIPS], key=key, format_func=label, label_visibility="collapsed",
        on_change=keys.picked, args=(key, among, about, tuple(drill.entry(seq).at for seq in among)), wrap=True,
    )  # fmt: skip
    if len(among) > CHIPS:
        note(f"and {len(among) - CHIPS} more, in the drawer")
