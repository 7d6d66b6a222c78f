"""A scenario's master scenario events list (MSEL) as a table, for other tools: CSV, a workbook, or CEXF.

CEXF is the Common Exercise Format of the MISP project (github.com/MISP/cexf): exercise, flow, payloads, injects.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from analytics.report.tables import each, table
from simulator.scenario.model import Scenario

WIDTHS = {"text": 70, "expected_response": 36, "objective": 36, "comes_when": 36}
"""Columns of the workbook that are wider than the others, in characters."""
HEADS = {"number": "No.", "minute": "Minute", "until": "Until minute", "comes_when": "Comes when", "inject": "Inject",
         "persona": "From", "to": "To", "channel": "Channel", "form": "Form", "text": "Text",
         "expected_response": "Expected response", "within": "Within minutes", "objective": "Objective"}  # fmt: skip


@table(
    number="int64", minute="float64", until="float64", comes_when="str", inject="str", persona="str", to="str",
    channel="str", form="str", text="str", expected_response="str", within="float64", objective="str",
)  # fmt: skip
def msel(scenario: Scenario) -> Iterator[Any]:
    """Return every inject of a scenario in the order of its earliest minute, as a person reads it.

    Text in braces is filled in as the drill goes; `comes_when` is what must be so, empty where the minute decides.
    """
    roles = {role.id: role.title for role in scenario.roles}
    objectives = {one.id: one.title for one in scenario.objectives}
    for number, one in enumerate(sorted(scenario.injects, key=lambda inject: inject.at), 1):
        expected = one.expects
        yield {
            "number": number, "minute": one.at / 60, "until": float("nan") if one.until is None else one.until / 60,
            "comes_when": _when(one.when), "inject": one.id, "persona": one.persona,
            "to": ", ".join(roles.get(role, role) for role in one.to) or "everybody", "channel": one.channel,
            "form": one.form, "text": " ".join(one.text.split()),
            "expected_response": expected.label if expected else "",
            "within": expected.within / 60 if expected else float("nan"),
            "objective": objectives.get(one.objective, one.objective),
        }  # fmt: skip


def _when(condition: Mapping[str, Any]) -> str:
    return " and ".join(f"{fact.replace('_', ' ')} is {_value(value)}" for fact, value in condition.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return " and ".join(f"{word} {_value(inner)}" for word, inner in value.items())
    if isinstance(value, list | tuple):
        return " or ".join(map(_value, value))
    return {True: "so", False: "not so"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _cell(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def workbook(scenario: Scenario) -> bytes:
    """Return the list as a workbook (XLSX) that prints: heads on every page, wide texts wrapped, no formula."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    sheet.title = "MSEL"
    frame = msel(scenario)
    sheet.append([HEADS[name] for name in frame.columns])
    for row in each(frame):
        sheet.append([_cell(value) for value in row])
    for place, name in enumerate(frame.columns, 1):
        sheet.column_dimensions[sheet.cell(1, place).column_letter].width = WIDTHS.get(name, 14)
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(cell.value, str):
                # Text whatever it begins with: a workbook says so beside the cell, where CSV has only the cell itself.
                cell.data_type, cell.quotePrefix = "s", True
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes, sheet.print_title_rows = "A2", "1:1"
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = "landscape", 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _uuid(*parts: str) -> str:
    """Return the same identifier for the same thing for ever, in the form of a version 4."""
    return str(UUID(bytes=sha256("/".join(parts).encode()).digest()[:16], version=4))


def cexf(scenario: Scenario, version: str) -> str:
    """Return the list in the Common Exercise Format: an exercise, its flow in order, and an inject and payload each.

    What comes when the drill has become so, and not by the minute, says so in words, as does the response that is
    expected: nothing there can be asked of another platform.
    """
    rows = [row._asdict() for row in each(msel(scenario))]
    ids = [_uuid(scenario.id, "inject", row["inject"]) for row in rows]
    return json.dumps({
        "exercise": {
            "uuid": _uuid(scenario.id), "name": scenario.title, "description": scenario.summary.strip(),
            "expanded": scenario.briefing.strip(), "namespace": "incident-response",
            "tags": ['exercise:software-scope="incident-drill"'], "total_duration": str(scenario.horizon),
            "version": version,
            "meta": {"author": "Incident Drill", "level": "advanced", "priority": 0, "scenario": scenario.id},
        },
        "inject_flow": [
            {
                "inject_uuid": ident, "description": f"{row['persona']}: {row['text'][:80]}", "reporting_callback": [],
                "requirements": {}, **({"comes_when": row["comes_when"]} if row["comes_when"] else {}),
                "sequence": {
                    "trigger": ["startex"] if place == 0 else ["time_expiration"],
                    "completion_trigger": ["time_expiration", "completion"],
                    "followed_by": ids[place + 1 : place + 2],
                },
                "timing": {"triggered_at": round(60 * row["minute"]), "periodic_run_every": None},
            }
            for place, (ident, row) in enumerate(zip(ids, rows, strict=True))
        ],
        "inject_payloads": [
            {"uuid": _uuid(scenario.id, "payload", row["inject"]), "name": row["inject"], "type": "message",
             "parameters": {"channel": row["channel"], "from": row["persona"], "to": row["to"], "content": row["text"],
                            "content-type": "text/plain"}}
            for row in rows
        ],
        "injects": [
            {"uuid": ident, "name": row["inject"], "action": row["form"], "target_tool": "webhook",
             "action_payload_resource_uuid": _uuid(scenario.id, "payload", row["inject"]), "inject_evaluation": [],
             **({"expected": {"response": row["expected_response"], "within_minutes": row["within"],
                              "objective": row["objective"]}} if row["expected_response"] else {})}
            for ident, row in zip(ids, rows, strict=True)
        ],
    }, ensure_ascii=False, indent=2)  # fmt: skip
