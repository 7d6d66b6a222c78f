"""What an exercise or an incident was written in elsewhere: a workbook, CEXF, CSV or Markdown, read into its lines."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from analytics.report.real import MOST_LINES, RealIncident, RealLine, of_rows, read_timeline, rows_of
from simulator.errors import DrillError
from simulator.files import PACKINGS, decoded

LARGEST_FILE = 5_000_000
"""Bytes of a file that is read."""
LARGEST_BOOK = 50_000_000
"""Bytes that a workbook may become."""
MOST_COLUMNS = 60
FARTHEST = 100 * 24 * 60
"""Minutes beyond which nothing is part of an exercise."""


def read_exercise(raw: bytes, file: str) -> RealIncident:
    """Return the incident or exercise that a file tells of. Raises DrillError with file, place and remedy."""
    if len(raw) > LARGEST_FILE:
        raise DrillError(f"{file}: more than {LARGEST_FILE:,} bytes; give the incident alone")
    if raw.startswith(b"PK"):
        return of_rows(list(rows_of(_sheet(raw, file), file)), file)
    text = decoded(raw, Path(file))
    return _cexf(text, file) if text.lstrip().startswith("{") else read_timeline(text, file)


def is_cexf(raw: bytes) -> bool:
    """Tell whether bytes are one JSON object that has an exercise in it, and no journal."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "exercise" in found


def _sheet(raw: bytes, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of each row of a workbook's first sheet that has any."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as held:
            if any(info.compress_type not in PACKINGS for info in held.infolist()):
                raise DrillError(f"{file}: is packed as no workbook is; save it as XLSX, or as CSV in UTF-8")
            if sum(info.file_size for info in held.infolist()) > LARGEST_BOOK:
                raise DrillError(f"{file}: becomes too large; give the list of events alone")
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        for number, row in enumerate(book.worksheets[0].iter_rows(max_col=MOST_COLUMNS, values_only=True), 1):
            if number > MOST_LINES + 1:
                raise DrillError(f"{file}: has more than {MOST_LINES} rows; give the list of events alone")
            yield number, [_cell(value) for value in row]
    except DrillError:
        raise
    except Exception as error:  # whatever a library for a format as large as this one raises over a broken file
        what = " ".join(str(error).split())[:100]
        raise DrillError(f"{file}: is no workbook ({what}); save it as XLSX, or as CSV in UTF-8") from None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat(" ", "seconds") if isinstance(value, datetime) else str(value)


def _cexf(text: str, file: str) -> RealIncident:
    """Return the exercise that a file in the Common Exercise Format has."""
    try:
        data = json.loads(text)
        payloads = {one["uuid"]: one.get("parameters", {}) for one in data["inject_payloads"]}
        injects = {one["uuid"]: one for one in data["injects"]}
        lines = []
        for step in data["inject_flow"]:
            inject = injects[step["inject_uuid"]]
            said = payloads.get(inject.get("action_payload_resource_uuid"), {})
            judged = (inject.get("inject_evaluation") or [{}])[0]
            expected = (inject.get("expected") or {}).get("response", judged.get("result"))
            minute = float(step["timing"]["triggered_at"]) / 60
            if not abs(minute) < FARTHEST:  # what is no number is not below it either
                raise ValueError(f"triggered_at {step['timing']['triggered_at']}")
            lines.append(RealLine(
                minute, _word(said.get("content") or inject["name"]),
                who=_word(said.get("from")), kind=_word(inject.get("action")),
                when=_word(step.get("comes_when")), expected=_word(expected),
            ))  # fmt: skip
        head = data["exercise"]
        title, about = _word(head["name"]), _word(head.get("expanded") or head.get("description"))
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, RecursionError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())[:100]
        raise DrillError(f"{file}: is no exercise in CEXF ({what}); `drill msel --format cexf` shows one") from None
    if len(lines) > MOST_LINES:
        raise DrillError(f"{file}: has {len(lines)} injects, more than {MOST_LINES}; give the exercise alone")
    lines.sort(key=lambda line: line.minute)
    first = lines[0].minute if lines else 0.0
    shifted = [replace(one, minute=one.minute - first) for one in lines]
    return RealIncident(title, tuple(shifted), -first, about)


def _word(value: Any) -> str:
    return " ".join(value.split())[:2_000] if isinstance(value, str) else ""
