"""The debrief: what the world was really doing, what people knew, said and did, and what that was worth."""

from __future__ import annotations

import streamlit as st

from analytics.runs.counterfactual import add_references
from scenarios.loader import load
from simulator.engine import VERSION
from simulator.errors import DrillError
from simulator.record.journal import Journal, parse
from simulator.room.room import Room
from simulator.room.store import Participant
from simulator.text import clock
from ui import session
from ui.debrief_parts.downloads import downloads
from ui.debrief_parts.drill import Debriefed, key_of, scored, shelved
from ui.debrief_parts.header import bar, header
from ui.debrief_parts.keys import guessed
from ui.debrief_parts.lines import Lines
from ui.debrief_parts.look import STYLE
from ui.debrief_parts.moment import drawer
from ui.debrief_parts.others import ByHand
from ui.debrief_parts.scrubber import keep
from ui.debrief_parts.sections import NAMES, above, section
from ui.debrief_parts.sitting import Sitting
from ui.pages import Page
from ui.parts import shell, yours
from ui.parts.live import SERVER
from ui.parts.over import score_again
from ui.parts.reviewed import book_of, counts
from ui.parts.text import escape, plain, sentence

# Streamlit prints string literals of a page's script, so what these mean is said in comments.
LARGEST_MB = 20  # journal files above this are not read; an hour's drill is about half a megabyte
LOOK_SECONDS = 1.5  # between two looks at how far scoring is


def render() -> None:
    """Draw the debrief of the drill behind the link, or of a journal file."""
    st.html(STYLE)
    try:
        here = session.here()
    except DrillError as error:
        shell.kept_out("You are not in this drill here", error)
        return _from_file()
    if here is None and session.code():
        return _by_code(session.code())
    if here is None and session.OF in st.query_params:
        return _by_team()
    if here is None:
        shell.head("Debrief", "What the world was really doing, and what your response was worth.", narrow=True)
        yours.finished()
        st.header("From a file", anchor=False)
        return _from_file()
    if not here.room.ended:
        return shell.still_running(here, "debrief")
    return _of_room(here.room, here.person)


def _by_code(code: str) -> None:
    """Draw what somebody may read who has the drill's code and was not in it."""
    try:
        room = SERVER.rooms.by_code(code, *session.sources())
        if not room.ended:
            return shell.go(Page.LOBBY, {session.DRILL: room.row.code})
    except DrillError as error:
        return shell.kept_out("No debrief has this code", error)
    return _of_room(room, None)


def _by_team() -> None:
    """Draw what somebody in the drill's team may read who was not in it."""
    try:
        found = session.of_team()
    except DrillError as error:
        return shell.kept_out("This debrief is not open to you here", error)
    if found is None:
        return shell.dead_end("No drill is named", "Open a debrief from “Your team”.")
    room, team = found
    if not room.ended:
        shell.head(room.row.title)
        st.info("This drill is still running. Its debrief opens when it is over.", icon=":material/timer:")
        return st.page_link(Page.TEAM.file, label="Back to your team", icon=":material/arrow_back:")
    return _of_room(room, None, f"You read this as one of {team.name}")


def _of_room(room: Room, person: Participant | None, why: str = "You read this with the join code") -> None:
    try:
        journal = room.record_for(person)
    except DrillError as error:
        return shell.dead_end("This debrief cannot be read", str(error))
    if journal is None:
        return shell.dead_end("There is no record of this drill", "It ended without one; nothing can be shown.")
    card = room.scorecard()
    head = journal.header
    older = (head.engine, head.scenario_version) != (VERSION, room.loaded.version)
    made = Debriefed(journal, room.loaded, card, older, nameless=person is None)
    drill = shelved(key_of(room.row.id, made), made)
    shell.head(drill.scenario.title)
    if room.row.branch_of:
        words = f"A second life: it plays on from {clock(room.row.branch_at or 0)} of another drill, scored apart."
        st.info(words, icon=":material/fork_right:")
    if drill.nameless:
        st.info(
            f"{plain(why)}: people go by their seats. Their own links show it with names.",
            icon=":material/visibility:",
        )
    if older:
        st.info(
            "Engine or scenario have changed since this drill. The record and its score are shown as they were made; "
            "titles and windows are today's.", icon=":material/history:",
        )  # fmt: skip
    settled = card is not None and journal.references is not None
    if not settled:
        _scoring(room, person)
    correct = (lambda *given: room.correct(person, *given)) if person and person.facilitator else None
    hand = ByHand.of(drill, tuple(room.corrections()), correct)
    return _page(Sitting(drill, Lines(drill, guessed(drill.digest)), hand, room, person, settled))


@st.fragment(run_every=LOOK_SECONDS)
def _scoring(room: Room, person: Participant | None) -> None:
    """Show how far scoring is; draw the page again when it is done."""
    card, journal = room.scorecard(), room.record()
    share, problem = room.finishing.progress, room.finishing.problem
    if card is not None and journal is not None and journal.references is not None:
        shell.anew()
        st.info("The score has come. It shows once you close what you opened.", icon=":material/check:")
        return
    if problem:
        st.error(sentence(problem), icon=":material/error:")
        if person is not None:
            st.button("Score again", on_click=score_again, args=(room,), key="debrief_score_again")
    else:
        first = "Replaying what nobody would have changed, then scoring."
        then = "The score stands. Replaying other seeds, and what else could be done."
        st.progress(share, text=f"{first if card is None else then} The rest of the page is there.")


def _from_file() -> None:
    file = st.file_uploader(
        "Journal file (.jsonl)", max_upload_size=LARGEST_MB, key="debrief_file",
        help="What `drill play --out`, `drill export` or the download on a debrief wrote.",
    )  # fmt: skip
    if file is None:
        return None
    try:
        journal = _parsed(file.file_id, file.getvalue().decode("utf-8"), file.name)
        loaded = load(journal.header.scenario, journal.header.variant, journal.header.difficulty)
        older = (journal.header.engine, journal.header.scenario_version) != (VERSION, loaded.version)
        card = scored(journal, loaded.scenario)
    except UnicodeDecodeError:
        return _bad(f"{file.name} is not UTF-8 text; give the journal (.jsonl) that `drill play --out` wrote")
    except DrillError as error:
        return _bad(str(error))
    if journal.references is None:
        why = " It was played on another engine or scenario, so none can be made here." if older else ""
        st.info(f"This file holds no reference runs, so there is no score yet.{why}", icon=":material/info:")
        if not older and st.button("Make them and score", type="primary", key="debrief_make"):
            with st.spinner("Replaying what else could have happened …"):
                add_references(loaded, journal, book_of(counts(journal)))
            st.rerun()
    made = Debriefed(journal, loaded, card, older)
    drill = shelved(key_of(file.file_id, made), made)
    st.html(f"<h2>{escape(drill.scenario.title)}</h2>")
    if older:
        st.info("Engine or scenario have changed since this was played; titles and windows are today's.")
    return _page(Sitting(drill, Lines(drill, guessed(drill.digest)), ByHand.of(drill, (), None)))


@st.cache_resource(max_entries=8, show_spinner=False)
def _parsed(file: str, _text: str, _name: str) -> Journal:
    return parse(_text, _name)


def _bad(words: str) -> None:
    st.error(plain(words), icon=":material/error:")


def _page(sitting: Sitting) -> None:
    drill = sitting.drill
    keep()
    header(drill)
    above(sitting)
    bar(drill, NAMES)
    section(sitting)
    if not drill.nameless:
        st.divider()
        downloads(drill, sitting.hand)
    drawer(sitting)


if __name__ == "__main__":
    render()
