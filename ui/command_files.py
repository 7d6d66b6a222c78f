"""Files of commands: what `drill play --commands` reads, and what became of the commands it gave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import StringConstraints, TypeAdapter, ValidationError

from simulator.acts import AnyCommand
from simulator.errors import JournalError
from simulator.policy import Order
from simulator.record.formats import upgrade_body
from simulator.record.journal import Journal, first_problem, refused
from simulator.values import Part


class Given(Part):
    """One line of a command file: at drill second `at`, `by` (such as `commander:Ana`) gives `body`."""

    at: int
    by: Annotated[str, StringConstraints(pattern=r"^[^:\s]+(:\s*\S.{0,39})?$")]
    body: AnyCommand


GIVEN: TypeAdapter[Given] = TypeAdapter(Given)


def read(text: str, path: Path) -> Iterator[Order]:
    """Yield the commands in a file's text. Raises JournalError with file and line.

    A journal will do: events, simulated teammates and the header are left out.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise JournalError(f"{where}: broken JSON ({error}); restore the line or take it out") from None
        if not isinstance(data, dict):
            raise JournalError(f"{where}: not a JSON object; see `drill schema command`")
        if _is_no_command(number, data):
            continue
        data.pop("seq", None)
        if isinstance(data.get("body"), dict):
            data["body"] = upgrade_body(data["body"])
        try:
            found = GIVEN.validate_python(data)
        except ValidationError as error:
            raise JournalError(f"{where}: {first_problem(error)}; see `drill schema command`") from None
        yield Order(found.at, found.by, found.body)


def _is_no_command(number: int, data: dict[str, Any]) -> bool:
    """Tell whether a line of a journal is no command of a person."""
    if "references" in data or (number == 1 and "scenario" in data):
        return True
    by, body = str(data.get("by", "")), data.get("body")
    event = by in ("engine", "world") or by.startswith("teammate:")
    return event and isinstance(body, dict)


def refusals(journal: Journal) -> Iterator[str]:
    """Yield each refused command of a person with its reason."""
    for entry in journal:
        if entry.body.kind == "command_refused":
            command = journal.entries[entry.body.command - 1]  # type: ignore[union-attr]
            if not command.by.startswith("teammate:"):
                reason = entry.body.reason  # type: ignore[union-attr]
                yield f"T{command.at:+d}s {command.by} {command.body.kind}: {reason}"


def nothing_taken(journal: Journal) -> bool:
    """Tell whether people gave commands, sitting down and stopping apart, and all of them were refused."""
    given = {x.seq for x in journal.commands() if x.body.kind not in ("take_seat", "end_drill")}
    return bool(given) and given <= refused(journal.entries)
