"""A document as a page of its own: opens without a network, prints well, runs no script."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

from ui.parts.text import escape

STYLE = Path(__file__).with_name("page.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What the page may load: nothing."""
_DAY = re.compile(r"<td>(\d{4}-\d\d-\d\d)</td>")


@cache
def _markdown() -> MarkdownIt:
    # HTML in it is text, a picture would be fetched from elsewhere.
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def standalone(markdown: str, title: str, footer: str) -> str:
    """Return a Markdown document as a whole HTML page."""
    html = _markdown().render(markdown)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_style()}</style></head>"
        f"<body><main>{_scrolling(html)}</main><footer>{escape(footer)}</footer></body></html>\n"
    )


def _scrolling(html: str) -> str:
    """Return markup of ours with each table in a box of its own, which scrolls on a narrow screen, and dates whole."""
    whole = html.replace("<table>", '<div class="scrolls"><table>').replace("</table>", "</table></div>")
    return _DAY.sub(r'<td class="day">\1</td>', whole)


@cache
def _style() -> str:
    return STYLE.read_text(encoding="utf-8")
