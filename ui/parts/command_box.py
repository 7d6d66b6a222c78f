"""The command box: type what a responder would type, see who would run it, run it or delegate it."""

from __future__ import annotations

import time

import streamlit as st

from simulator.briefing import Briefing
from simulator.catalogue import CommandLine
from ui import session
from ui.parts import completion, forms, hands
from ui.parts.shell import fresh, part
from ui.parts.text import escape, plain
from ui.session import Here

PLACE = "box"
ECHO_SECONDS = 3.0
"""Seconds within which a line that was just taken, come again, is what the browser had still under way."""
OPENERS = ("/ack", "/declare", "/sev", "/status", "/ic", "/deputy", "/freeze", "/page", "/ask")
HELP = "Commands as you would type them, or:\n\n" + "\n\n".join(
    f"`{line}` {what}" for line, what in completion.SLASH.items()
)


def _clear() -> None:
    """Empty the box. It stays the same widget, so that focus and what is typed next stay in it."""
    st.session_state[session.TAKEN] = (st.session_state.get(session.TYPED), time.monotonic())
    st.session_state[session.TYPED] = None
    session.turn(PLACE)


@part(key="box")
def command_box(here: Here) -> None:
    """Draw the box; what is typed stays until it was taken."""
    _give_typed(here)
    b = here.room.briefing(here.role)
    known = {line.command: completion.label(b, line) for line in b.lines}
    typed = st.session_state.get(session.TYPED)
    line = completion.match(b, typed) if typed else None
    drawn = (line.id if line else None, typed, session.answered(PLACE) is not None)
    above = fresh(PLACE, drawn, key="box-above", horizontal=True, gap="small", vertical_alignment="center")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", wrap=False, key="box-line"):
        st.selectbox(
            "Command",
            [*known, *OPENERS],
            index=None,
            key=session.TYPED,
            accept_new_options=True,
            label_visibility="collapsed",
            placeholder="Type a command as in a shell, or / for the incident: /sev 1, /ic me, /freeze auth-svc",
            format_func=lambda one: known.get(one, one),
            on_change=_typed,
            args=(here,),
            icon=":material/terminal:",
            filter_mode="contains",
        )
        st.button(
            "Run",
            key="run",
            type="primary",
            disabled=line is None,
            width=88,
            shortcut="Alt+Enter",
            on_click=_run,
            args=(here, line, session.press(PLACE)),
            help=HELP,
        )
    # After the box: once somebody reads that it was done, the box is empty and takes what they type next.
    with above:
        if line:
            _card(b, line)
        elif typed and not typed.startswith("/"):
            _several(b, typed)
        _outcome()


def _outcome() -> None:
    outcome = session.answered(PLACE)
    if not outcome:
        if not st.session_state.get(session.TYPED):
            st.html(
                '<span class="quiet">Enter picks or completes, Alt + Enter runs, / opens the incident commands</span>'
            )
        return
    ok, words = outcome
    st.html(
        f'<span class="said {"ok" if ok else "no"}">{"" if ok else "not done: "}{escape(words)}</span>', width="content"
    )
    close = st.session_state.get(session.NEAREST)
    if not ok and close:
        st.button(f"Use: {plain(close)}", key="use-nearest", icon=":material/undo:", on_click=_take, args=(close,))


def _several(b: Briefing, typed: str) -> None:
    """Offer the lines that what was typed could become."""
    for line in completion.matches(b, typed):
        st.button(
            plain(line.command),
            key=f"take-{line.id}",
            help=completion.label(b, line),
            on_click=_take,
            args=(line.command,),
        )


def _card(b: Briefing, line: CommandLine) -> None:
    """Show what the line is and let the person say who runs it."""
    here = {role: b.incident.present.get(role, False) for role in line.executors}
    titles = {
        role: _known(b, role) + (hands.words(b, role) if there else " (page first)") for role, there in here.items()
    }
    key = f"executor-{line.id}-{session.rounds(PLACE)}"
    session.start(key, hands.best(b, line.executors))
    what = "looks, changes nothing" if line.what == "query" else "changes the world"
    st.markdown(f"**{plain(line.title)}** :gray[{what} · run by]", width="content")
    st.pills(
        "Who runs it",
        list(titles),
        format_func=lambda r: titles[r],
        key=key,
        required=True,
        on_change="ignore",
        label_visibility="collapsed",
    )
    decisions = b.options("decisions") if line.what == "action" else []
    if decisions:
        st.selectbox(
            "Rests on",
            [d.id for d in decisions],
            index=len(decisions) - 1,
            key=f"rests-{line.id}",
            on_change="ignore",
            label_visibility="collapsed",
            width=170,
        )


def _known(b: Briefing, role: str) -> str:
    return "you" if role == b.role else completion.handle(b, role)


@session.callback(PLACE)
def _typed(here: Here) -> None:
    """Answer what was typed at once where it can be: slash commands, and commands that do not exist."""
    typed, b = st.session_state.get(session.TYPED), here.room.briefing(here.role)
    known = completion.match(b, typed) if typed else None
    taken, at = st.session_state.get(session.TAKEN, (None, 0.0))
    if known and typed == taken and time.monotonic() - at < ECHO_SECONDS:
        # A tick that was under way while the box was being emptied brings the line once more; it is done, and answered.
        st.session_state[session.TYPED] = None
        return
    session.forget(PLACE)
    st.session_state[session.NEAREST] = ""
    if not typed or known:
        return
    parsed = completion.slash(b, typed) if typed.startswith("/") else completion.unknown(b, typed)
    if parsed.form:
        forms.open_form(parsed.form)
        _clear()
        st.rerun(["forms", "box"])
    if parsed.command is None and not typed.startswith("/") and completion.matches(b, typed):
        return
    if parsed.command is None:
        session.answer(PLACE, False, parsed.problem)
        st.session_state[session.NEAREST] = parsed.nearest
    else:
        st.session_state[session.PENDING] = (typed, parsed.command)


def _give_typed(here: Here) -> None:
    """Give the command that was typed.

    Not when it arrives but when the box is drawn with it: every tick of the page sends what its widgets hold, and those
    under way while the box is being emptied still hold the line. They draw other parts, and so give nothing.
    """
    typed, command = st.session_state.pop(session.PENDING, None) or ("", None)
    if command is None or typed != st.session_state.get(session.TYPED):
        return
    if session.give(here, PLACE, command, f"{typed}: done"):
        _clear()


@session.callback(PLACE)
def _take(line: str) -> None:
    session.forget(PLACE)
    st.session_state[session.TYPED] = line


@session.callback(PLACE)
def _run(here: Here, line: CommandLine, key: str) -> None:
    if key != session.press(PLACE):
        return  # pressed twice before the answer was drawn
    executor = st.session_state.get(f"executor-{line.id}-{session.rounds(PLACE)}")
    decision = st.session_state.get(f"rests-{line.id}") if line.what == "action" else None
    b = here.room.briefing(here.role)
    who = _known(b, executor) if executor else "whoever can"
    words = f"$ {line.command}: asked of {who}" if executor != here.role else f"$ {line.command}: started"
    if session.give(here, PLACE, completion.order(line, executor, decision), words, key):
        _clear()
