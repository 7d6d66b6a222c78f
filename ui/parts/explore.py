"""Looking around: every series by label, and the log stream with free filters. Looking leaves no trace."""

from __future__ import annotations

import streamlit as st
from pydantic import ValidationError

from simulator import acts
from simulator.catalogue import Panel
from simulator.monitoring.logs import LogLine
from simulator.record.journal import first_problem
from simulator.text import clock
from ui import session
from ui.parts.panels import figure
from ui.parts.shell import part, refused
from ui.parts.text import escape, plain
from ui.session import Here

PLACE = "explore"
CHART = {"displayModeBar": False, "scrollZoom": False}
LINES = 250
LEGEND = (
    '<p class="legend"><i class="normal"></i>normal <i class="limit"></i>alert <i class="deploy"></i>change '
    '<i class="action"></i>action done</p>'
)
"""What the lines of a panel mean."""


@part(key="explorer")
def explorer(here: Here) -> None:
    """Draw the metric explorer: any series over any window, and a button that makes it evidence."""
    b = here.room.briefing(here.role)
    by_id = {panel.id: panel for panel in b.catalogue.panels}
    one, two = st.columns([3, 1.3], gap="small", vertical_alignment="bottom")
    shown = one.multiselect(
        "Series",
        list(by_id),
        default=[p.id for p in b.catalogue.panels if p.on_console][:2],
        format_func=lambda ident: f"{by_id[ident].title} · {_labels(by_id[ident])}",
        key=session.own(here, "explored"),
        max_selections=4,
        wrap=True,
        placeholder="Any name or label, such as client=mobile",
        persist_state="session",
    )
    minutes = two.segmented_control(
        "Minutes back", [15, 45, 90], default=45, key=session.own(here, "explored-minutes"), required=True,
        persist_state="session",
    )  # fmt: skip
    with st.container():
        for ident in shown:
            chart, pin = st.columns([6, 1], gap="small", vertical_alignment="center")
            drawn = figure(b, by_id[ident], minutes or 45, 170)
            pinned = acts.PinMetric(metric=ident, minutes=minutes or 45)
            chart.plotly_chart(drawn, config=CHART, alt=by_id[ident].title)
            pin.button(
                "Pin",
                key=f"pin-{ident}",
                icon=":material/push_pin:",
                help="Put it into the record as evidence",
                width="stretch",
                **session.giving(here, PLACE, pinned, "Pinned"),
            )
            st.html(f'<p class="labels">{escape(_labels(by_id[ident]))}</p>')
    _outcome()
    st.button("Refresh", key="explore-again", icon=":material/refresh:", type="tertiary")
    st.html(LEGEND)


@part(key="logs")
def logs(here: Here) -> None:
    """Draw the log search: live to look at, one click to make it evidence."""
    b = here.room.briefing(here.role)
    one, two, three, four = st.columns([1.7, 1.2, 1.75, 0.9], gap="small", vertical_alignment="bottom")
    text = one.text_input(
        "Contains", key=session.own(here, "log-text"), placeholder="any text", live="400ms", persist_state="session"
    )
    services = {option.id: option.id for option in b.catalogue.services}
    service = two.selectbox(
        "Service", list(services), index=None, placeholder="all", key=session.own(here, "log-service"),
        persist_state="session",
    )  # fmt: skip
    level = three.segmented_control(
        "Level", ["INFO", "WARN", "ERROR"], key=session.own(here, "log-level"), persist_state="session"
    )
    minutes = four.number_input(
        "Minutes back", 1.0, 180.0, 15.0, 5.0, format="%g", key=session.own(here, "log-minutes"),
        persist_state="session",
    )  # fmt: skip
    try:
        search = acts.SearchLogs(text=text or "", service=service, level=level, minutes=minutes)
    except ValidationError as error:
        st.error(plain(first_problem(error)), icon=":material/block:")
        return
    found = b.search_logs(text=text or "", service=service, level=level, minutes=minutes)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{len(found)} lines" + (f", newest {LINES} shown" if len(found) > LINES else ""))
        st.button("Refresh", key="log-again", icon=":material/refresh:", type="tertiary")
        st.button(
            "Make it evidence",
            key="log-evidence",
            icon=":material/attach_file:",
            **session.giving(here, PLACE, search, "Search is running"),
        )
    _outcome()
    with st.container(height=372, key="logbox"):
        st.html(_log_html(found[-LINES:]))


def _log_html(found: list[LogLine]) -> str:
    if not found:
        return '<p class="quiet">No line matches.</p>'
    rows = "".join(
        f'<div class="log {escape(line.level.lower())}"><span class="t">{clock(line.at)}</span> '
        f"<b>{escape(line.level)}</b> <i>{escape(line.service)}</i> {escape(line.text)}</div>"
        for line in reversed(found)
    )
    return f'<div class="logs" role="log" aria-label="Log lines, newest first" tabindex="0">{rows}</div>'


def _labels(panel: Panel) -> str:
    labels = dict(panel.labels)
    name = labels.pop("__name__", panel.id)
    inner = ",".join(f'{key}="{value}"' for key, value in labels.items())
    return f"{name}{{{inner}}}" if inner else name


def _outcome() -> None:
    outcome = session.answered(PLACE)
    if outcome and outcome[0]:
        st.html(f'<p class="said ok">✓ {escape(outcome[1])}; forms offer it as evidence</p>')
        session.forget(PLACE)  # said once: the other tab, or another series, has nothing to do with it
    elif not refused(PLACE):
        st.empty()  # takes the place: what comes below must not move into it
