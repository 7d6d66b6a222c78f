"""The action register: what will be there that was not, against which factor, by whom, by when, and how it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from analytics.about import TURNING
from analytics.follow_through.actions import FIELDS, PICKED, ActionItem
from analytics.follow_through.wording import conclusions, vague
from simulator.errors import DrillError
from simulator.record.follow_up import DROPPED, Value, Wording
from ui import session
from ui.follow_up_parts import fields, keys
from ui.follow_up_parts.opened import OpenedDrill
from ui.follow_up_parts.stages import findings_html, warned_html, who_html
from ui.parts import shell
from ui.parts.offered import offers
from ui.parts.text import escape, plain, too_long

LABELS: Mapping[str, str] = {
    "text": "What will be there that is not there now", "answers": "It answers", "factor": "Against which factor",
    "class": "What it is for", "control": "What it puts in place", "owner": "Owner", "due": "Due",
    "signal": "What shows that it is done", "shown_by": "Which one, exactly", "standard": "Which standard it feeds",
    "retest": "Drill that tests it again", "measure": "What comes sooner there", "state": "State",
}  # fmt: skip
WORDS = ("text", "owner", "shown_by")
LONGEST = 400
"""Characters of one of them."""
FIRST = (("text",), ("owner", "due"))
"""Rows of fields that a team fills in while it still sits together."""
REST = (("factor", "class"), ("control", "standard"), ("signal", "shown_by"), ("retest", "measure"),
        ("answers", "state"))  # fmt: skip
"""Rows that whoever owns the action adds to it."""
NEW = "new"
MOST_DAYS = 365


def actions_view(here: OpenedDrill) -> None:
    """Draw the register, and the form for the next action."""
    if here.writes:
        _next(here)
    if not here.view.actions:
        st.html('<p class="quiet">No action yet. One per factor that you named beats one per symptom.</p>')
    for one in here.view.actions:
        _card(here, one)
    _taken_off(here)
    named = {"actions_complete", "by_factor", "into_backlog", "controls_added", "retested", "standards_fed"}
    kinds = {one.id for _, one in here.view.rules.criteria() if one.kind in named}
    findings_html([one for one in here.score.findings if one.id in kinds])


def _next(here: OpenedDrill) -> None:
    begun = st.session_state.get(keys.FROM)
    number = st.session_state.setdefault(keys.ROUND, fields.drafts().get(keys.ROUND, 0))
    item = f"{NEW}{number}"
    with st.container(border=True, key=f"fu-next-{number}"):
        answers = fields.key_of(here, item, "answers")
        if begun:
            st.session_state[answers] = begun
            st.session_state.pop(keys.FROM, None)
        nothing = Wording("", "", 0.0, 0)
        made = _form(here, item, lambda name: nothing, FIRST)
        # What it was begun from stands among the rest, so the rest is open for as long as it does.
        more = bool(st.session_state.get(answers))
        with st.expander("Against what, what shows that it is done, and what tests it again", expanded=more,
                         key=f"fu-rest-{number}"):  # fmt: skip
            made |= _form(here, item, lambda name: nothing, (*REST[:-1], ("answers",)))
        _warned(here, made)
        st.button("Add it", type="primary", key=f"fu-add-{number}", on_click=_add, args=(here, made))
        shell.refused(NEW)


def _card(here: OpenedDrill, one: ActionItem) -> None:
    done = " ✓" if one.state == "done" else ""
    who = plain(f"{one.owner or 'no owner'} · {one.due or 'no date'}")
    with st.expander(f"**{plain(one.number)}** {plain(one.text)}{done} · {who}", key=f"fu-{one.item}"):
        made = _form(here, one.item, lambda name: here.said(one.item, name), (*FIRST, *REST))
        last = max((here.said(one.item, name) for name in FIELDS), key=lambda said: said.n)
        if here.writes:
            with st.container(horizontal=True, key=f"fu-foot-{one.item}"):
                changes, _ = fields.changed(made)
                kind = "primary" if changes else "secondary"
                st.button("Save", key=f"fu-save-{one.item}", type=kind, on_click=_save, args=(here, one.item, made))  # type: ignore[arg-type]  # one of its two words
                st.button("Take it off the list", key=f"fu-drop-{one.item}", on_click=_drop, args=(here, one.item))
        shell.refused(one.item)
        st.html(f'<p class="quiet">{who_html(last)}</p>')
    _warned(here, made)  # beside it, closed as it may be


def _taken_off(here: OpenedDrill) -> None:
    """List the actions that are none any more, with a way to put each back."""
    off = list(here.view.there.actions(dropped=True))
    if not off:
        return
    asked = any(session.answered(item) for item in off)
    with st.expander(f"Taken off the list ({len(off)})", expanded=asked, key="fu-off"):
        for item in off:
            text, said = here.said(item, "text").text, here.said(item, DROPPED)
            with st.container(horizontal=True, vertical_alignment="center", key=f"fu-off-{item}"):
                st.html(f'<p>{escape(text)} <span class="quiet">{escape(said.text)}</span></p>')
                if here.writes:
                    st.button("Put it back", key=f"fu-back-{item}", on_click=_put_back, args=(here, item))
            shell.refused(item)


def _form(
    here: OpenedDrill, item: str, said: Callable[[str], Wording], rows: Iterable[tuple[str, ...]]
) -> dict[str, str]:
    """Draw rows of an action's fields; return name -> key."""
    made: dict[str, str] = {}
    for row in rows:
        for column, name in zip(st.columns(len(row)), row, strict=True):
            with column:
                made[name] = _field(here, item, name, said(name))
    return made


