"""The views of many drills: which there were, their course, who held what, what recurs, and other teams."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import streamlit as st

from analytics import playbook as books
from analytics.about import TURNS
from analytics.report import cells, trend_charts, trends
from analytics.report.tables import each
from analytics.report.trends import QUARTERS, TEAMS, FollowedAction, Names
from analytics.scorecard import counted
from simulator.record.result import DrillResult
from simulator.room import results
from simulator.room.results import Comparable, Wanted
from simulator.text import clock
from ui import session
from ui.debrief_parts import look
from ui.follow_up_parts.retests import resolved
from ui.pages import Page
from ui.parts.live import SERVER
from ui.parts.text import escape
from ui.trend_parts import charted
from ui.trend_parts.scope import PACES, WINDOW, WhoseDrills, books_title, choices, only

NO_ACTION = (
    "No action of these drills is on record. Actions are written in a drill’s follow-through, with an owner, a date "
    "and the drill that tests them again."
)
PAGE = 20
"""Drills of one page of the table."""
MOST_ROWS = 20_000
"""Drills that a download holds at most, so that no page takes all of a server's memory."""
HEADS = ("Date", "Drill", "How", "Score", "Held down by", "Debrief")
KINDS = {"team": "", "alone": "alone", "again": "second life", "scripted": "scripted"}


def names_of(book: str) -> Names:
    """Return the titles of a playbook's parts, criteria and caps."""
    if book not in books.names():
        return {}
    found = books.load(book)
    rows = (*(one for part in found.parts for one in (part, *part.criteria)), *found.caps)
    return {one.id: one.title for one in rows}


def newest(wanted: Wanted) -> list[DrillResult]:
    """Return the drills that charts are made of."""
    return results.window(SERVER.rooms.store, wanted, WINDOW)


