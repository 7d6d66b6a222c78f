"""The playbook as a side sheet: phases with their windows, ladders, gates, caps. Same for every drill."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from jinja2 import Environment, FileSystemLoader

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
    mine = tuple(sorted(b.incident.duties(here.role))) if here.plays else ()
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
    called = {**LEADS, **dict(titles)}

    def answers(one: books.Criterion) -> tuple[str, str]:
        """Return how a criterion is shown, and who answers for it."""
        tone = "mine" if not mine or not {"all", *mine}.isdisjoint(one.owners) else "theirs"
        named = "everybody" if "all" in one.owners else ", ".join(called.get(o, o) for o in one.owners)
        return tone, "you" if not set(mine).isdisjoint(one.owners) else named

    timed = [one for part in book.parts if part.id == "blueprint" for one in part.criteria if one.t1 is not None]
    phases = [
        (f"T+{low}–{high} · {title}", [one for one in timed if low < (one.t1 or 0) <= high])
        for low, high, title in WINDOWS
    ]
    pages = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
    sheet = pages.get_template("playbook.html")
    return sheet.render(book=book, phases=phases, mine=mine, needed=needed, answers=answers)
