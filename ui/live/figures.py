"""The panels as figures for plotly's own script: made once a scrape and role, and sent as they are."""

from __future__ import annotations

import json
from typing import Any

from simulator.briefing import Briefing
from simulator.catalogue import Panel
from ui.live.piece import Chart, Piece
from ui.parts.panels import judgement, layout_of, series_of, value_text
from ui.parts.text import escape

VALUE = 18
"""Pixels above a curve, for its newest value."""


def shown(b: Briefing) -> list[Panel]:
    """Return the panels of a console."""
    return [panel for panel in b.catalogue.panels if panel.on_console]


def places(b: Briefing) -> list[Piece]:
    """Return where the figures are drawn."""
    return [
        Piece(
            f"panel-{panel.id}",
            f'<p class="figure-title" aria-hidden="true">{escape(panel.title)}</p>'
            f'<div class="figure" id="figure-{escape(panel.id)}" role="img" tabindex="0" data-keep '
            f'aria-label="{escape(panel.title)}"></div>',
            "figures",
        )
        for panel in shown(b)
    ]


def charts(b: Briefing) -> list[Chart]:
    """Return them as they stand after the newest scrape."""
    return [_chart(b, panel) for panel in shown(b)]


def _chart(b: Briefing, panel: Panel) -> Chart:
    made = layout_of(b, panel, height=0)
    # The title stands above the figure, where a long one goes on in a second line.
    layout = {name: part for name, part in made.items() if name not in ("height", "title")}
    layout["margin"] = {**made["margin"], "t": VALUE}
    # What somebody has zoomed into stays so over the next scrape.
    layout |= {"uirevision": panel.id, "dragmode": "zoom", "autosize": True}
    layout["xaxis"] = {**layout["xaxis"], "fixedrange": False}
    data = json.dumps({"data": [series_of(b, panel)], "layout": layout}, separators=(",", ":"), default=_plain)
    latest = b.latest(panel.id)
    word = judgement(panel, latest)
    alt = f"{panel.title}, last 45 minutes: {value_text(panel, latest)}{f', {word}' if word else ''}"
    return Chart(f"figure-{panel.id}", data, alt)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)
