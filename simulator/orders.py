"""The commands of a drill as a file: one JSON object a line, at which second who gives which command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from simulator.acts import AnyAct, EndDrill, TakeSeat
from simulator.described import Described
from simulator.errors import JournalError
from simulator.events import CommandRefused
from simulator.levels import PlayedBook
from simulator.policy import Order
from simulator.record.formats import upgrade, upgrade_body
from simulator.record.journal import TRAILING, Header, Journal, first_problem, object_in, refused
from simulator.scenario.data import YEAR
from simulator.values import Author, Part


class Given(Part):
    """One line of a command file: at drill second `at`, `by` (such as `commander:Ana`) gives `body`."""

    at: Annotated[int, Field(ge=-YEAR, le=YEAR)]
    by: Annotated[str, StringConstraints(pattern=r"^[^:\s]+(:\s*\S.{0,39})?$")]
    body: AnyAct


def read(text: str, file: str) -> Iterator[Order]:
    """Yield the commands in a file. A journal will do: events, simulated teammates and the header are left out.

    Raises JournalError for a line that is none, with file and line.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{file}:{number}"
        try:
            data = object_in(line)
        except ValueError as error:
            raise JournalError(f"{where}: broken JSON ({error}); restore the line or take it out") from None
        if _left_out(number, data):
            continue
        data.pop("seq", None)
        if isinstance(data.get("body"), dict):
            data["body"] = upgrade_body(data["body"])
        try:
            found = Given.model_validate(data)
        except ValidationError as error:
            raise JournalError(f"{where}: {first_problem(error)}; see `drill schema command`") from None
        yield Order(found.at, Author(found.by), found.body)


def played_with(text: str) -> PlayedBook | None:
    """Return the playbook that a journal's text was recorded with, None where it does not say or is no journal."""
    try:
        head = json.loads(text.partition("\n")[0])
        return Header.model_validate(upgrade(head)).playbook
    except (ValueError, RecursionError, TypeError, AttributeError, JournalError):
        return None


def _left_out(number: int, data: dict[str, Any]) -> bool:
    """Tell whether a line of a journal is no command of a person."""
    if TRAILING & data.keys() or (number == 1 and "scenario" in data):
        return True
    by = Author(str(data.get("by", "")))
    return (by.machine or by.simulated) and isinstance(data.get("body"), dict)


def refusals(journal: Journal) -> Iterator[str]:
    """Yield each refused command of a person with its reason."""
    for entry in journal:
        if isinstance(entry.body, CommandRefused):
            given = journal.entries[entry.body.command - 1]
            if not given.by.simulated:
                yield f"T{given.at:+d}s {given.by} {given.body.kind}: {entry.body.reason}"


def nothing_taken(journal: Journal) -> bool:
    """Tell whether people gave commands, sitting down and stopping apart, and all of them were refused."""
    given = {x.seq for x in journal.commands() if not isinstance(x.body, (TakeSeat, EndDrill))}
    return bool(given) and given <= refused(journal.entries)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a line."""
    found = Given.model_json_schema(schema_generator=Described)
    for model in found["$defs"].values():
        # `kind` has a default in Python; in a file it is what tells one command from another.
        if "kind" in model["properties"]:
            model["required"] = ["kind", *model.get("required", ())]
    return found
