"""The playbook as a side sheet: phases with their windows, ladders, gates, caps. Same for every drill."""

from __future__ import annotations

from html import escape

import streamlit as st

from analytics import playbook as books
from simulator.values import DEPUTY
from ui.parts.shell import themed
from ui.session import Here

WINDOWS = ((0, 10, "Take command"), (10, 20, "Compare options"), (20, 35, "Execute one branch"),
           (35, 50, "Verify"), (50, 60, "Record and hand on"))  # fmt: skip
"""Phases of the default playbook's command timeline, in minutes."""
LEADS: dict[str, str] = {
    "commands": "incident commander",
    "deputises": DEPUTY,
    "investigates": "triage lead",
    "executes": "mitigation lead",
    "verifies": "verification lead",
    "speaks": "communications lead",
}
"""Duty -> what whoever has it is called where no scenario is at hand."""


@st.dialog("Playbook", position="right", width="medium")
def sheet(here: Here) -> None:
    """Open the side sheet of somebody's seat."""
    b = here.room.briefing(here.role)
    there = ((role, duty) for role in b.catalogue.roles for duty in role.duties)
    titles = tuple((duty, role.title) for role, duty in there if b.catalogue.seat_for(duty) == role.id)
    mine = () if here.person.facilitator else tuple(sorted(b.incident.duties(here.role)))
    st.html(themed(sheet_html(mine=mine, titles=titles, needed=b.catalogue.needed)))


@st.cache_data(show_spinner=False)
def sheet_html(
    name: str = "recovery",
    mine: tuple[str, ...] = (),
    titles: tuple[tuple[str, str], ...] = (),
    needed: tuple[tuple[str, str], ...] = (),
) -> str:
    """Return the playbook, short enough to look at while the clock runs; what is for other duties than `mine` is pale.

    `titles` are what the scenario calls who has a duty, `needed` its evidence minimum: (what, before what).
    """
    book = books.load(name)
    parts = {part.id: part for part in book.parts}
    called = {**LEADS, **dict(titles)}

    def line(one: books.Criterion, by: str = "") -> str:
        answers = not mine or not {"all", *mine}.isdisjoint(one.owners)
        named = "everybody" if "all" in one.owners else ", ".join(called.get(o, o) for o in one.owners)
        whose = "you" if not set(mine).isdisjoint(one.owners) else named
        return (
            f'<li class="{"mine" if answers else "theirs"}"><b>{escape(one.title)}</b>{by} '
            f'<i class="who">{escape(whose)}</i><br><span>{escape(one.advice)}</span></li>'
        )

    timeline = ""
    for low, high, title in WINDOWS:
        rows = "".join(
            line(one, f" by T+{one.t1:g}")
            for one in parts["blueprint"].criteria
            if one.t1 is not None and low < one.t1 <= high
        )
        timeline += f"<h4>T+{low}–{high} · {title}</h4><ul>{rows}</ul>" if rows else ""
    blueprint = f"<h3>{escape(parts['blueprint'].title)} · {parts['blueprint'].points:g} points · by the clock</h3>"
    severity = "".join(
        f"<tr><td><b>{row.severity}</b></td><td>{escape(', '.join(one.replace('_', ' ') for one in row.any_of))}</td>"
        f"<td>an update every {row.update_minutes:g} min</td></tr>"
        for row in book.severity.rows
    )
    rest = "".join(
        f"<h3>{escape(part.title)} · {part.points:g} points</h3><ul>"
        + "".join(line(one) for one in part.criteria)
        + "</ul>"
        for part in book.parts
        if part.id != "blueprint"
    )
    evidence = "".join(f"<li>{escape(what)}, before {escape(before)}</li>" for what, before in needed)
    minimum = f"<h3>Evidence minimum of this drill</h3><ul>{evidence}</ul>" if evidence else ""
    lead = (
        '<p class="quiet">What a good response looks like, by when, and who answers for it. It is what the debrief '
        "scores by.</p>"
        if not mine
        else '<p class="quiet">Bold: what your seat answers for. Pale: what others do.</p>'
    )
    caps = "".join(f"<li><b>{escape(cap.title)}</b>: at most {cap.limit}</li>" for cap in book.caps)
    return (
        f'<div class="book"><h2>{escape(book.title)}</h2>{lead}{blueprint}{timeline}{minimum}<h3>Severity matrix</h3>'
        f'<table class="plain"><tbody>{severity}</tbody></table>{rest}'
        f"<h3>What limits the score</h3><ul>{caps}</ul></div>"
    )
