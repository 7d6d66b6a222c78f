"""Whose drills are looked at, and which of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from analytics import playbook as books
from analytics.report.sample import samples
from scenarios import loader
from simulator.room import results
from simulator.room.results import SAMPLE, Comparable, Wanted
from simulator.room.teams import Member
from ui import session
from ui.parts.live import SERVER
from ui.parts.text import plain

SCOPE = "trends-scope"
ASKED = "trends-sample"
"""Somebody asked for the sample in this session."""
OWN = "own"
WINDOW = 200
"""Newest drills that charts are made of, however many there are."""
SAMPLES = 60
DAY = 86_400
PERIODS = {"": None, "the last 30 days": 30, "the last 90 days": 90, "the last year": 365}
ANY = ""
PACES = {"waiting": "clock waited for its people", "skipped": "stretches skipped", "unknown": "pace unknown"}


@dataclass(frozen=True)
class WhoseDrills:
    """Whose drills somebody looks at."""

    ident: str
    name: str
    wanted: Wanted
    own: Member | None = None
    """Who they are in the team, where it is a team's."""

    @property
    def of_a_team(self) -> bool:
        """Tell whether names may be shown: to the team itself, and of samples, who are nobody."""
        return self.own is not None or self.ident == SAMPLE


def scopes() -> list[WhoseDrills]:
    """Return whose drills this browser may look at: its teams', its own, and samples where somebody asked for them."""
    store = SERVER.rooms.store
    found = [WhoseDrills(team.id, team.name, Wanted(team=team.id), own) for team, own in session.teams()]
    mine = tuple(here.room.row.id for here in session.seats())
    if mine:
        found.append(WhoseDrills(OWN, "Your own drills", Wanted(drills=mine)))
    if st.session_state.get(ASKED) and results.count(store, Wanted(team=SAMPLE)):
        found.append(WhoseDrills(SAMPLE, "Sample drills (made up)", Wanted(team=SAMPLE)))
    return found


@session.callback()
def show_samples() -> None:
    """Look at sample drills; they are made where there are none."""
    store = SERVER.rooms.store
    if not results.count(store, Wanted(team=SAMPLE)):
        results.put(store, samples(SAMPLES, SAMPLE, time.time()))
    st.session_state[ASKED], st.session_state[SCOPE] = True, SAMPLE


@session.callback()
def remove_samples() -> None:
    """Look at no sample drills any more; whoever asks for them next gets the same ones."""
    results.remove_samples(SERVER.rooms.store, SAMPLE)
    st.session_state.pop(SCOPE, None)
    st.session_state.pop(ASKED, None)


def chosen(found: Sequence[WhoseDrills]) -> WhoseDrills:
    """Ask whose drills to look at, where there is a choice."""
    by_id = {one.ident: one for one in found}
    if st.session_state.get(SCOPE) not in by_id:
        st.session_state[SCOPE] = found[0].ident
    if len(found) == 1:
        return found[0]
    st.segmented_control("Whose drills", list(by_id), key=SCOPE, required=True, wrap=True,
                         format_func=lambda one: plain(by_id[one].name))  # fmt: skip
    return by_id[str(st.session_state[SCOPE])]


def narrowed(scope: WhoseDrills, groups: Sequence[Comparable]) -> Wanted:
    """Ask which of the drills, by what there is among them."""
    titles = {one.scenario: one.title for one in groups}
    with st.grid(5, min_column_width=150, gap="small", key="trends-filters"):
        scenario = _pick("Scenario", [*titles], "all", titles)
        here = [one for one in groups if scenario in (ANY, one.scenario)]
        variant = _pick("Variant", sorted({one.variant for one in here}), "all", {loader.BASE: "As written"})
        playbook = _pick("Playbook", sorted({one.playbook for one in groups}), "all", _book_titles())
        mode = _pick("Mode", sorted({one.mode for one in groups}), "both")
        days = st.selectbox("Period", list(PERIODS), format_func=lambda one: one.capitalize() or "Since ever",
                            key="trends-period")  # fmt: skip
    span = PERIODS[str(days or "")]
    since = None if span is None else time.time() - span * DAY
    return replace(scope.wanted, scenario=scenario or None, variant=variant or None, playbook=playbook or None,
                   mode=mode or None, since=since)  # fmt: skip


def choices() -> str:
    """Return whose drills and which of them are chosen, as a part of keys that is the same at each run."""
    asked = (SCOPE, "trends-scenario", "trends-variant", "trends-playbook", "trends-mode", "trends-period")
    return "/".join(str(st.session_state.get(one) or ANY) for one in asked)


def _book_titles() -> dict[str, str]:
    return {name: books.load(name).title for name in books.names()}


def _pick(label: str, there: Sequence[str], otherwise: str, titles: dict[str, str] | None = None) -> str:
    known = titles or {}
    key = f"trends-{label.lower()}"
    # Of one thing there is nothing to choose: it stands there, and not greyed out, which can hardly be read.
    offered = (ANY, *there) if len(there) > 1 else (ANY,)
    if st.session_state.get(key) not in offered:
        st.session_state[key] = ANY

    def told_of(one: str) -> str:
        return known.get(one, one.capitalize()) if one else _all(there, known, otherwise)

    return str(st.selectbox(label, offered, key=key, format_func=told_of) or ANY)


def _all(there: Sequence[str], titles: dict[str, str], otherwise: str) -> str:
    """Return what stands for no choice: the only thing there is, or that all are meant."""
    return titles.get(there[0], there[0].capitalize()) if len(there) == 1 else otherwise.capitalize()


def among(wanted: Wanted, everything: Sequence[Comparable]) -> Sequence[Comparable]:
    """Return the groups of the drills that are wanted; only a period has to be asked of the store again."""
    if wanted.since is not None:
        return results.comparable(SERVER.rooms.store, wanted)
    asked = ("scenario", "variant", "playbook", "mode")
    return [one for one in everything if all(getattr(wanted, name) in (None, getattr(one, name)) for name in asked)]


def group_of(groups: Sequence[Comparable]) -> Comparable | None:
    """Ask which drills to compare number by number, and return what they have in common."""
    if not groups:
        return None
    if len(groups) == 1:
        st.caption(plain(f"All of one kind: {told(groups[0])}"))
        return groups[0]
    kinds = {repr((*one._replace(title="", drills=0),)): one for one in groups}
    picked = st.selectbox("Compared number by number only among drills of one kind", list(kinds),
                          key=f"trends-group-{choices()}", format_func=lambda kind: told(kinds[kind]))  # fmt: skip
    return kinds.get(str(picked), groups[0])


def told(one: Comparable) -> str:
    """Return a group in words."""
    what = [one.title, *([one.variant] if one.variant != "base" else []), books_title(one.playbook), one.mode]
    pace = PACES.get(one.pace, one.pace)
    level = [one.difficulty] if one.difficulty != "standard" else []
    number = f"{one.drills} drill" + ("s" if one.drills != 1 else "")
    return " · ".join([*what, pace, *level, number])


def books_title(name: str) -> str:
    """Return what a playbook is called; one that does not come with the program goes by its name."""
    return _book_titles().get(name, name)


def only(wanted: Wanted, group: Comparable) -> Wanted:
    """Return what is wanted, of one group alone; second lives and scripted drills are left out of comparisons."""
    return replace(wanted, scenario=group.scenario, variant=group.variant, playbook=group.playbook, mode=group.mode,
                   pace=group.pace, difficulty=group.difficulty, lives=False)  # fmt: skip
