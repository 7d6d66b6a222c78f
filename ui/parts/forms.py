"""Every command a responder may give, as a short form prefilled from the drill. Its fragment never ticks."""

from __future__ import annotations

from typing import Any, get_args

import streamlit as st
from pydantic import ValidationError

from simulator import acts
from simulator.acts import ACTS
from simulator.briefing import Briefing
from simulator.values import Duty
from ui import session
from ui.parts import catalogue, ending, units, widgets
from ui.parts.catalogue import Form
from ui.parts.labels import name_of
from ui.parts.marks import MINE, OTHER, Owners, counts_for, mark, marks
from ui.parts.prefill import prefilled
from ui.parts.shapes import shapes
from ui.parts.shell import fresh, part
from ui.parts.start import AMENDS, controls
from ui.parts.text import plain
from ui.session import Here

PLACE = "form"
REMEMBERED = {"report_task": "task"}
"""Field that the button which opened a form fills in."""


def open_form(kind: str, about: str = "") -> None:
    """Bring a form to the front (in a callback); `about` goes into the field it is about."""
    st.session_state[session.GROUP] = ACTS[kind].tab
    st.session_state[session.FORM] = kind
    session.forget(PLACE)
    session.turn(kind)
    if about and kind in REMEMBERED:
        st.session_state[session.field(kind, REMEMBERED[kind])] = about


@part(key="forms")
def forms(here: Here) -> None:
    """Draw the form picker and the form."""
    b = here.room.briefing(here.role)
    groups = catalogue.offered(b)
    if st.session_state.get(session.GROUP) not in groups:
        st.session_state[session.GROUP] = next(iter(groups))
    group = st.segmented_control(
        "Forms",
        list(groups),
        key=session.GROUP,
        required=True,
        label_visibility="collapsed",
        on_change=_regrouped,
        width="stretch",
        wrap=False,
    )
    kinds = {form.kind: form for form in groups[group or next(iter(groups))]}
    if st.session_state.get(session.FORM) not in kinds:
        st.session_state[session.FORM] = next(iter(kinds))
    kind = st.pills(
        "Form",
        list(kinds),
        key=session.FORM,
        required=True,
        format_func=lambda one: kinds[one].title,
        label_visibility="collapsed",
        on_change=session.forgotten,
        args=(PLACE,),
        wrap=True,
    )
    form = kinds[kind or next(iter(kinds))]
    with fresh(PLACE, form.kind):
        _form(here, b, form)


@session.callback(PLACE)
def _regrouped() -> None:
    session.forget(PLACE)
    st.session_state[session.FORM] = None


def _form(here: Here, b: Briefing, form: Form) -> None:
    with st.container(border=True, key=f"form-{form.kind}"):
        with st.container(horizontal=True, vertical_alignment="top", gap="small", wrap=False):
            st.markdown(f"**{plain(form.title)}**  \n:small[:gray[{plain(form.act.__doc__ or '')}]]", width="stretch")
            st.button(
                "Refill",
                key="refill",
                icon=":material/refresh:",
                type="tertiary",
                on_click=session.turn_again,
                args=(form.kind,),
                help="Fill in again from the drill as it is now: newest results, values, owners",
            )
        widgets.draw(
            [shape for shape in shapes(form.act) if shape.path != AMENDS], b,
            lambda path: session.field(form.kind, path), prefilled(form.kind, b), marked(form, b),
        )  # fmt: skip
        if form.act is acts.RequestClosure:
            ending.gate(b)
        with st.container(key="hand", gap="xsmall"):
            asks = form.kind == "end_drill"
            key = session.press(form.kind)
            # Another button once it was answered: a second press of the one before is for a form that is gone.
            with st.container(key="hand-in"):
                pressed = st.button(
                    "End the drill …" if asks else plain(form.title),
                    key=f"hand-in-{key}",
                    type="primary",
                    width="stretch",
                    on_click=None if asks else _hand_in,
                    args=None if asks else (here, form, key),
                    shortcut="Ctrl+Enter",
                )
            if pressed and asks:
                ending.confirm(here)
            outcome = session.answered(PLACE)
            if outcome:
                ok, words = outcome
                (st.success if ok else st.error)(plain(words), icon=":material/check:" if ok else ":material/block:")
            else:
                st.empty()  # in its place, so that it goes
        whose = legend(form, b)
        if whose:
            st.caption(" · ".join((":red[*] needed", *whose)))


def marked(form: Form, b: Briefing) -> dict[str, str]:
    """Return the mark of each field that counts: full for this seat, hollow where it counts for another."""
    duties = b.incident.duties(b.role)
    return {field: f" {mark(owners, duties)}" for field, owners in marks(form.kind, b.incident.playbook).items()}


def legend(form: Form, b: Briefing) -> list[str]:
    """Return what the marks of a form mean, each that it has."""
    duties, fields = b.incident.duties(b.role), marks(form.kind, b.incident.playbook).values()
    others = Owners().union(*(owners for owners in fields if not counts_for(owners, duties)))
    mine = [f"{MINE} counts for your seat"] if any(counts_for(owners, duties) for owners in fields) else []
    seats = {b.catalogue.seat_for(duty) for duty in get_args(Duty) if duty in others}
    titles = " or ".join(role.title for role in b.catalogue.roles if role.id in seats)
    return mine + ([f"{OTHER} counts for {plain(titles)}"] if titles else [])


@session.callback(PLACE)
def _hand_in(here: Here, form: Form, key: str) -> None:
    if key != session.press(form.kind):
        return  # pressed twice before the answer was drawn
    b = here.room.briefing(here.role)
    filled = prefilled(form.kind, b)

    def held(path: str) -> Any:
        # A run that was cut short by the next click has not drawn every field; such a one is as it was filled.
        return st.session_state.get(session.field(form.kind, path), filled.get(path))

    typed = units.meant(b, {path: held(path) for path in controls(shapes(form.act))})
    data = {shape.path: widgets.value(shape, typed.get) for shape in shapes(form.act)}
    try:
        command = form.act.model_validate({name: value for name, value in data.items() if value is not None})
    except ValidationError as error:
        session.answer(PLACE, False, problem(error))
        return
    if session.give(here, PLACE, command, f"{form.title}: on the record", key):
        session.turn(form.kind)


def problem(error: ValidationError) -> str:
    """Return what is missing or wrong in the words of the form's labels."""
    missing, wrong = [], []
    for one in error.errors(include_url=False):
        path = [str(part) for part in one["loc"] if not isinstance(part, int)]
        name = " ".join(name_of(part) for part in path)
        if one["type"] == "missing" or one.get("input") in (None, ""):
            missing.append(name)
        elif one["type"] == "string_too_long":
            most, count = one["ctx"]["max_length"], len(str(one["input"]).strip())
            wrong.append(f"{name}: {count:,} characters, {most:,} fit; shorten it by {count - most:,}")
        else:
            wrong.append(f"{name}: {one['msg'].lower()}")
    parts = [f"Still needed: {', '.join(dict.fromkeys(missing))}"] if missing else []
    return ". ".join(parts + wrong)
