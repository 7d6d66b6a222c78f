"""Many drills: what recurs, what gets better, who has yet to try what. Never a ranking of people."""

from __future__ import annotations

import streamlit as st

from simulator.room import results
from ui.debrief_parts import look
from ui.parts import shell
from ui.parts.live import SERVER
from ui.parts.text import plain
from ui.trend_parts import scope as whose
from ui.trend_parts import views
from ui.trend_parts.beside import beside_view

VIEW = "trends-view"
DRILLS, COURSE, PEOPLE, GAPS, TEAMS, REAL = (
    "Drills", "Course", "People", "Gaps and actions", "Across teams", "Beside a real incident",
)  # fmt: skip


def render() -> None:
    """Draw the drills of a team, or of this browser."""
    st.html(look.STYLE)
    shell.head("Trends", "Many drills side by side: for learning what to practise next. No names are ranked, and no "
               "figure here is one to judge anybody by.")  # fmt: skip
    if SERVER.untaken:
        drills = "drill" if SERVER.untaken == 1 else "drills"
        st.caption(f"Not in here yet: {SERVER.untaken:,} {drills} scored earlier. They come in one by one, as far as "
                   "they can be read.")  # fmt: skip
    found = whose.scopes()
    if not found:
        return _empty("No drill of yours is known to this browser", "Once a drill is over and scored it shows here: "
                      "yours by yourself, your team’s where it belongs to one.")  # fmt: skip
    scope = whose.chosen(found)
    if scope.ident == results.SAMPLE:
        with st.container(horizontal=True, vertical_alignment="center", key="sample-bar"):
            st.warning("These drills are made up, to show what many look like. They mix with nobody’s.",
                       icon=":material/science:", width="stretch")  # fmt: skip
            st.button("Remove the sample", key="sample-remove", on_click=whose.remove_samples)
    store = SERVER.rooms.store
    everything = results.comparable(store, scope.wanted)
    if not everything:
        return _empty(f"{scope.name}: nothing scored yet", "A drill shows here as soon as it is over and scored.")
    wanted = whose.narrowed(scope, everything)
    number = results.count(store, wanted)
    if number > whose.WINDOW:
        st.caption(f"{number:,} drills; charts are made of the newest {whose.WINDOW:d}.")
    views_of(scope, wanted, number, everything)
    return None


def views_of(
    scope: whose.WhoseDrills, wanted: results.Wanted, number: int, everything: list[results.Comparable]
) -> None:
    """Draw the view that is chosen."""
    views_there = (DRILLS, COURSE, PEOPLE, GAPS, TEAMS, REAL)
    st.session_state.setdefault(VIEW, DRILLS)
    st.segmented_control("View", views_there, key=VIEW, required=True, label_visibility="collapsed", wrap=True)
    view = st.session_state[VIEW]
    if view == DRILLS:
        return views.drills_view(wanted, number)
    if view == PEOPLE:
        return views.people_view(scope, wanted)
    if view == GAPS:
        return views.gaps_view(wanted)
    group = whose.group_of(whose.among(wanted, everything))
    if group is None:
        return st.html(look.quiet("No drill is of this kind; take another period or scenario."))
    if view == COURSE:
        return views.course_view(wanted, group)
    if view == TEAMS:
        return views.teams_view(scope, wanted, group)
    return beside_view(wanted, group)


def _empty(title: str, words: str) -> None:
    shell.keep_narrow()
    with st.container(border=True, width=640, key="trends-empty"):
        st.markdown(f"**{plain(title)}**")
        st.markdown(plain(words))
        views.lead_on()
        st.button("Look at sample drills", key="sample-show", icon=":material/science:", on_click=whose.show_samples,
                  help="Made-up drills, marked as such, to see what this page will tell you.")  # fmt: skip


if __name__ == "__main__":
    render()
