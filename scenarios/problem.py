"""One mistake of an author: where it is, what it is, what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from simulator.errors import ScenarioError

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake: where it is, what it is, what to do. A warning is advice; a note says what went unchecked."""

    file: str
    line: int
    what: str
    remedy: str
    level: Level = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}; {self.remedy}"

    def error(self) -> ScenarioError:
        """Return the error that says it."""
        return ScenarioError(str(self))


def of_error(error: ScenarioError, file: str) -> Problem:
    """Return the problem that an error's one line tells."""
    found = re.match(r"^(.*?):(\d+): (.*); (.*)$", str(error), re.DOTALL)
    return Problem(found[1], int(found[2]), found[3], found[4]) if found else Problem(file, 1, str(error), "mend it")
