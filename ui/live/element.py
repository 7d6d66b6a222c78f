"""The live element of a page: its script and styles, as Streamlit shows them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import plotly

from ui import session
from ui.parts.assets import packaged
from ui.session import Here

HERE = Path(__file__).parent
SKELETON = (
    '<div class="live"><p id="line-state" role="status" aria-live="assertive" data-line="connecting" data-keep>'
    'Connecting …</p><p id="news" class="sr-only" role="status" aria-live="polite"></p><div id="frame"></div></div>'
)


def styles() -> str:
    """Return the styles of all that lives, each part's own file after the element's."""
    first = HERE / "live.css"
    rest = sorted(path for path in HERE.glob("*.css") if path != first)
    return "\n".join(path.read_text(encoding="utf-8") for path in (first, *rest))


def live(here: Here) -> None:
    """Show the console of somebody; `key` keeps it where it is over all reruns."""
    whose = urlencode({session.ME: here.person.id})
    urls = {name: f"/live/{name}?{whose}" for name in ("stream", "act", "form", "complete")}
    urls["plotly"] = f"/live/plotly.js?v={plotly.__version__}"
    element = packaged("live", html=SKELETON, css=styles())
    element(key=f"live-{here.person.id}", height="content", data=urls)
