"""The playbook of a drill as a side sheet, whole: phases, severity, dependencies, ladders, gates, templates, limits."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from jinja2 import Environment, FileSystemLoader

from analytics import playbook as books
from analytics.severity import AllOf, AnyOf, Condition, NotSo, SeverityLevel
from ui.parts.labels import words
from ui.parts.shell import themed
from ui.session import Here

WINDOWS = ((0, 10, "Take command"), (10, 20, "Compare options"), (20, 35, "Execute one branch"),
           (35, 50, "Verify"), (50, 60, "Record and hand on"))  # fmt: skip
"""Phases of the default playbook's command timeline, in minutes."""


LADDERS = (
    ("Reversible decision ladder", "branch_fits", (
        ("flag", "disable the risky path, the fastest to undo"),
        ("hotfix", "a targeted patch, where the scope is narrow and can be tested"),
        ("rollback", "all the way to the last known good revision, where much is uncertain or safety depends on it"),
        ("restore", "beside them: bring data or state back, once what wrote it wrongly stands still"),
    )),
    ("Decision confidence ladder", "confidence", (
        ("L1", "incomplete evidence: steps that can be undone, and no closure"),
        ("L2", "partial evidence: bounded mitigation"),
        ("L3", "consistent evidence: broad rollout or closure"),
    )),
    ("Recovery branch strategy matrix", "branch_strategy", (
        ("hotfix", "an isolated regression; the risk is a hidden side effect"),
        ("rollback", "broad uncertainty or safety; the risk is debt that comes back"),
        ("containment", "partial mitigation while one investigates; the risk is that it stays"),
        ("restore", "data or state is wrong and its boundary known; the risk is doing it twice"),
    )),
)  # fmt: skip
"""Title, the predicate by which a playbook has this ladder, and its rungs: what they mean is the same everywhere."""


@st.dialog("Playbook", position="right", width="medium")
def sheet(here: Here) -> None:
    """Open the side sheet of somebody's seat."""
    b = here.room.briefing(here.role)
    there = ((role, duty) for role in b.catalogue.roles for duty in role.duties)
    titles = tuple((duty, role.title) for role, duty in there if b.catalogue.seat_for(duty) == role.id)
    mine = tuple(sorted(b.incident.duties(here.role))) if here.plays else ()
    st.html(themed(sheet_html(here.room.playbook, mine, titles, b.catalogue.needed)))


def response(level: SeverityLevel) -> str:
    """Return how soon a level is answered, in words and as a figure."""
    within = f"within {level.response_minutes:g} min" if level.response_minutes else ""
    return ", ".join(filter(None, (level.response, within)))


def said(condition: Condition) -> str:
    """Return a condition in words."""
    match condition:
        case AllOf():
            return " and ".join(map(_within, condition.all))
        case AnyOf():
            return " or ".join(map(_within, condition.any))
        case NotSo():
            return f"not {_within(condition.not_)}"
    return condition.replace("_", " ")


def _within(condition: Condition) -> str:
    return said(condition) if isinstance(condition, (str, NotSo)) else f"({said(condition)})"


@st.cache_data(show_spinner=False)
def sheet_html(
    name: str = books.DEFAULT,
    mine: tuple[str, ...] = (),
    titles: tuple[tuple[str, str], ...] = (),
    needed: tuple[tuple[str, str], ...] = (),
) -> str:
    """Return the playbook, short enough to look at while the clock runs; what is for other duties than `mine` is pale.

    `titles` are what the scenario calls who has a duty, `needed` its evidence minimum: (what, before what).
    """
    book = books.load(name)
    called = {**words("leads"), **dict(titles)}

    def answers(one: books.Criterion) -> tuple[str, str]:
        """Return how a criterion is shown, and who answers for it."""
        tone = "mine" if not mine or not {"all", *mine}.isdisjoint(one.owners) else "theirs"
        named = "everybody" if "all" in one.owners else ", ".join(called.get(o, o) for o in one.owners)
        return tone, "you" if not set(mine).isdisjoint(one.owners) else named

    blueprint = [one for part in book.parts if part.id == "blueprint" for one in part.criteria]
    timed = [one for one in blueprint if one.t1 is not None]
    phases = [
        (f"T+{low}–{high} · {title}", [one for one in timed if low < (one.t1 or 0) <= high])
        for low, high, title in WINDOWS
    ]
    always = [one for one in blueprint if not any(one in steps for _, steps in phases)]
    def leads(to: str) -> str:
        tree = book.severity.tree or {}
        return f"“{tree[to].ask}”" if to in tree else to

    kinds = {one.kind for _, one in book.criteria()}
    ladders = [(title, rungs) for title, kind, rungs in LADDERS if kind in kinds]
    pages = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
    sheet = pages.get_template("playbook.html")
    return sheet.render(book=book, phases=phases, always=always, mine=mine, needed=needed, answers=answers, leads=leads,
                        says=said, response=response, ladders=ladders, templates=book.templates)  # fmt: skip
