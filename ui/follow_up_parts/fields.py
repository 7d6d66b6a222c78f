"""One answer as a widget: what is half written stays, what others wrote meanwhile is told and never lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from simulator.record.follow_up import FollowUpEntry, Value, Wording
from ui import session
from ui.follow_up_parts.opened import OpenedDrill
from ui.parts.text import escape

SEEN, DRAFT = "-seen", "-draft"
"""Ends of the keys under which a widget's last seen wording and what is half written are remembered."""


def key_of(here: OpenedDrill, item: str, name: str) -> str:
    """Return the key of a field's widget."""
    return f"fu-{here.room.row.id}-{item}-{name}"


def synced(key: str, said: Wording, empty: Any = "") -> bool:
    """Bring a widget's value up to date before it is drawn; tell whether others changed it over what is half written.

    A widget that was not drawn in the last run has lost its value: what was half written in it is put back.
    """
    now = _shown(said.value, empty)
    state = st.session_state
    seen: tuple[int, Any] | None = state.get(key + SEEN)
    mine = state.get(key, state.get(key + DRAFT, now))
    if seen is None:
        # What is there already was begun for somebody: an action for an answer.
        seen = state[key + SEEN] = (said.n, now)
    elif mine in (seen[1], now):
        mine, seen = now, (said.n, now)
        state[key + SEEN] = seen
    if state.get(key, object()) != mine:
        state[key] = mine
    return seen[0] != said.n


def remembered(key: str) -> None:
    """Keep what a widget holds, for when it is drawn again."""
    st.session_state[key + DRAFT] = st.session_state.get(key)


def changed(keys: Mapping[str, str]) -> tuple[dict[str, Value], dict[str, int]]:
    """Return what somebody changed in fields (name -> key), and which wording of each they saw."""
    changes, seen = {}, {}
    for name, key in keys.items():
        value = _kept(st.session_state.get(key))
        known = st.session_state.get(key + SEEN, (0, ""))
        if value != _kept(known[1]):
            changes[name] = value
            seen[name] = int(known[0])
    return changes, seen


def written(keys: Mapping[str, str], entry: FollowUpEntry) -> None:
    """Note that what these fields hold is what an entry says."""
    for name in entry.changes.keys() & keys.keys():
        st.session_state[keys[name] + SEEN] = (entry.n, st.session_state.get(keys[name]))


def settle(key: str, said: Wording, empty: Any = "", *, theirs: bool) -> None:
    """End a clash: take the others' wording, or have one's own stand over it at the next save."""
    now = _shown(said.value, empty)
    st.session_state[key + SEEN] = (said.n, now)
    if theirs:
        st.session_state[key] = st.session_state[key + DRAFT] = now


def clash(key: str, said: Wording, title: Callable[[str], str], empty: Any = "") -> None:
    """Say that somebody else changed this meanwhile, with their wording, and ask which one holds."""
    words = ", ".join(map(title, said.picked)) if isinstance(said.value, tuple) else title(said.text)
    told = f"<b>{escape(said.author)} changed this meanwhile:</b> {escape(words or '(emptied it)')}"
    st.html(f'<p class="fu-clash" role="status">{told}</p>')
    with st.container(horizontal=True, key=f"{key}-clash"):
        st.button("Take theirs", key=f"{key}-theirs", on_click=_settled, args=(key, said, empty, True))
        st.button("Keep mine", key=f"{key}-mine", on_click=_settled, args=(key, said, empty, False))


@session.callback()
def _settled(key: str, said: Wording, empty: Any, theirs: bool) -> None:
    session.forget(key)
    settle(key, said, empty, theirs=theirs)


def _shown(value: Value, empty: Any) -> Any:
    """Return a value as a widget of that kind holds it: words, a list, or one of a list and None for none."""
    if isinstance(empty, list):
        return [*((value,) if isinstance(value, str) and value else value)]
    text = value if isinstance(value, str) else ", ".join(value)
    return text or empty


def _kept(value: Any) -> Value:
    """Return what a widget holds as it is kept."""
    if isinstance(value, list | tuple):
        return tuple(map(str, value))
    return "" if value is None else str(value).strip()
