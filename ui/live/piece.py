"""What a screen is made of: pieces of HTML, and figures, each under an id that stays."""

from __future__ import annotations

from typing import NamedTuple


class Piece(NamedTuple):
    """Something on a screen. A browser changes what it has under this id in place, or puts it at the end of `into`.

    Without `into` it is part of the page's frame and stays; with it, it goes when it is no longer among the pieces.
    """

    id: str
    html: str
    into: str = ""


class Chart(NamedTuple):
    """A chart, drawn by plotly's own script in the element with this id."""

    id: str
    json: str
    """What plotly makes of a figure: `data` and `layout`."""
    alt: str
    """What it shows, in words."""
