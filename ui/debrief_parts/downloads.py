"""What can be taken away: the journal, the scorecard."""

from __future__ import annotations

import json

import streamlit as st

from analytics.overrides import with_overrides
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.others import NOBODY, ByHand


def downloads(drill: Debriefed, hand: ByHand = NOBODY) -> None:
    """Draw the download buttons."""
    head = drill.journal.header
    name = f"{head.scenario}-{head.variant}-seed{head.seed}"
    with st.container(horizontal=True, key="debrief-downloads"):
        st.download_button(
            "Journal (JSONL)", lambda: "\n".join(drill.journal.lines()) + "\n", f"{name}.jsonl", "application/jsonl",
            on_click="ignore", icon=":material/download:", key="debrief_journal",
        )  # fmt: skip
        if drill.card is not None:
            card = with_overrides(drill.card, hand.made)
            st.download_button(
                "Scorecard (JSON)", json.dumps(card, ensure_ascii=False, indent=2), f"{name}-score.json",
                "application/json", on_click="ignore", icon=":material/download:", key="debrief_scorecard",
            )  # fmt: skip
