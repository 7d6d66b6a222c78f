"""Small pieces of HTML that several parts of a screen share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator import acts
from simulator.record.entry import dump
from ui.parts.text import escape

OUTPUT = '<output data-keep role="status"></output>'
"""Where a form says what became of what was pressed."""


def hidden(fields: Mapping[str, Any]) -> str:
    """Return fields that are sent with a form and that nobody fills in; nested ones by their path."""
    found = []
    for name, value in fields.items():
        if isinstance(value, dict):
            found.append(hidden({f"{name}.{inner}": one for inner, one in value.items()}))
        elif isinstance(value, list | tuple):
            found += [_one(name, one, "list") for one in value]
        elif isinstance(value, bool):
            found.append(_one(name, str(value).lower(), "boolean"))
        else:
            found.append(_one(name, value, "" if isinstance(value, str) else "number"))
    return "".join(found)


def _one(name: str, value: Any, kind: str) -> str:
    typed = f' data-type="{kind}"' if kind else ""
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}"{typed}>'


def press(act: acts.Act, label: str, tone: str = "") -> str:
    """Return a button that gives an act; a new rendering tells it from its like by what it is about."""
    fields = {name: value for name, value in dump(act).items() if name != "kind"}
    about = " ".join(map(str, fields.values()))
    return (
        f'<form data-act="{escape(act.kind)}" data-about="{escape(about)}" class="press">{hidden(fields)}'
        f'<button class="{escape(tone)}">{escape(label)}</button>{OUTPUT}</form>'
    )


def verb(name: str, inside: str, kind: str = "press") -> str:
    """Return a form that asks the room for something."""
    return f'<form data-act="room.{escape(name)}" class="{escape(kind)}">{inside}{OUTPUT}</form>'


def tabs(ident: str, label: str, panels: Mapping[str, str], kind: str = "") -> str:
    """Return a list of tabs; `panels` is what each shows: id and words. Each has a place for how much waits there."""
    buttons = "".join(
        f'<button type="button" role="tab" id="tab-{escape(panel)}" aria-controls="{escape(panel)}" '
        f'aria-selected="{"false" if at else "true"}" tabindex="{-1 if at else 0}">{escape(words)} '
        f'<b class="count" id="count-{escape(panel)}"></b></button>'
        for at, (panel, words) in enumerate(panels.items())
    )
    head = f'class="tabs {escape(kind)}" id="{escape(ident)}" aria-label="{escape(label)}"'
    return f'<div role="tablist" {head}>{buttons}</div>'
