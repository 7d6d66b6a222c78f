"""Your team: make one, invite, see who is in it, which drills are its, and leave."""

from __future__ import annotations

import streamlit as st

from ui import session
from ui.pages import Page
from ui.parts import membership, shell
from ui.parts.offered import OWN
from ui.parts.text import escape


def render() -> None:
    """Draw the teams of this browser, or how to come by one."""
    known = session.teams()
    shell.head("Your team" if len(known) < 2 else "Your teams", "No accounts: a link lets people in, and can be "
               "withdrawn. A team sees its own drills; nobody else does.", narrow=True)  # fmt: skip
    if not known:
        membership.say()
        st.markdown("**Make a team.** You get a link for the others. If somebody has made it already, ask for theirs.")
        membership.new(first=True)
        return
    membership.say()
    for team, own in known:
        st.html(f"<h2 class='section'>{escape(team.name)}</h2>")
        st.page_link(Page.TRENDS.file, label="Its drills over time", icon=":material/trending_up:")
        st.page_link(Page.LIBRARY.file, label="Scenarios of its own", icon=":material/upload_file:",
                     query_params={"tab": OWN})  # fmt: skip
        who, ways = st.columns([1, 1.25], gap="large")
        with who:
            st.markdown("**Who is in it**")
            membership.people(team, own)
            st.markdown("**Its drills**")
            membership.drills(team, own)
        with ways, st.container(border=True):
            st.markdown("**Invite**")
            membership.links(team, own)
    st.html("<h2 class='section'>Drills of yours that are nobody’s yet</h2>")
    membership.claimable(known)
    with st.expander("Make another team", key="another-team"):
        membership.new(first=False)


if __name__ == "__main__":
    render()
