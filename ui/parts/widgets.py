"""Form fields as widgets, and what they hold as plain data for the command model.

No `st.form`: a form forgets what was typed when it is not drawn. Each widget is keyed, kept for the session,
and asks for no rerun (`on_change="ignore"`), so nothing typed is lost and nothing moves while typing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal, get_args

import streamlit as st

from simulator.briefing import Briefing
from simulator.options import Option
from simulator.values import Ref, Rejection, Rung
from ui import session
from ui.parts import hands, units
from ui.parts.labels import help_of, label
from ui.parts.labels import words as words_of
from ui.parts.shapes import Shape
from ui.parts.text import plain, visible
from ui.parts.words import evidence, names_of

Key = Callable[[str], str]
"""Widget key of a field path."""
FEW, SHORT = 9, 150
"""Up to this many options with up to this many letters in all are shown as pills, one click each."""
RUNGS: tuple[str, ...] = get_args(Rung)
SMALL_SOURCES = ("seats", "roles", "services", "channels", "revisions", "updates", "packets", "decisions")
QUIET: dict[str, Any] = {"on_change": "ignore", "persist_state": "session"}
LAYOUT: dict[str, tuple[dict[str, tuple[str, float]], ...]] = {
    "check": (
        {"metric": ("Signal", 1)},
        {"is": ("is", 1.5), "threshold": ("Threshold", 1), "within_minutes": ("Within (min)", 1)},
    ),
    "figure": ({"name": ("Figure", 2), "low": ("From", 1), "high": ("To", 1)},),
    "pair": (
        {"owner": ("Owner {number}", 1), "voice": ("Or said by", 1.6)},
        {"action": ("Wants", 1)},
        {"reversal_minutes": ("Minutes to undo", 1), "blast_radius": ("Can hurt", 1.6)},
    ),
}
"""The lines of a field that has several parts: each part's label and width."""

def draw(
    rows: Sequence[Shape], b: Briefing, key: Key, prefilled: Mapping[str, Any], marks: Mapping[str, str]
) -> None:
    """Draw the fields of a form, small ones two to a line; `marks` says which fields count, and for whom."""
    for line in lines(rows):
        columns = st.columns(2, gap="small") if len(line) > 1 else [st.container()]
        for column, shape in zip(columns, line, strict=True):
            with column:
                field(shape, b, key, prefilled, marks.get(shape.path, ""))


def lines(rows: Sequence[Shape]) -> list[list[Shape]]:
    """Return the fields line by line: a small one takes the next small one beside it, from up to two fields on."""
    left, found = list(rows), []
    while left:
        line = [left.pop(0)]
        if _small(line[0]):
            beside = next((shape for shape in left[:2] if _small(shape)), None)
            if beside is not None:
                left.remove(beside)
                line.append(beside)
        found.append(line)
    return found


def _small(shape: Shape) -> bool:
    return shape.ask == "number" or (shape.ask == "pick" and shape.source in SMALL_SOURCES)


def field(shape: Shape, b: Briefing, key: Key, prefilled: Mapping[str, Any], mark: str = "") -> None:
    """Draw one field."""
    words, more = label(shape, mark), help_of(shape, b)
    if shape.rows or shape.ask == "rejected":
        st.markdown(f":small[{words}]", help=more)
        (_compound if shape.rows else _rejected)(shape, b, key, prefilled)
    else:
        _widget(words, shape, b, key, prefilled, help=more)
    line = words_of("lines").get(shape.path)
    if line:
        st.caption(plain(line))


def _widget(words: str, shape: Shape, b: Briefing, key: Key, prefilled: Mapping[str, Any], **more: Any) -> None:
    at, known = key(shape.path), prefilled.get(shape.path, shape.default)
    if shape.source == "levels":
        choice(words, [option.id for option in b.options("levels")], at, known, shape.needed, **more)
    elif shape.ask == "pick":
        pick(words, options_of(shape, b), at, known, **more)
    elif shape.ask == "picks":
        picks(words, _choices(shape, b), at, known or [], **more)
    elif shape.ask == "choice":
        choice(words, shape.choices, at, known, shape.needed or shape.path.endswith(".is"), **more)
    elif shape.ask == "number":
        number(words, at, known, shape.low, shape.high, _step(shape), **more)
    else:
        text(words, shape, at, known or "", **more)


def value(shape: Shape, held: Callable[[str], Any]) -> Any:
    """Return what a drawn field holds as plain data, None where it was left empty; `held` reads a path."""
    if shape.ask == "picks":
        return tuple(held(shape.path) or ())
    if shape.ask in ("line", "text"):
        return (held(shape.path) or "").strip()
    if shape.ask == "rejected":
        found = {rung: held(f"{shape.path}.{rung}") for rung in RUNGS}
        return tuple({"rung": rung, "reason": reason} for rung, reason in found.items() if reason)
    if shape.rows:
        rows = _rows(shape, held)
        return tuple(rows) if shape.ask in ("figures", "pair") else next(iter(rows), None)
    return held(shape.path)


def pick(words: str, options: Sequence[Option], key: str, known: str | None = None, **more: Any) -> None:
    """Draw a list of which one is picked."""
    titles = {option.id: visible(option.title) for option in options}
    session.start(key, known)
    # Assigned only where it changes: each assignment overrides what is being picked in the browser right now.
    if st.session_state.get(key) is not None and st.session_state.get(key) not in titles:
        st.session_state[key] = None
    hint = "Pick one" if titles else "Nothing to pick yet"
    st.selectbox(words, list(titles), index=None, filter_mode="contains",
                 format_func=lambda i: titles.get(i, i), key=key, **{**QUIET, "placeholder": hint, **more})  # fmt: skip


