"""What is wrong with the response that an inject calls for: a command that nobody can give, or not so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from simulator.acts import ACTS
from simulator.errors import nearest
from simulator.scenario.document import Steps
from simulator.values import Pick

DUE = ("reporter",)
"""Windows of an overlay that belong to no criterion of their own."""

SUPPORTED = ("any decision", "mitigation", "rollback", "closure")
"""What an item of the evidence minimum may support beside the rungs of the scenario's actions."""


def expected(expects: Mapping[str, Any], known: Mapping[str, Sequence[str]]) -> Iterator[tuple[Steps, str, str]]:
    """Yield (path in `expects`, what is wrong, remedy); `known` holds the names there are by group."""
    model = ACTS.get(expects["command"])
    if model is None:
        remedy = f"use a command's kind{nearest(expects['command'], ACTS)}"
        yield ("command",), f"unknown command {expects['command']!r}", remedy
        return
    fields = {info.alias or name: info for name, info in model.model_fields.items()}
    for name, wanted in expects.get("fields", {}).items():
        if name not in fields:
            yield ("fields", name), f"{model.__name__} has no such field", f"rename it{nearest(name, fields)}"
            continue
        sources = [mark.source for mark in fields[name].metadata if isinstance(mark, Pick)]
        choices = [(f"one of {source}", known[source]) for source in sources if source in known]
        choices += [(f"one of {', '.join(words)}", words) for words in _words(fields[name].annotation)]
        for value in wanted if isinstance(wanted, list) else [wanted]:
            for which, there in choices:
                if value not in there:
                    yield ("fields", name), f"unknown name {value!r}", f"use {which}{nearest(str(value), there)}"


def _words(annotation: Any) -> Iterator[tuple[str, ...]]:
    """Yield the words a field is limited to, where it is."""
    if get_origin(annotation) is Literal:
        yield get_args(annotation)
        return
    inner = [one for one in get_args(annotation) if one is not NoneType]
    if len(inner) == 1:
        yield from _words(inner[0])
