"""What a predicate judges, in a playbook and in what it asks for afterwards."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from simulator.scenario.data import Data

Points = Annotated[float, Field(gt=0, le=100)]


class Judged(Data):
    """Something that a predicate judges."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str
    kind: str
    """Name of the predicate."""
    title: str
    given: dict[str, Any] = Field({}, alias="with")
    """Its parameters; what is not given has the predicate's own value."""
    source: str
    """Section of the playbook it comes from."""
