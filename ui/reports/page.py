"""A document as a page of its own: opens without a network, prints well, runs no script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ui.parts.text import escape

STYLE = Path(__file__).with_name("page.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What the page may load: nothing."""
WIDE, LONG = 4, 40
"""Columns of figures that do not fit a phone (one less where the last is text); signs from which on a cell is text."""
_WHOLE = re.compile(r"<td([^>]*)>((?=\d[^<]*[ -])[^<]{1,20}|late, T[^<]{1,8})</td>")
"""A date, a figure with its unit, or that it was late and when it came."""
_TAG = re.compile(r"(<[^>]*>)")
_TIME = re.compile(r"\bT[-−]\d+:\d\d")
"""A time before T+00:00, whose sign a line would break at."""


@cache
def _markdown() -> MarkdownIt:
    # HTML in it is text, a picture would be fetched from elsewhere.
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def standalone(markdown: str, title: str, footer: str) -> str:
    """Return a Markdown document as a whole HTML page."""
    tokens = _markdown().parse(markdown)
    _label(tokens)
    html = _markdown().renderer.render(tokens, _markdown().options, {})
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_style()}</style></head>"
        f"<body><main>{_scrolling(html)}</main><footer>{escape(footer)}</footer></body></html>\n"
    )


def _label(tokens: Sequence[Token]) -> None:
    """Have each cell of a wide table know its column, for screens that are too narrow to show columns.

    A table whose last column tells something is `told`: what stands before it fits a line.
    """
    starts = [at for at, one in enumerate(tokens) if one.type == "table_open"]
    for start in starts:
        end = next(at for at in range(start, len(tokens)) if tokens[at].type == "table_close")
        inside = list(pairwise(tokens[start:end]))
        heads = [text.content for one, text in inside if one.type == "th_open"]
        cells = [(one, text.content) for one, text in inside if one.type == "td_open"]
        told = max((len(text) for _, text in cells[len(heads) - 1 :: len(heads)]), default=0) > LONG
        if len(heads) < WIDE - told:
            continue
        for at, (cell, _) in enumerate(cells):
            cell.attrSet("data-head", heads[at % len(heads)])
        tokens[start].attrSet("class", "told" if told else "wide")


def _scrolling(html: str) -> str:
    """Return markup of ours with each table in a box of its own, which scrolls, and dates, figures and times whole."""
    boxed = html.replace("<table", '<div class="scrolls"><table').replace("</table>", "</table></div>")
    parts = _TAG.split(_WHOLE.sub(r'<td class="whole"\1>\2</td>', boxed))
    # Each second part is a tag; its attributes are no text.
    parts[::2] = (_TIME.sub(r'<span class="whole">\g<0></span>', text) for text in parts[::2])
    return "".join(parts)


@cache
def _style() -> str:
    return STYLE.read_text(encoding="utf-8")
