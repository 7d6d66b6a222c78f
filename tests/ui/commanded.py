"""The command line on the toy scenario: what came of a call, and what a mistake looks like."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simulator import acts
from simulator.loaded import LoadedScenario
from simulator.policy import Brief, Derived, Scripted
from tests.simulator.toy import toy

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Drill = Callable[..., Result]


class FlagOff:
    """Take the flag off two minutes in, having declared."""

    def __init__(self) -> None:
        self.left: list[tuple[str, acts.Act]] = [
            ("commander", acts.Declare(severity="SEV-1", title="cache fills up")),
            ("mitigation", acts.TakeAction(action="flag_off")),
        ]

    def __call__(self, brief: Brief) -> Iterable[tuple[str, acts.Act]]:
        while self.left and brief("commander").now >= 120:
            yield self.left.pop(0)


def played() -> LoadedScenario:
    responders = {
        "by_the_book": Scripted(lambda scenario: FlagOff()),
        "null": Derived("by_the_book", lambda orders: orders[:4]),
    }
    return replace(toy(), responders=responders)


def one_line(result: Result) -> str:
    assert result.code == 2
    assert "secret" not in result.err
    assert result.out == ""
    assert result.err.count("\n") == 1
    assert "Traceback" not in result.err
    return result.err
