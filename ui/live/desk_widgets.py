"""Small pieces of HTML of the facilitator's desk."""

from __future__ import annotations

from collections.abc import Mapping

from ui.parts.text import escape


def field(label: str, control: str, kind: str = "") -> str:
    """Return a control with its label around it, so that no id is needed."""
    return f'<label class="field {escape(kind)}"><span>{escape(label)}</span>{control}</label>'


def select(name: str, options: Mapping[str, str], chosen: str = "") -> str:
    """Return a list to pick from; `options` is value -> words."""
    found = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen and chosen else ""}>{escape(words)}</option>'
        for value, words in options.items()
    )
    return f'<select name="{escape(name)}">{found}</select>'


def note(words: str) -> str:
    """Return a quiet line."""
    return f'<p class="quiet">{escape(words)}</p>'
