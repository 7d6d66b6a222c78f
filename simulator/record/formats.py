"""Journals and stored drills of older formats, brought up to this one as they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from simulator.errors import JournalError

FORMAT: Final = 2
"""Of journals, stored headers and stored bodies as this program writes them."""
Data = dict[str, Any]
Upgrade = Callable[[Data], Data]


def _versions_instead_of_digest(header: Data) -> Data:
    """Format 1 named its scenario by a digest of source text, which says nothing about versions."""
    return {name: value for name, value in header.items() if name != "digest"} | {"format": 2}


LATE: Final = "late_in_file"
"""Code of the refusal of an act that stood too late in a file, before the drill was even asked."""


def _code_of_refusal(body: Data) -> Data:
    """Format 1 told refusals apart by how their reasons end."""
    late = str(body.get("reason", "")).endswith("lies in the past; sort the file by `at`")
    return {"code": LATE if late else "refused"} | body


def _signers(body: Data) -> Data:
    """Format 1 said in a sentence whom an action waits for: its executor, or signatures."""
    said = body.get("waits_for", ())
    if not isinstance(said, str):
        return body
    signs = said.removeprefix("sign-off by ")
    return body | {"waits_for": signs.split(", ") if signs != said else []}


HEADERS: Mapping[int, Upgrade] = {1: _versions_instead_of_digest}
"""Format -> what makes the header of the next one out of it."""
UPGRADES: Mapping[int, Mapping[str, Upgrade]] = {1: {"command_refused": _code_of_refusal, "action_queued": _signers}}
"""Format -> kind of body -> what makes the next format's body out of it; a kind that is missing stayed as it was.

A function leaves alone what already is as the next format has it: a file of commands says no format.
"""


def upgrade(header: Data) -> Data:
    """Return a header as this format has it. Raises JournalError for one of a format to come."""
    at = format_of(header)
    while at < FORMAT:
        header = HEADERS[at](header)
        at += 1
    return header


def upgrade_body(body: Data, format_: int = 1) -> Data:
    """Return the body of an entry of `format_` as this format has it."""
    for at in range(format_, FORMAT):
        change = UPGRADES.get(at, {}).get(str(body.get("kind")))
        body = change(body) if change else body
    return body


def upgrade_references(data: Data) -> Data:
    """Return reference runs as this format has them; format 1 said by a digest what they were made with."""
    return {name: value for name, value in data.items() if name != "digest"}


def format_of(header: Mapping[str, Any]) -> int:
    """Return the format a header states; the first one needed no saying. Raises JournalError for one not known."""
    found = header.get("format", 1)
    if type(found) is not int or not 1 <= found <= FORMAT:
        raise JournalError(f"format {found!r} is not known here (1 to {FORMAT} are); use the program that wrote it")
    return found
