"""One answer as a widget: what is half written stays, what others wrote meanwhile is told and never lost.

What somebody has not saved is kept for them by this process too, so that it survives a reload; a script asks before a
page goes with words that have not come here yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st

from simulator.record.follow_up import FollowUpEntry, Value, Wording
from ui import session
from ui.follow_up_parts.opened import OpenedDrill
from ui.parts.assets import packaged
from ui.parts.live import SERVER
from ui.parts.text import escape, too_long

_NUMBERED = re.compile(r"-?\d+$")
SEEN, DRAFT = "-seen", "-draft"
"""Ends of the keys under which a widget's last seen wording and what is half written are remembered."""
MOST_DRAFTS, LARGEST = 1_000, 50_000
"""People whose drafts are kept, and characters of those of one: what comes on top only stays on its page."""


def drafts() -> Mapping[str, Any]:
    """Return what the person behind this page has not saved yet: key -> (wording last seen, what is half written).

    Whoever draws has been let in.
    """
    held = SERVER.rooms.tidying.held.get(_whose())
    return held[1] if held else {}


def draft(key: str, what: Any) -> None:
    """Keep something that the person behind this page has not saved; who wrote nothing for longest makes room."""
    held, whose = SERVER.rooms.tidying.held, _whose()
    mine = held.pop(whose, None)  # what was written last stands at the end
    if mine is None and (person := SERVER.rooms.store.participant(whose)):
        mine = person.drill, {}
        while len(held) >= MOST_DRAFTS:
            held.popitem(last=False)
    if mine is not None:
        mine[1][key] = what
        held[whose] = mine


def _whose() -> str:
    return str(st.query_params.get(session.ME, ""))


def unsaved(here: OpenedDrill, items: Iterable[str]) -> list[str]:
    """Return those of some stages, or of what actions begin with, in which this person has not saved something."""
    kept = tuple(drafts())  # another tab of theirs may write meanwhile
    found = {key.removeprefix(key_of(here, "", "")[:-1]).rpartition("-")[0] for key in kept}
    titled = tuple(items)
    found = {one if one in titled else _NUMBERED.sub("", one) for one in found}
    return [item for item in titled if item in found]


def ask_before_leaving() -> None:
    """Have the browser ask before the page goes with words in a field that is still open."""
    packaged("leave")(key="leave")


def key_of(here: OpenedDrill, item: str, name: str) -> str:
    """Return the key of a field's widget."""
    return f"fu-{here.room.row.id}-{item}-{name}"


def synced(key: str, said: Wording, empty: Any = "") -> bool:
    """Bring a widget's value up to date before it is drawn; tell whether others changed it over what is half written.

    A widget that was not drawn in the last run has lost its value: what was half written in it is put back.
    """
    now = _shown(said.value, empty)
    state = st.session_state
    if key + SEEN not in state and key not in state and key in drafts():
        state[key + SEEN], state[key + DRAFT] = drafts()[key]
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
    """Keep what a widget holds, for when it is drawn again, and for after a reload where it is not saved.

    What another tab of theirs keeps stays until something is typed in this one.
    """
    held = st.session_state.get(key)
    had, st.session_state[key + DRAFT] = st.session_state.get(key + DRAFT, held), held
    seen, kept = st.session_state[key + SEEN], drafts().get(key)
    if kept == (seen, held):
        return
    own = kept is None or kept[1] == had
    if own:
        forget(key)
    if _kept(held) == _kept(seen[1]) or (not own and held == had):
        return
    if len(str(held)) + sum(len(str(one)) for name, one in tuple(drafts().items()) if name != key) <= LARGEST:
        draft(key, (seen, held))


def forget(*keys: str) -> None:
    """Keep what was handed in here no longer as half written."""
    held = SERVER.rooms.tidying.held.get(_whose())
    for key in keys if held else ():
        held[1].pop(key, None)


def refused_if_long(most: int, *keys: str) -> bool:
    """Say of each text that is too long to be saved how long it is and may be; tell whether there is one."""
    found = [words for key in keys if (words := too_long(str(st.session_state.get(key) or ""), most))]
    for words in found:
        st.error(words, icon=":material/straighten:")
    return bool(found)


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
        forget(keys[name])


def clash(
    here: OpenedDrill, place: str, item: str, name: str, key: str, said: Wording, title: Callable[[str], str],
    empty: Any = "",
) -> None:  # fmt: skip
    """Say that somebody else changed this meanwhile, with their wording, and ask which one holds.

    What stands in the way of keeping one's own is said at `place`.
    """
    words = ", ".join(map(title, said.picked)) if isinstance(said.value, tuple) else title(said.text)
    told = f"<b>{escape(said.author)} changed this meanwhile:</b> {escape(words or '(emptied it)')}"
    st.html(f'<p class="fu-clash" role="status">{told}</p>')
    with st.container(horizontal=True, key=f"{key}-clash"):
        st.button("Take theirs", key=f"{key}-theirs", on_click=_take_theirs, args=(key, said, empty))
        st.button("Keep mine", key=f"{key}-mine", on_click=_keep_mine, args=(here, place, item, name, key, said))


@session.callback()
def _take_theirs(key: str, said: Wording, empty: Any) -> None:
    session.forget(key)
    now = _shown(said.value, empty)
    st.session_state[key + SEEN] = (said.n, now)
    st.session_state[key] = st.session_state[key + DRAFT] = now
    forget(key)


@session.callback()
def _keep_mine(here: OpenedDrill, place: str, item: str, name: str, key: str, said: Wording) -> None:
    """Save one's own over the wording that was shown; where that is not the newest any more, both are shown again."""
    with session.trying(place):
        session.forget(place)
        mine = _kept(st.session_state.get(key))
        written({name: key}, here.write(item, {name: mine}, {name: said.n}))


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
