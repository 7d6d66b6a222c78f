"""Tables as files for a team's own tools: CSV that no spreadsheet takes for formulas, and Parquet."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula."""


def inert(text: str) -> str:
    """Return a cell's text so that spreadsheets read it as text, whatever it begins with."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def active(text: str) -> str:
    """Return what `inert` was given, for a cell that comes back from a spreadsheet."""
    return text[1:] if text.startswith("'") and inert(text[1:]) == text else text


def csv(frame: pd.DataFrame) -> bytes:
    """Return a table as CSV in UTF-8, with the mark by which spreadsheets know it."""
    safe = frame.copy()
    for name in safe.columns:
        if safe[name].dtype.kind not in "biufM":
            safe[name] = safe[name].map(lambda value: inert(value) if isinstance(value, str) else value)
    return safe.to_csv(index=False, date_format="%Y-%m-%dT%H:%M:%SZ", lineterminator="\r\n").encode("utf-8-sig")


def parquet(frame: pd.DataFrame) -> bytes:
    """Return a table as Parquet, its texts word for word: nothing there is ever a formula."""
    held = io.BytesIO()
    frame.to_parquet(held, engine="pyarrow", index=False)
    return held.getvalue()