def picks(words: str, options: Sequence[Option], key: str, known: Sequence[str], **more: Any) -> None:
    """Draw a list of which several are picked: pills where they are few and short."""
    titles = {option.id: visible(option.title) for option in options}
    session.start(key, list(known))
    held = st.session_state.get(key) or []
    if any(one not in titles for one in held):
        st.session_state[key] = [one for one in held if one in titles]
    if 0 < len(titles) <= FEW and sum(map(len, titles.values())) <= SHORT:
        st.pills(words, list(titles), selection_mode="multi", format_func=lambda i: plain(titles.get(i, i)), key=key,
                 **{**QUIET, **more})  # fmt: skip
    else:
        # No "select all": Enter on a half-typed word would take it.
        st.multiselect(words, list(titles), filter_mode="contains", select_all=False,
                       format_func=lambda i: titles.get(i, i), key=key,
                       placeholder="Pick any" if titles else "Nothing to pick yet", **{**QUIET, **more})  # fmt: skip


def choice(
    words: str, options: Sequence[str], key: str, known: str | None, needed: bool = True, **more: Any
) -> None:
    """Draw a closed choice, all of it visible; one that is needed cannot be taken back to nothing."""
    session.start(key, known)
    st.segmented_control(
        words, options, key=key, required=needed, format_func=lambda one: one.replace("_", " "), **{**QUIET, **more}
    )


def _unit(b: Briefing, metric: str) -> str:
    """Return the unit of a signal as its list shows it."""
    found = units.unit(b, metric)
    return f", in {found}" if found else ""


def number(
    words: str, key: str, known: float | None, low: float | None, high: float | None, step: float, **more: Any
) -> None:
    """Draw a number that may be empty."""
    session.start(key, None if known is None else float(known))
    st.number_input(words, value=None, min_value=low, max_value=high, step=step, format="%g", key=key,
                    **{**QUIET, **more})  # fmt: skip


def options_of(shape: Shape, b: Briefing) -> list[Option]:
    """Return what can be picked; also how busy somebody is who could carry it out, and the unit of a check's signal."""
    options = b.options(shape.source)
    if shape.path == "executor":
        return [Option(one.id, f"{one.title}{hands.words(b, one.id)}") for one in options]
    if shape.path.endswith(".metric"):
        # The unit stands in the list: said below the field it would need a run of its own while somebody types on.
        return [Option(one.id, f"{one.title}{_unit(b, one.id)}") for one in options]
    return options


def text(words: str, shape: Shape, key: str, known: str, **more: Any) -> None:
    """Draw a text. The browser is given no limit: it would drop what is pasted beyond one without a word."""
    session.start(key, known)
    if shape.ask == "line":
        st.text_input(words, key=key, **{**QUIET, **more})
    else:
        st.text_area(words, key=key, height=72, placeholder=f"Up to {shape.longest:,} characters", **QUIET)
    count = len(st.session_state.get(key) or "")
    if count > shape.longest:
        st.caption(f":red[{count:,} characters; {shape.longest:,} fit]")


def _choices(shape: Shape, b: Briefing) -> list[Option]:
    options = b.options(shape.source)
    if shape.source != "evidence":
        return options
    names = names_of(b)
    return [Option(option.id, evidence(Ref(option.id), b, names)) for option in reversed(options)]


def _step(shape: Shape) -> float:
    if shape.path == "probability":
        return 0.1
    return 5.0 if "minutes" in shape.path or "baseline" in shape.path else 1.0


def _compound(shape: Shape, b: Briefing, key: Key, pre: Mapping[str, Any]) -> None:
    for number, row in enumerate(shape.rows, 1):
        for line in LAYOUT["figure" if shape.ask == "figures" else shape.ask]:
            widths = [width for _, width in line.values()]
            across: Literal["top", "bottom"] = "top" if shape.ask == "pair" else "bottom"
            columns: Sequence[AbstractContextManager[Any]] = [nullcontext()]
            if len(line) > 1:
                columns = st.columns(widths, gap="small", vertical_alignment=across)
            for column, (name, (words, _)) in zip(columns, line.items(), strict=True):
                with column:
                    more = {"label_visibility": "collapsed"} if name == "metric" else {}
                    _widget(words.format(number=number), row[name], b, key, pre, **more)


def _rejected(shape: Shape, _b: Briefing, key: Key, pre: Mapping[str, Any]) -> None:
    reasons = [Option(reason, reason.replace("_", " ")) for reason in get_args(Rejection)]
    for column, rung in zip(st.columns(len(RUNGS), gap="small"), RUNGS, strict=True):
        with column:
            path = f"{shape.path}.{rung}"
            pick(rung.capitalize(), reasons, key(path), pre.get(path), placeholder="–")


def _rows(shape: Shape, held: Callable[[str], Any]) -> list[dict[str, Any]]:
    """Return what the rows hold; one that does not say what it is about is none, except of a pair."""
    found = [{name: value(part, held) for name, part in row.items()} for row in shape.rows]
    begun = [row for row in found if shape.ask == "pair" or next(iter(row.values())) is not None]
    return [{name: part for name, part in row.items() if part is not None} for row in begun]
