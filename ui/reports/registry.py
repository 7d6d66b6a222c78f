"""The registry of documents of a finished drill: what there is, in which forms, and how one is made."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args

from analytics.report import cells
from simulator.errors import DrillError, UnknownName
from ui.parts.text import markdown, visible
from ui.reports.context import context
from ui.reports.fill import fill_ours, fill_own
from ui.reports.finished import Finished
from ui.reports.page import standalone

Format = Literal["md", "html", "json", "csv"]
MIME: Mapping[str, str] = {"md": "text/markdown", "html": "text/html", "json": "application/json", "csv": "text/csv"}
_GAPS = re.compile(r"\n{3,}")
_HEADING = re.compile(r"([^\n])\n(#{1,4} )")


class ReportKind(NamedTuple):
    """One document."""

    title: str
    about: str
    parts: tuple[str, ...]
    """What of the tree its JSON holds; empty: all of it."""
    rows: tuple[str, ...] = ()
    """Where the rows of its table are, from the top; empty where it is no table."""
    heads: tuple[str, ...] = ()
    """Columns of its table."""


REPORTS: Mapping[str, ReportKind] = {
    "report": ReportKind("After-action report", "What a team and whoever was not there have to know", ()),
    "annex": ReportKind("Annex to the report", "Every response, look, cue, word and criterion behind it", (
                            "drill", "cause", "worsened", "hit", "impact", "decisions", "undecided", "alternatives",
                            "looks", "checks", "prechecks", "updates", "claims", "missed", "knew", "injects", "score"),
                        ("injects",), ("at", "who", "text", "expected", "verdict", "answered", "through")),
    "postmortem": ReportKind("Postmortem", "What was written in the follow-through, with harm and timeline",
                             ("drill", "cause", "times", "impact", "follow_through", "timeline")),
    "timeline": ReportKind("Incident timeline", "What the world did and what people decided, did and told",
                           ("drill", "timeline", "decisions"), ("timeline",),
                             ("at", "second", "lane", "kind", "who", "what")),
    "leadership": ReportKind("Leadership note", "What leadership was told, and what holds by the record",
                             ("drill", "cause", "hit", "impact", "decisions", "leadership", "updates", "claims",
                              "remains")),
    "closure": ReportKind("Closure package", "For a new owner: decisions, verification, what remains",
                          ("drill", "closure", "claims", "decisions", "checks", "updates", "remains")),
    "training": ReportKind("Training record", "For an auditor: who took part in what, and what came of it",
                           ("drill", "people", "command", "objectives", "remains", "limits", "result"), ("people",),
                             ("drill", "record", "scenario", "seed", "opened_at", "over_at", "facilitators", "result",
                              "seat", "name", "minutes", "acts", "led")),
    "actions": ReportKind("Improvement plan", "The actions with owner, date and what shows that they are done",
                          ("drill", "follow_through", "remains"), ("follow_through", "actions"),
                             ("number", "text", "class", "owner", "due", "factor", "layer", "control", "signal",
                              "shown_by", "standard", "retest", "measure", "state")),
    "survey": ReportKind("Lessons survey", "What people said afterwards", ("drill", "survey"), ("survey",),
                             ("question", "answer", "people", "by")),
}  # fmt: skip
"""Kind -> document."""


def formats(kind: str) -> tuple[Format, ...]:
    """Return the forms that a document comes in."""
    return tuple(one for one in get_args(Format) if one != "csv" or REPORTS[kind].rows)


def report(drill: Finished, kind: str, form: Format = "md", own: tuple[str, str] | None = None) -> str:
    """Return a document. `own` is a template of somebody's, and what messages call it.

    Raises DrillError for a kind or form that there is not, and for a template that cannot be filled.
    """
    if kind not in REPORTS:
        raise UnknownName("document", kind, REPORTS)
    known = REPORTS[kind]
    if form not in formats(kind):
        raise DrillError(f"the {known.title.lower()} is no table; ask for {', '.join(formats(kind))}")
    if own is not None and form not in ("md", "html"):
        raise DrillError("a template makes md or html; leave it out for json and csv")
    data = _told(drill)
    if form == "json":
        wanted = {name: data[name] for name in known.parts} if known.parts else data
        return json.dumps({"document": kind, **wanted}, ensure_ascii=False, indent=2) + "\n"
    if form == "csv":
        return _csv(known.heads, _rows(data, known.rows))
    tree: Mapping[str, Any] = escaped(data)
    text = fill_own(own[0], tree, own[1]) if own is not None else fill_ours(kind, tree)
    text = _spaced(text if own is not None or kind != "report" else _brief(text, drill))
    if form == "md":
        return text
    title = f"{known.title}: {drill.scenario.title}" if own is None else drill.scenario.title
    played = f"{data['drill']['scenario']}, variant {data['drill']['variant']}, seed {data['drill']['seed']}"
    return standalone(text, title, f"Incident Drill · {played} · engine {data['drill']['engine']}")


# A drill is asked for one document after the other, and each comes out of the same tree.
_told = lru_cache(maxsize=8)(context)


def _brief(text: str, drill: Finished) -> str:
    """Return a text in which a long step goes by what stands before its colon once it was named in full.

    Where another step that is named begins with the same words each keeps its own.
    """
    for title in (markdown(one.title) for one in drill.scenario.actions):
        head, colon, _ = title.partition(": ")
        first, found, rest = text.partition(title)
        if colon and found and text.count(head) == text.count(title):
            text = first + title + rest.replace(title, head)
    return text


def _spaced(text: str) -> str:
    """Return Markdown with a line free before each heading and no two free lines in a row."""
    return _GAPS.sub("\n\n", _HEADING.sub(r"\1\n\n\2", text)).strip() + "\n"


def file_name(drill: Finished, kind: str, form: Format) -> str:
    """Return what a document is called as a file."""
    head = drill.journal.header
    return f"{head.scenario}-{head.variant}-seed{head.seed}-{kind}.{form}"


def escaped(data: Any) -> Any:
    """Return a tree in which no text means anything to Markdown."""
    if isinstance(data, str):
        return markdown(data)
    if isinstance(data, Mapping):
        return {name: escaped(one) for name, one in data.items()}
    return [escaped(one) for one in data] if isinstance(data, list | tuple) else data


def _rows(data: Mapping[str, Any], path: Iterable[str]) -> list[Mapping[str, Any]]:
    found: Any = data
    for step in path:
        found = found[step]
    if path == ("survey",):
        return [
            {"question": one["ask"], "answer": row.get("text", row.get("rating")), "people": row.get("people", 1),
             "by": row.get("by", "")}
            for one in found
            for row in (*one["counts"], *one["words"])
        ]  # fmt: skip
    if path == ("people",):
        head = data["drill"]
        held = {name: head[name] for name in ("record", "scenario", "seed", "opened_at", "over_at")}
        held |= {"drill": head["id"], "facilitators": ", ".join(head["facilitators"]), "result": data["result"]}
        return [{**held, **one} for one in found]
    return list(found)


def _csv(heads: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as CSV; a cell that a program would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    columns = list(heads)
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(row[name]) for name in columns} for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    return cells.inert(visible(value)) if isinstance(value, str) else value
