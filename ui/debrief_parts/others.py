"""The score beside the score: what another playbook gives the same record, and what a facilitator set by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from analytics import playbook as books
from analytics.overrides import in_force, total_by_hand
from analytics.report import tables as frames
from simulator.errors import DrillError
from ui.debrief_parts import keys
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.look import quiet
from ui.parts.reviewed import counts
from ui.parts.text import escape, plain, sentence

Correct = Callable[[str, float, str], None]
"""Keeps somebody's own points for a criterion, with the reason. Raises DrillError."""
TOLD = "debrief_corrected"


@dataclass(frozen=True)
class ByHand:
    """What facilitators corrected in a drill, and how whoever reads it corrects more, if they may."""

    made: tuple[Mapping[str, Any], ...] = ()
    correct: Correct | None = None
    nameless: bool = False
    per: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Criterion -> the correction that stands beside it."""

    @classmethod
    def of(cls, drill: Debriefed, made: tuple[Mapping[str, Any], ...], correct: Correct | None) -> ByHand:
        """Return the corrections of a drill."""
        return cls(made, correct, drill.nameless, in_force(made, drill.card) if drill.card else {})

    def words(self, criterion: str) -> str:
        """Return the correction of one criterion as HTML, empty without one."""
        one = self.per.get(criterion)
        if one is None:
            return ""
        who = "the facilitator" if self.nameless else str(one["author"])
        points = f"<b>By hand: {one['points']:g} of {one['out_of']:g}</b>"
        return f'<p class="hand">{points} {escape(who)}: “{escape(str(one["reason"]))}”</p>'

    def total(self, card: Mapping[str, Any]) -> str:
        """Return the total with the corrections as HTML, empty without any."""
        total = total_by_hand(card, self.per)
        if total is None:
            return ""
        count = f"{len(self.per)} correction{'' if len(self.per) == 1 else 's'}"
        told = f"<b>{escape(total)} of 100 with {count} by hand</b> The number above is the record’s own."
        return f'<p class="hand">{told}</p>'


NOBODY = ByHand()


def playbook_choice(drill: Debriefed) -> Debriefed:
    """Let people choose another playbook; return the drill as that one scores it, and say which score counts."""
    known, own = books.names(), counts(drill.journal)
    if drill.card is None or drill.journal.references is None or drill.older or len(known) < 2:
        return drill
    titles = {name: books.load(name).title for name in known}
    first = own if own in known else books.DEFAULT
    chosen = st.selectbox(
        "Scored with", known, known.index(first), key=keys.BOOK, width=380,
        format_func=lambda name: f"{titles[name]}{' (counts)' if name == first else ''}",
    )  # fmt: skip
    if chosen in (None, first):
        return drill
    other = _read_with(drill, str(chosen))
    st.html(
        f'<p class="db-beside" role="status"><b>{escape(titles[str(chosen)])}: {_total(other)}</b> '
        f"To compare with {escape(titles[first])}, with which it was played: {_total(drill)}. That one counts.</p>"
    )
    return other


def _read_with(drill: Debriefed, name: str) -> Debriefed:
    shelf: dict[str, Debriefed] = drill.beside
    if name not in shelf:
        shelf[name] = drill.read_with(name)
    return shelf[name]


def _total(drill: Debriefed) -> str:
    card = drill.card or {}
    bands = {band.id: band.title for band in drill.playbook.bands}
    return "no total" if card["total"] is None else f"{card['total']} of 100, {bands.get(card['band'], card['band'])}"


def corrections(drill: Debriefed, hand: ByHand) -> None:
    """Draw what a facilitator corrects with, and every correction in the order in which they were made."""
    if hand.correct is None or drill.card is None:
        return
    findings = {row.id: row for row in frames.each(drill.findings) if row.status != "not_applicable"}
    if not findings:
        return
    with st.expander("Correct points by hand", key="debrief-correct"):
        st.html(quiet("Your points stand beside those of the record, with your name and reason; nothing is replaced."))
        criterion = st.selectbox(
            "Criterion", list(findings), key="correct_criterion",
            format_func=lambda ident: f"{ident} {findings[ident].title}: {findings[ident].points:g} of "
            f"{findings[ident].out_of:g}",
        )  # fmt: skip
        row = findings[str(criterion)]
        points = st.number_input(
            f"Points, of {row.out_of:g}", 0.0, float(row.out_of), float(row.points), 0.5, key=f"correct_points_{row.id}"
        )
        reason = st.text_input("Reason", key="correct_reason", placeholder="What you saw that the record cannot show")
        if st.button("Set beside it", key="correct_set", type="primary"):
            try:
                hand.correct(row.id, float(points), reason)
                st.session_state[TOLD] = (True, f"{row.id} stands at {points:g} of {row.out_of:g} by hand.")
            except DrillError as error:
                st.session_state[TOLD] = (False, sentence(str(error)))
            st.rerun()
        told = st.session_state.pop(TOLD, None)
        if told:
            (st.success if told[0] else st.error)(plain(told[1]))
        for one in hand.made:
            who = f"{one['author']}: {one['criterion']} {one['was']:g} → {one['points']:g} of {one['out_of']:g}"
            st.caption(plain(f"{who}. {one['reason']}"))
