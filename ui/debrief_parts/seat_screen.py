"""What a seat had on its screen at a moment: the drill rebuilt up to then, and nothing of what came later."""

from __future__ import annotations

import streamlit as st

from simulator import events as e
from simulator.briefing import Briefing, briefing
from simulator.engine import Engine
from simulator.errors import DrillError
from simulator.record.journal import late
from simulator.record.replay import rebuild
from simulator.text import clock
from ui.debrief_parts import keys
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.look import quiet
from ui.debrief_parts.sitting import Sitting
from ui.documents.known import SeatView
from ui.parts.feed import alerts_html, lines, outputs_html
from ui.parts.panels import figure, judgement, value_text
from ui.parts.text import escape, sentence

CHANNEL = 14
"""Lines of the channel that are shown, the newest."""
OUTPUTS = 3
KEPT = 6
"""Rebuilt drills that are kept, whoever looks."""
PANELS = 6
LONGEST = 300
"""Characters of a line of the channel."""


def seat_screen(sitting: Sitting, at: int) -> None:
    """Draw one seat's screen as it was at a second."""
    drill = sitting.drill
    if drill.older:
        st.html(quiet("Engine or scenario have changed since this drill, so its screens cannot be built again."))
        return
    seats = {seat.id: seat.title for seat in drill.scenario.seats()}
    chosen = st.pills("Seat", tuple(seats), default=drill.scenario.lead(), format_func=seats.get, key=keys.SEAT,
                      label_visibility="collapsed", wrap=True)  # fmt: skip
    if chosen is None:
        st.html(quiet("Pick a seat to see what stood on its screen."))
        return
    try:
        seen = briefing(_stood(drill.digest, at, drill), str(chosen))
    except DrillError as error:
        st.error(sentence(error), icon=":material/error:")
        return
    _draw(seen, seats[str(chosen)])


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _stood(digest: str, at: int, _drill: Debriefed) -> Engine:
    """Return a drill as it stood at the end of a second; nobody drives it on."""
    journal = _drill.journal
    given = (command for command in journal.commands() if command.at <= at)
    return rebuild(_drill.loaded, journal.header, given, at + 1, late(journal.entries))


def _draw(b: Briefing, title: str) -> None:
    k = SeatView(b)
    st.html(f'<h3 class="db-h3">{escape(title)} at {clock(b.now - 1)}</h3>{_bar(k)}')
    left, middle, right = st.columns([5, 4, 4], gap="medium")
    with left:
        _part("Channel", _channel(b))
    with middle:
        _part("Alerts", alerts_html(b))
        _part("Under way", _listed([*k.under_way(), *(f"Task: {task.text}" for task in k.tasks())]))
        _part("Owed", _listed(k.promises()))
    with right:
        _part("Latest output", outputs_html(b, shown=OUTPUTS) if k.done(e.QueryFinished) else quiet("No output yet."))
    panels = [panel for panel in b.catalogue.panels if panel.on_console][:PANELS]
    if panels:
        st.html('<h3 class="db-h3">Panels</h3>')
        for place, column in enumerate(st.columns(3)):
            with column:
                for panel in panels[place::3]:
                    latest = b.latest(panel.id)
                    alt = f"{panel.title}: {value_text(panel, latest)} {judgement(panel, latest)}"
                    st.plotly_chart(figure(b, panel), key=f"debrief-panel-{panel.id}", alt=alt,
                                    config={"displayModeBar": False})  # fmt: skip


def _part(title: str, html: str) -> None:
    st.html(f'<h3 class="db-h3">{escape(title)}</h3>{html}')


def _bar(k: SeatView) -> str:
    incident = k.b.incident
    facts = (
        ("Severity", k.severity() or "not declared"), ("Status", incident.status),
        *((post, who or "nobody") for post, who in k.posts()),
        ("Only this seat was told", k.b.brief),
    )  # fmt: skip
    cells = "".join(f"<span><span>{escape(name)}</span><b>{escape(value)}</b></span>" for name, value in facts)
    return f'<div class="db-meta">{cells}</div>'


def _channel(b: Briefing) -> str:
    rows = [
        f'<div class="db-it"><span class="t">{clock(entry.at)}</span><b>{escape(said.who)}</b> '
        f"{escape(said.text[:LONGEST])}</div>"
        for entry, said in lines(b)[-CHANNEL:]
    ]
    return "".join(rows) or quiet("Nothing yet.")


def _listed(found: list[str]) -> str:
    return "".join(f'<div class="db-it">{escape(one)}</div>' for one in found) or quiet("Nothing.")