def drills_view(wanted: Wanted, number: int) -> None:
    """Draw the table of drills, page by page, and their criteria."""
    store = SERVER.rooms.store
    pages = max(1, -(-number // PAGE))
    at = 1
    if pages > 1:
        at = int(st.number_input(f"Page, of {pages}", 1, pages, key=f"trends-page-{choices()}", width=160))
    _table(results.window(store, wanted, PAGE, PAGE * (at - 1)))
    _downloads(wanted, number)
    shown = newest(wanted)
    for book in dict.fromkeys(one.playbook for one in shown):
        mine = [one for one in shown if one.playbook == book]
        chart = trend_charts.criteria_map(mine, names_of(book))
        charted.draw(chart, f"{books_title(book)}: ✓ met, ◐ in part, ✗ missed, – did not apply. Newest on top.")


def _table(shown: Sequence[DrillResult]) -> None:
    zone = ZoneInfo(st.context.timezone or "UTC")
    own = {here.room.row.id: here.person.id for here in session.seats()}
    teams = {team.id for team, _ in session.teams()}
    rows = []
    for one in shown:
        kind = KINDS[one.kind] if not one.sample else "sample"
        variant = f" · {one.variant}" if one.variant != "base" else ""
        title = f"{escape(one.title)}{escape(variant)}" + (f" <small>{escape(kind)}</small>" if kind else "")
        pace = PACES.get(one.pace, one.pace)
        how = " · ".join((books_title(one.playbook), one.mode, pace))
        spread = f" <small>{one.low:d} to {one.high:d} on other seeds</small>" if one.low is not None else ""
        score = _no_total(one)
        if one.total is not None:
            score = _whole(f"<b>{one.total:d}</b> {escape(one.band or '')}{spread}")
        known = names_of(one.playbook)
        costs = ", ".join(dict.fromkeys([*(known.get(cap, cap) for cap in one.caps), *one.patterns.values()]))
        way = _debrief(one, own, teams)
        date = f"{datetime.fromtimestamp(one.ended, zone):%-d %b %Y}"
        rows.append((_whole(escape(date)), title, _whole(escape(how)), score, escape(costs), way))
    st.html(look.table("Drills", HEADS, rows, "No drill is of this kind; take another period or scenario."))


def _no_total(one: DrillResult) -> str:
    """Return why a drill has no total; of one that was ended early, what had come by then and when."""
    if one.until is None:
        return _whole("no total")
    came = ", ".join(f"{TURNS[turn].lower()} {clock(at)}" for turn in TURNS if (at := one.times.get(turn)) is not None)
    said = _whole(f"ended early at {clock(one.until)}, no total")
    return f"{said} <small>{escape(came or 'nothing had come by then')}</small>"


def _whole(html: str) -> str:
    """Return a cell that is not broken where there is room, whatever the longest of its neighbours would take."""
    return f'<span class="db-whole">{html}</span>'


def _debrief(one: DrillResult, own: Mapping[str, str], teams: Set[str]) -> str:
    """Return the link to a drill's debrief, empty for whoever may not read it."""
    if one.drill in own:
        return f'<a href="./debrief?me={escape(own[one.drill])}">Debrief</a>'
    shared = one.team in teams and one.mode == "training" and not one.sample
    return f'<a href="./debrief?of={escape(one.drill)}">Debrief</a>' if shared else ""


def _downloads(wanted: Wanted, number: int) -> None:
    if not number:
        return

    def frame() -> bytes:
        return cells.csv(trends.drills(results.window(SERVER.rooms.store, wanted, MOST_ROWS)))

    def packed() -> bytes:
        return cells.parquet(trends.drills(results.window(SERVER.rooms.store, wanted, MOST_ROWS)))

    with st.container(horizontal=True, key="trends-downloads"):
        st.download_button("Results (CSV)", frame, "drills.csv", "text/csv", on_click="ignore", key="trends-csv",
                           icon=":material/download:")  # fmt: skip
        st.download_button("Results (Parquet)", packed, "drills.parquet", "application/vnd.apache.parquet",
                           on_click="ignore", key="trends-parquet", icon=":material/download:")  # fmt: skip
    if number > MOST_ROWS:
        look.note(f"The files hold the newest {MOST_ROWS:,}; `drill results` gives all {number:,}.")


def course_view(wanted: Wanted, group: Comparable) -> None:
    """Draw the course of parts and of turning points over the drills of one group."""
    alike = newest(only(wanted, group))
    names = names_of(group.playbook)
    few = ("A drill is a small sample of a team. Dots are drills, the band is the middle half of five drills in a row. "
           "A ring is a drill that was ended early: it has no total, and shows what was judged by then.")  # fmt: skip
    ordered = trends.oldest_first(alike)
    of = results.editions(SERVER.rooms.store, [one.drill for one in ordered])
    edited = [number for number, (before, one) in enumerate(pairwise(ordered), 2)
              if of.get(before.drill) != of.get(one.drill)]  # fmt: skip
    lines = " A dotted line: your team edited the drill there." if edited else ""
    charted.draw(trend_charts.parts_course(alike, names, edited), few + lines)
    mixed = f" {counted(max(edited) - 1, 'drill')} of these came before the last edit." if edited else ""
    minutes = f"Raw minutes, no mean; a grey line is the median. What never came is in no median as a number.{mixed}"
    charted.draw(trend_charts.times_strip(alike), minutes)


def people_view(scope: WhoseDrills, wanted: Wanted) -> None:
    """Draw who has held which role, for the team alone, and how well the team knew how sure to be."""
    shown = newest(wanted)
    if scope.of_a_team:
        first_lives = [one for one in shown if one.kind != "again"]  # a second life goes on with who was there
        charted.draw(trend_charts.coverage_map(first_lives),
                     "For the team, to see who has yet to try what. It says nothing of how anybody did.")  # fmt: skip
    else:
        look.note("Who has held which role is told to a team alone.")
    real = [one for one in shown if one.kind in ("team", "alone")]
    few = "Of what was said last of each cause in each drill. Few forecasts say little: look at the bars."
    charted.draw(trend_charts.calibration_chart(real), few)


def gaps_view(wanted: Wanted) -> None:
    """Draw what recurs: gaps, anti-patterns, and what was resolved about them."""
    shown = [one for one in newest(wanted) if one.kind in ("team", "alone")]
    for book in dict.fromkeys(one.playbook for one in shown):
        mine = [one for one in shown if one.playbook == book]
        of = f"{books_title(book)}, {counted(len(mine), 'drill')}."
        charted.draw(trend_charts.gaps_bars(mine, names_of(book)), of)
    st.header("Anti-patterns", anchor=False)
    found = trends.patterns(shown)
    heads = ("Anti-pattern", "In how many drills", "Last")
    rows = [
        (escape(row.title), f"{row.drills:d} of {row.of:d}", escape(f"{row.last:%-d %b %Y}")) for row in each(found)
    ]
    st.html(look.table("Anti-patterns", heads, rows, f"None showed in {counted(len(shown), 'drill')}."))
    _actions(resolved(shown))


def _actions(followed: Sequence[FollowedAction]) -> None:
    st.header("What you resolved to do", anchor=False)
    found = trends.actions(followed, datetime.fromtimestamp(time.time(), UTC).date())
    heads = ("Action", "Owner", "Due", "State", "Tested again by")
    rows = [
        (escape(row.what), escape(row.owner), escape(f"{row.due}{' (late)' if row.late else ''}"), escape(row.state),
         escape(row.retested or "no drill yet"))
        for row in each(found)
    ]  # fmt: skip
    st.html(look.table("Actions", heads, rows, NO_ACTION))  # fmt: skip


def teams_view(scope: WhoseDrills, wanted: Wanted, group: Comparable) -> None:
    """Draw the same drill across teams, where there are enough of them."""
    if scope.ident == results.SAMPLE:
        st.info("Samples have no other teams: what shows here is of teams that drilled in this place.",
                icon=":material/groups:")  # fmt: skip
        return
    store = SERVER.rooms.store
    mine = {team.id for team, _ in session.teams()}
    mine |= {team.id for here in session.seats() if (team := SERVER.rooms.teams.owner(here.room.row.id))}
    teams = results.newest_of_teams(store, group, mine)
    own = next(iter(results.window(store, only(wanted, group), 1)), None)
    chart = trend_charts.across_teams(teams, own)
    if chart is None:
        st.info(f"The same drill across teams shows from {TEAMS} other teams on, so that no figure tells whose it is. "
                "Teams that share a member count once, and yours never do. So far fewer have played a drill of this "
                "kind in this place.", icon=":material/groups:")  # fmt: skip
        return
    charted.draw(chart, "The newest drill of each other team; those that share a member are one. Every figure is the "
                 "mean of three or four teams next to each other, in whole minutes, so that none says whose it is; "
                 f"quarters show from {QUARTERS} teams on. Nobody sees which team is which.")  # fmt: skip


def lead_on() -> None:
    """Offer what makes a first drill of one's own."""
    st.page_link(Page.LOBBY.file, label="Practise or host a drill", icon=":material/play_arrow:")
    st.page_link(Page.TEAM.file, label="Make a team, or claim a drill for it", icon=":material/group:")

