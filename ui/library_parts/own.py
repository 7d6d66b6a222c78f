"""A team's own drills: bring one as a file, see what its check found, replace it, take it away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from scenarios.roots import uploads_taken
from scenarios.uploaded import packed_again, received
from simulator.errors import DrillError
from simulator.room.teams import Member, Team
from simulator.room.uploads import MOST_DRILLS, Brought, Upload
from ui import session
from ui.debrief_parts import look
from ui.library_parts import author
from ui.pages import Page
from ui.parts import membership, shell
from ui.parts.live import SERVER
from ui.parts.offered import OWN, key_of
from ui.parts.text import escape, plain

PLACE, TAB = OWN, "Your team’s own"
LARGEST_MB = 4
LOOK_SECONDS = 2.0
"""Seconds between two looks at how far a check is."""
KINDS = ("yaml", "yml", "zip")
ABOUT = (
    "A drill written in one file can be played here by your team, and by nobody else. It is checked first as `drill "
    "check` does it, by playing it: that takes a minute or two. Nothing in it runs as code."
)
CLOSED = (
    "This server takes no drills by the browser. Give yours to whoever runs it: they put it into a folder of "
    "scenarios, and everybody has it."
)


def tab() -> None:
    """Draw the drills of this browser's teams, with a way to bring one."""
    st.html(look.STYLE)
    known = session.teams()
    try:
        taken = uploads_taken()
    except DrillError as error:
        st.error(plain(str(error)), icon=":material/error:")
        taken = False
    st.markdown(ABOUT if taken else CLOSED)
    if not known and taken:
        st.markdown("**It belongs to a team, which may be you alone.** Nobody needs an account.")
        membership.new(first=True)
    membership.say(PLACE)
    for team, own in known:
        st.html(f"<h2 class='section'>{escape(team.name)}</h2>")
        found = SERVER.rooms.uploads.of(team.id)
        if not found:
            st.html('<p class="quiet">The team has no drill of its own yet.</p>')
        for one in found:
            with st.container(border=True, key=f"upload-{one.id}", gap="small"):
                _drill(one, own, found)
        if taken:
            _bring(team, own)


def _bring(team: Team, own: Member) -> None:
    with st.form(f"bring-{team.id}", clear_on_submit=True):
        file = st.file_uploader(
            "Bring a drill, or a new version of one", KINDS, max_upload_size=LARGEST_MB, key=f"bring-file-{team.id}",
            help=f"A `drill.yaml`, or what `drill pack` wrote. A team has up to {MOST_DRILLS}.",
        )  # fmt: skip
        if st.form_submit_button("Check and add it", icon=":material/upload_file:"):
            with session.trying(PLACE):
                if file is None:
                    raise DrillError("choose a file first")
                brought = SERVER.rooms.uploads.bring(own, Brought(*received(file.getvalue(), file.name)))
                words = f"{brought.title} has come and is being checked. You may leave this page meanwhile."
                session.answer(PLACE, True, words)
            st.rerun()


def _drill(one: Upload, own: Member, others: Sequence[Upload]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        called = f"{plain(one.name)} · " if one.name != one.title else ""
        st.markdown(f"**{plain(one.title)}**  :gray[{called}{_came(one)}]", width="stretch")
        if one.state == "ready":
            st.page_link(Page.LOBBY.file, label="Practise it", icon=":material/play_arrow:",
                         query_params={"scenario": key_of(one)})  # fmt: skip
    if one.state == "checking":
        _checking(one.id)
        st.button("Remove", key=f"aside-{one.id}", type="tertiary", icon=":material/delete:", on_click=_remove,
                  args=(own, one))  # fmt: skip
        return
    before = any(other.name == one.name and other.state == "ready" and other.id != one.id for other in others)
    if author.plays(key_of(one)):
        st.caption("You are in a drill of it that is not over: what gives it away shows here afterwards.")
        return
    errors = [finding for finding in one.findings if finding["level"] == "error"]
    if one.state == "faulty":
        stays = "The one you had stays in play." if before else "Nobody plays it before that."
        st.error(f"{len(errors)} to mend. {stays} Mend the file and bring it again.", icon=":material/block:")
        st.html(_findings(one.findings))
        st.button("Put this aside", key=f"aside-{one.id}", on_click=_remove, args=(own, one))
        return
    if one.findings:
        with st.expander(f"It plays; {len(one.findings)} remarks on it", key=f"remarks-{one.id}"):
            st.html(_findings(one.findings))
    with st.container(horizontal=True, gap="medium"):
        author.offer(key_of(one))
        with st.popover("Take it away", key=f"take-{one.id}", type="tertiary", icon=":material/download:"):
            st.markdown("As the file that `drill add` puts into a folder of scenarios. It gives the drill away: "
                        "whoever has read it cannot rehearse it any more.")  # fmt: skip
            st.download_button(
                "Take the file", lambda: packed_again(*SERVER.rooms.uploads.taken(own, one.id)),
                f"{one.name}.drill.zip", "application/zip", on_click="ignore", key=f"pack-{one.id}", type="primary",
            )  # fmt: skip
        with st.popover("Remove", key=f"remove-{one.id}", type="tertiary", icon=":material/delete:"):
            st.markdown("Nobody opens drills of it any more. Those under way go on, and debriefs stay.")
            st.button("Remove it", key=f"sure-remove-{one.id}", type="primary", on_click=_remove, args=(own, one))
    return


def _came(one: Upload) -> str:
    when = f"{datetime.fromtimestamp(one.made, ZoneInfo(st.context.timezone or 'UTC')):%-d %b %Y, %H:%M}"
    return f"{plain(one.by)}, {when}" if one.by else when


@shell.part(run_every=LOOK_SECONDS)
def _checking(ident: str) -> None:
    """Show how far a check is; draw the page again when it is done."""
    now = SERVER.rooms.uploads.find(ident)
    if now.state != "checking":
        shell.anew()
        return
    words = "Waits for its turn" if now.done < 0 else "Being checked: it is read, then played by everybody there is"
    st.progress(max(0.0, now.done), text=f"{words} …")


def _findings(findings: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (look.badge(look.Sign("✗", "to mend", "bad") if one["level"] == "error" else look.Sign("!", "remark", "warn")),
         escape(f"{one['file']}:{one['line']}"), escape(one["what"]), escape(one["remedy"]))
        for one in findings
    ]  # fmt: skip
    return look.table("What its check found", ("", "Where", "What", "What to do"), rows, "Nothing to mend.")


@session.callback(PLACE)
def _remove(own: Member, one: Upload) -> None:
    SERVER.rooms.uploads.remove(own, one.id)
    session.answer(PLACE, True, f"{one.title} is no longer there to be played.")
