"""Values of an act that are only known once it is given: each a mapping that begins with its own word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from scenarios.players.when import Queries, decision_for
from simulator.briefing import Briefing
from simulator.levels import STANDARD, at_rank
from simulator.scenario.data import ActionId, Data, FigureId, MetricId, QueryId
from simulator.scenario.document import Steps


class NotYetError(Exception):
    """A value that nobody knows yet: whoever means to state it waits."""


class Computed(Data):
    """A value that is read off a briefing."""

    def value(self, b: Briefing) -> Any:
        """Return it as it is now. Raises NotYetError."""
        raise NotImplementedError

    def sample(self) -> Any:
        """Return one like it, to check the act it belongs to."""
        raise NotImplementedError


class Newest(Computed):
    """References to the newest outputs of these queries, as far as there are any; in a list, an item for each."""

    newest: Queries

    def value(self, b: Briefing) -> list[str]:
        results = (b.latest_result(query) for query in self.newest)
        return [result.run for result in results if result is not None]

    def sample(self) -> list[str]:
        return [f"query:{query}" for query in self.newest]


class ReadFigure(Computed):
    """A figure as a query's newest output gives it, or made of what a panel shows."""

    figure: FigureId
    of: QueryId | None = None
    panel: MetricId | None = None
    times: float = 1
    digits: int | None = None
    otherwise: ReadFigure | None = None
    """Stated where the query has not given it."""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if (self.of is None) == (self.panel is None):
            raise ValueError("say where it stands: either `of` a query, or on a `panel`")
        return self

    def value(self, b: Briefing) -> dict[str, Any]:
        if self.panel is not None:
            low = b.latest(self.panel) or 0.0
        else:
            result = b.latest_result(str(self.of))
            if result is None or self.figure not in result.figures:
                if self.otherwise is None:
                    raise NotYetError
                return self.otherwise.value(b)
            low = result.figures[self.figure]
        low *= self.times
        return {"name": self.figure, "low": low if self.digits is None else round(low, self.digits)}

    def sample(self) -> dict[str, Any]:
        return {"name": self.figure, "low": 0}


class Latest(Computed):
    """The newest evidence packet."""

    latest: Literal["packet"]

    def value(self, b: Briefing) -> str:
        if not b.incident.given("packet"):
            raise NotYetError
        return f"packet:{len(b.incident.given('packet'))}"

    def sample(self) -> str:
        return "packet:1"


class Decided(Computed):
    """The newest decision to carry out this action, whatever number it has."""

    decided: ActionId

    def value(self, b: Briefing) -> str:
        found = decision_for(self.decided, b)
        if found is None:
            raise NotYetError
        return found

    def sample(self) -> str:
        return "decision:1"


class Quiet(Computed):
    """An end of the window that people compare with, in minutes."""

    quiet: Literal["from", "to"]

    def value(self, b: Briefing) -> float:
        return b.catalogue.quiet[self.quiet == "to"]

    def sample(self) -> float:
        return {"from": -2.0, "to": -1.0}[self.quiet]


class Ranked(Computed):
    """The level of severity of this rank, 1 for the worst, whatever the playbook of the drill calls it."""

    rank: Annotated[int, Field(ge=1)]

    def value(self, b: Briefing) -> str:
        return at_rank(b.incident.levels, self.rank)

    def sample(self) -> str:
        return at_rank(STANDARD.levels, self.rank)


FORMS: dict[str, type[Computed]] = {
    "newest": Newest, "figure": ReadFigure, "latest": Latest, "decided": Decided, "quiet": Quiet, "rank": Ranked,
}  # fmt: skip
"""The word a mapping begins with -> what it is."""


def parsed(data: Any, make: Callable[[type[Computed], Any, Steps], Computed], path: Steps = ()) -> Any:
    """Return data, which stands at `path`, with `make(form, mapping, path)` in the place of every computed value."""
    if isinstance(data, Mapping):
        form = FORMS.get(next(iter(data), ""))
        if form is not None:
            return make(form, data, path)
        return {name: parsed(one, make, (*path, name)) for name, one in data.items()}
    return [parsed(one, make, (*path, i)) for i, one in enumerate(data)] if isinstance(data, list) else data


def resolved(data: Any, b: Briefing | None) -> Any:
    """Return data with the values there are in a briefing, or samples of them without one. Raises NotYetError."""
    if isinstance(data, Computed):
        return data.sample() if b is None else data.value(b)
    if isinstance(data, dict):
        return {name: resolved(one, b) for name, one in data.items()}
    if not isinstance(data, list):
        return data
    found: list[Any] = []
    for one in data:
        value = resolved(one, b)
        found += value if isinstance(one, Newest) else [value]
    return found
