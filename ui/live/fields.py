"""What a form held, read as an act: by the act's own class, so nothing is written twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from simulator import acts
from ui.parts.labels import name_of, part_of
from ui.parts.shapes import Shape, rows_of, shapes
from ui.parts.start import RUNGS, controls

Held = Callable[[str], Any]
"""What a field holds, by its path."""


class Wrong(NamedTuple):
    """Why a form was not taken: in a sentence, and for each field that is wrong."""

    words: str
    fields: Mapping[str, str]


def read(act: type[acts.Act], fields: Mapping[str, Any]) -> acts.Act | Wrong:
    """Return the act that a form's fields make, or what is wrong with them."""
    asked_for = shapes(act, rows_of(fields))
    known = set(controls(asked_for))
    if unknown := sorted(fields.keys() - known):
        return Wrong(f"no field is called {unknown[0][:80]!r} here", {})
    data = {shape.path: value(shape, fields.get) for shape in asked_for}
    try:
        return act.model_validate({name: one for name, one in data.items() if one is not None})
    except ValidationError as error:
        wrong = problem(error, data)
        # Of a field that has several parts and was not begun it is said at the first.
        begins = {shape.path: next(iter(shape.rows[0].values())).path for shape in asked_for if shape.rows}
        return wrong._replace(fields={begins.get(path, path): words for path, words in wrong.fields.items()})


def value(shape: Shape, held: Held) -> Any:
    """Return what a field holds as plain data, None where it was left empty."""
    if shape.ask == "rejected":
        found = {rung: held(f"{shape.path}.{rung}") for rung in RUNGS}
        return tuple({"rung": rung, "reason": reason} for rung, reason in found.items() if reason)
    if shape.rows:
        rows = _rows(shape, held)
        return tuple(rows) if shape.ask in ("figures", "pair") else next(iter(rows), None)
    found = held(shape.path)
    if shape.ask == "picks":
        return tuple(found or ()) if isinstance(found, list | tuple | None) else found
    if isinstance(found, str):
        # Of what can be left out, an empty text is a text; of what is needed it is none.
        return found.strip() or (None if shape.needed or shape.ask not in ("line", "text") else "")
    return found


def _rows(shape: Shape, held: Held) -> list[dict[str, Any]]:
    """Return what the rows hold; one that does not say what it is about is none, except of a pair."""
    found = [{name: value(part, held) for name, part in row.items()} for row in shape.rows]
    begun = [row for row in found if shape.ask == "pair" or next(iter(row.values())) is not None]
    return [{name: part for name, part in row.items() if part is not None} for row in begun]


def problem(error: ValidationError, data: Mapping[str, Any] | None = None) -> Wrong:
    """Return what is missing or wrong in the words of the form's labels."""
    missing, wrong, fields = [], [], {}
    for one in error.errors(include_url=False):
        place = [str(part) for part in one["loc"]]
        parts = (part_of(part) for part in place[1:] if not part.isdigit())
        name = " ".join([name_of(place[0]) if place else "", *parts]).strip()
        if one["type"] == "missing" or one.get("input") in (None, ""):
            missing.append(name)
            words = "still needed"
        elif one["type"] == "string_too_long":
            most, count = one["ctx"]["max_length"], len(str(one["input"]).strip())
            words = f"{count:,} characters, {most:,} fit; shorten it by {count - most:,}"
            wrong.append(f"{name}: {words}")
        else:
            words = one["msg"].lower()
            wrong.append(f"{name}: {words}")
        fields[_control(place, data or {})] = words
    parts = [f"Still needed: {', '.join(dict.fromkeys(missing))}"] if missing else []
    return Wrong(". ".join(parts + wrong), fields)


def _control(place: list[str], data: Mapping[str, Any]) -> str:
    """Return the control that an error is about: of a part that was not begun, its first one."""
    if len(place) == 1 and data.get(place[0]) is None:
        return place[0]
    return ".".join("is" if part == "is_" else part for part in place)
