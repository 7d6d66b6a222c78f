"""Form fields as widgets, and what they hold as plain data for the command model.

No `st.form`: a form forgets what was typed when it is not drawn. Each widget is keyed, kept for the session,
and asks for no rerun (`on_change="ignore"`), so nothing typed is lost and nothing moves while typing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

import streamlit as st

from simulator.briefing import Briefing
from simulator.options import Option
from simulator.values import Ref, Rejection, Rung
from ui import session
from ui.parts import hands
from ui.parts.labels import LINES, help_of, label
from ui.parts.shapes import Shape
from ui.parts.words import evidence, names_of

Key = Callable[[str], str]
"""Widget key of a field path."""
FEW, SHORT = 9, 150
"""Up to this many options with up to this many letters in all are shown as pills, one click each."""
FIGURE_ROWS = 2
RUNGS: tuple[str, ...] = get_args(Rung)
SMALL_SOURCES = ("seats", "roles", "services", "channels", "revisions", "updates", "packets", "decisions")
QUIET: dict[str, Any] = {"on_change": "ignore", "persist_state": "session"}

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
    known = prefilled.get(shape.path, shape.default)
    if shape.ask == "pick":
        pick(words, options_of(shape, b), key(shape.path), known, help=more)
    elif shape.ask == "picks":
        picks(words, _choices(shape, b), key(shape.path), known or [], help=more)
    elif shape.ask == "choice":
        choice(words, shape.choices, key(shape.path), known, shape.needed, help=more)
    elif shape.ask == "number":
        number(words, key(shape.path), known, shape.low, shape.high, _step(shape), help=more)
    elif shape.ask in ("line", "text"):
        text(words, shape, key(shape.path), known or "", more)
    else:
        st.markdown(f":small[{words}]", help=more)
        _PARTS[shape.ask](shape.path, b, key, prefilled)
    if shape.path in LINES:
        st.caption(LINES[shape.path])


def value(shape: Shape, held: Callable[[str], Any]) -> Any:
    """Return what a drawn field holds as plain data, None where it was left empty; `held` reads a path."""
    if shape.ask == "picks":
        return tuple(held(shape.path) or ())
    if shape.ask in ("pick", "choice", "number"):
        return held(shape.path)
    if shape.ask in ("line", "text"):
        return (held(shape.path) or "").strip()
    return _VALUES[shape.ask](shape.path, held)


def pick(words: str, options: Sequence[Option], key: str, known: str | None = None, **more: Any) -> None:
    """Draw a list of which one is picked."""
    titles = {option.id: option.title for option in options}
    session.start(key, known)
    # Assigned only where it changes: each assignment overrides what is being picked in the browser right now.
    if session.get(key) is not None and session.get(key) not in titles:
        session.put(key, None)
    hint = "Pick one" if titles else "Nothing to pick yet"
    st.selectbox(words, list(titles), index=None, filter_mode="contains",
                 format_func=lambda i: titles.get(i, i), key=key, **{**QUIET, "placeholder": hint, **more})  # fmt: skip


def picks(words: str, options: Sequence[Option], key: str, known: Sequence[str], **more: Any) -> None:
    """Draw a list of which several are picked: pills where they are few and short."""
    titles = {option.id: option.title for option in options}
    session.start(key, list(known))
    held = session.get(key) or []
    if any(one not in titles for one in held):
        session.put(key, [one for one in held if one in titles])
    if 0 < len(titles) <= FEW and sum(map(len, titles.values())) <= SHORT:
        st.pills(words, list(titles), selection_mode="multi", format_func=lambda i: titles.get(i, i), key=key,
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
    """Return the unit of a signal as its list shows it; panels show ratios as percent, thresholds are ratios."""
    panel = next((one for one in b.catalogue.panels if one.id == metric), None)
    if panel is None or not panel.unit:
        return ""
    return ", a ratio: 1 % is 0.01" if panel.unit == "ratio" else f", in {panel.unit}"


def number(
    words: str, key: str, known: float | None, low: float | None, high: float | None, step: float, **more: Any
) -> None:
    """Draw a number that may be empty."""
    session.start(key, None if known is None else float(known))
    st.number_input(words, value=None, min_value=low, max_value=high, step=step, format="%g", key=key,
                    **{**QUIET, **more})  # fmt: skip


def options_of(shape: Shape, b: Briefing) -> list[Option]:
    """Return what can be picked; of whoever could carry something out also until when they are busy."""
    options = b.options(shape.source)
    if shape.path != "executor":
        return options
    return [Option(one.id, f"{one.title}{hands.words(b, one.id)}") for one in options]


def text(words: str, shape: Shape, key: str, known: str, more: str | None) -> None:
    """Draw a text. The browser is given no limit: it would drop what is pasted beyond one without a word."""
    session.start(key, known)
    if shape.ask == "line":
        st.text_input(words, key=key, help=more, **QUIET)
    else:
        st.text_area(words, key=key, height=72, placeholder=f"Up to {shape.longest:,} characters", **QUIET)
    count = len(session.get(key) or "")
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


# --- parts of a command ------------------------------------------------------------------------------


def _check(path: str, b: Briefing, key: Key, pre: Mapping[str, Any]) -> None:
    # The unit stands in the list: said below the field it would need a run of its own while somebody types on.
    signals = [Option(one.id, f"{one.title}{_unit(b, one.id)}") for one in b.options("metrics")]
    pick("Signal", signals, key(f"{path}.metric"), pre.get(f"{path}.metric"), label_visibility="collapsed")
    one, two, three = st.columns([1.5, 1, 1], gap="small", vertical_alignment="bottom")
    with one:
        choice("is", ("below", "above"), key(f"{path}.is"), pre.get(f"{path}.is", "below"))
    with two:
        number("Threshold", key(f"{path}.threshold"), pre.get(f"{path}.threshold"), None, None, 1.0)
    with three:
        number("Within (min)", key(f"{path}.within_minutes"), pre.get(f"{path}.within_minutes", 10), 0.0, 1440.0, 5.0)


def _figure(path: str, b: Briefing, key: Key, pre: Mapping[str, Any]) -> None:
    one, two, three = st.columns([2, 1, 1], gap="small", vertical_alignment="bottom")
    with one:
        pick("Figure", b.options("figures"), key(f"{path}.name"), pre.get(f"{path}.name"))
    with two:
        number("From", key(f"{path}.low"), pre.get(f"{path}.low"), None, None, 1.0)
    with three:
        number("To", key(f"{path}.high"), pre.get(f"{path}.high"), None, None, 1.0)


def _figures(path: str, b: Briefing, key: Key, pre: Mapping[str, Any]) -> None:
    for row in range(FIGURE_ROWS):
        _figure(f"{path}.{row}", b, key, pre)


def _rejected(path: str, b: Briefing, key: Key, pre: Mapping[str, Any]) -> None:
    reasons = [Option(reason, reason.replace("_", " ")) for reason in get_args(Rejection)]
    for column, rung in zip(st.columns(len(RUNGS), gap="small"), RUNGS, strict=True):
        with column:
            pick(rung.capitalize(), reasons, key(f"{path}.{rung}"), pre.get(f"{path}.{rung}"), placeholder="–")


def _pair(path: str, b: Briefing, key: Key, pre: Mapping[str, Any]) -> None:
    for row in (0, 1):
        at = f"{path}.{row}"
        one, two = st.columns([1, 1.6], gap="small")
        with one:
            pick(f"Owner {row + 1}", b.options("roles"), key(f"{at}.owner"), pre.get(f"{at}.owner"))
        with two:
            pick("Or said by", b.options("voices"), key(f"{at}.voice"), pre.get(f"{at}.voice"))
        pick("Wants", b.options("actions"), key(f"{at}.action"), pre.get(f"{at}.action"))
        one, two = st.columns([1, 1.6], gap="small")
        with one:
            number(
                "Minutes to undo", key(f"{at}.reversal_minutes"), pre.get(f"{at}.reversal_minutes"), 0.0, 1440.0, 5.0
            )
        with two:
            picks("Can hurt", b.options("blast"), key(f"{at}.blast_radius"), [])


_PARTS = {"check": _check, "figure": _figure, "figures": _figures, "rejected": _rejected, "pair": _pair}


def _check_value(path: str, held: Callable[[str], Any]) -> Any:
    metric = held(f"{path}.metric")
    if metric is None:
        return None
    within = held(f"{path}.within_minutes")
    return _full(metric=metric, is_=held(f"{path}.is"), threshold=held(f"{path}.threshold"), within_minutes=within)


def _figure_value(path: str, held: Callable[[str], Any]) -> Any:
    name = held(f"{path}.name")
    return None if name is None else _full(name=name, low=held(f"{path}.low"), high=held(f"{path}.high"))


def _figures_value(path: str, held: Callable[[str], Any]) -> Any:
    rows = [_figure_value(f"{path}.{row}", held) for row in range(FIGURE_ROWS)]
    return tuple(row for row in rows if row is not None)


def _rejected_value(path: str, held: Callable[[str], Any]) -> Any:
    found = {rung: held(f"{path}.{rung}") for rung in RUNGS}
    return tuple({"rung": rung, "reason": reason} for rung, reason in found.items() if reason)


def _pair_value(path: str, held: Callable[[str], Any]) -> Any:
    return tuple(
        _full(
            owner=held(f"{path}.{row}.owner"), voice=held(f"{path}.{row}.voice"), action=held(f"{path}.{row}.action"),
            reversal_minutes=held(f"{path}.{row}.reversal_minutes"),
            blast_radius=tuple(held(f"{path}.{row}.blast_radius") or ()),
        )
        for row in (0, 1)
    )  # fmt: skip


def _full(**parts: Any) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part is not None}


_VALUES = {
    "check": _check_value, "figure": _figure_value, "figures": _figures_value, "rejected": _rejected_value,
    "pair": _pair_value,
}  # fmt: skip