def _field(here: OpenedDrill, item: str, name: str, said: Wording) -> str:
    key = fields.key_of(here, item, name)
    titles = _titles(here, name)
    empty = "" if name in WORDS else None
    off = not here.writes
    if name == "due":
        _due(here, item, key, said, off)
        return key
    met = fields.synced(key, said, empty)
    if titles is None:
        st.text_input(LABELS[name], key=key, disabled=off, placeholder=_EXAMPLES.get(name, ""))
    else:
        held = st.session_state.get(key)
        among = list(titles) if held in titles or held is None else [*titles, held]
        st.selectbox(LABELS[name], among, key=key, index=None, disabled=off, placeholder="Pick one",
                     format_func=lambda ident: titles.get(ident, ident))  # fmt: skip
    fields.remembered(key)
    if met:
        fields.clash(here, item, item, name, key, said, lambda ident: (titles or {}).get(ident, ident), empty)
    return key


_EXAMPLES = {
    "text": "A check that refuses a release whose key the verifiers do not have",
    "shown_by": "the test release_key_known fails when the check is taken out",
    "owner": "a team or a person",
}


def _due(here: OpenedDrill, item: str, key: str, said: Wording, off: bool) -> None:
    """Draw the date an action is due; it is kept as text, so that it reads the same everywhere."""
    shown = f"{key}-date"
    met = fields.synced(key, said)
    held = _day(str(st.session_state[key]))
    # The text alone holds: what others wrote and one takes over comes into the widget, what is picked goes out of it.
    if shown not in st.session_state or st.session_state[shown] != held:
        st.session_state[shown] = held
    today = datetime.now(ZoneInfo(st.context.timezone or "UTC")).date()
    low = min(today - timedelta(days=MOST_DAYS), held or today)
    st.date_input(LABELS["due"], key=shown, min_value=low, max_value=max(today + timedelta(days=MOST_DAYS), held or
                  today), format="YYYY-MM-DD", disabled=off, on_change=_picked, args=(key, shown))  # fmt: skip
    fields.remembered(key)
    if met:
        fields.clash(here, item, item, "due", key, said, str)


@session.callback()
def _picked(key: str, shown: str) -> None:
    day = st.session_state[shown]
    st.session_state[key] = day.isoformat() if day else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _titles(here: OpenedDrill, name: str) -> Mapping[str, str] | None:
    """Return what may be picked in a field, None where words are written."""
    if name in (*WORDS, "due"):
        return None
    if name == "factor":
        return {one.id: one.title for one in here.view.factors.values()}
    if name == "answers":
        return {one.id: one.ask for stage in here.view.rules.stages for one in here.view.asked(stage)}
    if name == "retest":
        return drills_offered()
    if name == "measure":
        return TURNING
    return PICKED[name]


def drills_offered() -> dict[str, str]:
    """Return every drill that can test something again: `scenario/variant` -> its title."""
    found = {}
    for offer in offers().values():
        try:
            loaded = offer.load()
        except DrillError:
            continue
        name, title = loaded.scenario.id, loaded.scenario.title
        for variant in loaded.variants:
            found[f"{name}/{variant}"] = title if variant == "base" else f"{title}, variant {variant}"
    return found


def _warned(here: OpenedDrill, made: Mapping[str, str]) -> None:
    said = {name: str(st.session_state.get(made[name]) or "") for name in ("text", "shown_by")}
    fields.refused_if_long(LONGEST, *(made[name] for name in WORDS if name in made))
    warned_html([*vague(said["text"]), *vague(said["shown_by"]), *conclusions(said["text"], here.drill.people)])


@session.callback(NEW)
def _add(here: OpenedDrill, made: Mapping[str, str]) -> None:
    session.forget(NEW)
    changes, _ = fields.changed(made)
    if not changes.get("text"):
        raise DrillError("say what will be there that is not there now; the rest can follow")
    _short(changes)
    here.write("", changes, {})
    fields.forget(*made.values())
    st.session_state[keys.ROUND] += 1
    fields.draft(keys.ROUND, st.session_state[keys.ROUND])


@session.callback()
def _save(here: OpenedDrill, item: str, made: Mapping[str, str]) -> None:
    with session.trying(item):
        session.forget(item)
        changes, seen = fields.changed(made)
        if changes:
            _short(changes)
            fields.written(made, here.write(item, changes, seen))


def _short(changes: Mapping[str, Value]) -> None:
    """Raise DrillError for words that are too long for a line of the register."""
    for name in changes.keys() & set(WORDS):
        if words := too_long(str(changes[name]), LONGEST):
            raise DrillError(f"{LABELS[name]}: {words}")


@session.callback()
def _put_back(here: OpenedDrill, item: str) -> None:
    with session.trying(item):
        session.forget(item)
        here.write(item, {DROPPED: ""}, {DROPPED: here.said(item, DROPPED).n})


@session.callback()
def _drop(here: OpenedDrill, item: str) -> None:
    with session.trying(item):
        session.forget(item)
        here.write(item, {DROPPED: f"taken off by {here.person.name}"}, {DROPPED: here.said(item, DROPPED).n})
