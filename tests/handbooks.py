"""Tables in the documentation that repeat what a playbook says: between marks, written by `make docs`."""

from __future__ import annotations

import re
from pathlib import Path

from analytics.playbook import load
from analytics.report import handbook

DOCS = Path(__file__).parent.parent / "docs"
MARKED = re.compile(r"(<!-- (severity|criteria|limits) of (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def pages() -> list[Path]:
    """Return the pages that hold such tables."""
    return [page for page in sorted(DOCS.glob("*.md")) if MARKED.search(page.read_text(encoding="utf-8"))]


def filled(text: str) -> str:
    """Return a page with its tables as they have to be."""
    return MARKED.sub(lambda m: f"{m[1]}\n{handbook.section(m[2], load(m[3]))}\n{m[4]}", text)


if __name__ == "__main__":
    for page in pages():
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
