"""A real incident beside drills of the same kind: its minutes on one strip with theirs."""

from __future__ import annotations

import streamlit as st

from analytics.about import TURNS
from analytics.report import trend_charts
from analytics.report.real import RealIncident, read_timeline
from simulator.errors import DrillError
from simulator.room.results import Comparable, Wanted
from simulator.text import clock
from ui.debrief_parts import look
from ui.parts.text import escape, plain, sentence
from ui.trend_parts import charted
from ui.trend_parts.scope import only
from ui.trend_parts.views import newest

LARGEST_MB = 1
NOT_IN_IT, FROM_ZERO = -1, -2
ABOUT = (
    "Choose a drill of the same kind as the incident. The file is read and not kept: CSV or a Markdown table with a "
    "time and what happened, or Markdown with start_time and end_time at its top, as collections of postmortems have "
    "it. A column called turn may name the turning points."
)


def beside_view(wanted: Wanted, group: Comparable) -> None:
    """Ask for a real timeline and draw it beside the drills of one group."""
    look.note(ABOUT)
    file = st.file_uploader("Timeline of a real incident", max_upload_size=LARGEST_MB, key="real-file")
    alike = newest(only(wanted, group))
    if file is None:
        charted.draw(trend_charts.times_strip(alike))
        return
    try:
        incident = read_timeline(file.getvalue().decode("utf-8"), file.name)
    except UnicodeDecodeError:
        st.error(plain(f"{file.name} is not UTF-8 text; save it as CSV in UTF-8"), icon=":material/error:")
        return
    except DrillError as error:
        st.error(sentence(error), icon=":material/error:")
        return
    zero = _page(incident, file.file_id)
    turns = {turn: minute - (zero or 0.0) for turn, minute in _turns(incident, zero, file.file_id).items()}
    charted.draw(trend_charts.times_strip(alike, turns, incident.title, paged=zero is not None),
                 "A drill compresses: compare the order and the gaps before the minutes.")  # fmt: skip
    rows = [(escape(clock(round(60 * (line.minute - (zero or 0.0))))), escape(line.text)) for line in incident.lines]
    after = "After its first line" if zero is None else "After its page"
    with st.expander("The timeline as it was read", key="real-lines"):
        st.html(look.table(incident.title, (after, "What happened"), rows, "Nothing.", cards=False))


def _page(incident: RealIncident, file: str) -> float | None:
    """Ask which line is the page; return the minute of it after the first line, None where it is not known."""
    counted = [] if incident.zero is None else [FROM_ZERO]
    places = [NOT_IN_IT, *counted, *range(len(incident.lines))]
    said = {NOT_IN_IT: "None of them, or nobody knows", FROM_ZERO: "The moment from which the file counts, its T+0"}
    seems = incident.page()
    first = counted[0] if counted else NOT_IN_IT if seems is None else seems
    place = st.selectbox(
        "Which line is the page, from which a drill counts", places, places.index(first), key=f"real-page-{file}",
        format_func=lambda one: said.get(one) or told(incident, one, 0.0),
    )  # fmt: skip
    if place is not None and place == seems and not counted:
        st.caption("Proposed by its words, and taken as the page: pick another line if it is not.")
    if place is None or place == NOT_IN_IT:
        return None
    return incident.zero if place == FROM_ZERO else incident.lines[place].minute


def told(incident: RealIncident, place: int, zero: float) -> str:
    """Return a line of a timeline as it is picked, its minutes counted from `zero`."""
    if place == NOT_IN_IT:
        return "Not in it"
    line = incident.lines[place]
    return f"{clock(round(60 * (line.minute - zero)))} {line.text[:60]}"


def _turns(incident: RealIncident, zero: float | None, file: str) -> dict[str, float]:
    """Ask which line is which turning point, as far as the file does not say; return their minutes."""
    proposed = incident.proposed()
    places = [NOT_IN_IT, *range(len(incident.lines))]

    found = {}
    asked = "Which line is which turning point (proposed by its words: put it right)"
    with (
        st.expander(asked, expanded=True, key="real-turns"),
        st.grid(3, min_column_width=240, gap="small", key="real-turn-grid"),
    ):
        for turn, title in TURNS.items():
            first = places.index(proposed.get(turn, NOT_IN_IT))
            place = st.selectbox(title, places, first, format_func=lambda one: told(incident, one, zero or 0.0),
                                 key=f"real-{turn}-{file}")  # fmt: skip
            if place is not None and place != NOT_IN_IT:
                found[turn] = incident.lines[int(place)].minute
    return found
