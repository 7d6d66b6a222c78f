"""What an author writes of a declared world: groups, levers, names, stocks, facts, harm, figures."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from simulator.scenario.data import Data, Seconds, Span

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A name that formulas use: small letters, digits and underscores."""
Formula = Annotated[str | float, Field(union_mode="left_to_right")]


class GroupSpec(Data):
    """A part of those affected that recovers on its own terms, and the numbers that formulas know it by."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)
    __pydantic_extra__: dict[str, float]
    title: str
    """What people call it."""
    weight: Annotated[float, Field(gt=0, le=1)]
    """Share of the whole that it stands for, above 0, up to 1."""
    tolerance: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Share of it that may still be affected."""

    @property
    def numbers(self) -> dict[str, float]:
        """Return its constants, weight included."""
        return {"weight": self.weight, **(self.__pydantic_extra__ or {})}


class Stock(Data):
    """A quantity of each group that changes by so much a minute, and stays within bounds."""

    change: Formula
    """What is added a minute."""
    starts: Formula = 0.0
    """What it is before anything happens: numbers and constants alone."""
    least: float = 0.0
    """It never falls below this."""
    most: float = 1e12
    """It never rises above this."""

    @classmethod
    def read(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {"change": value}


class HarmSpec(Data):
    """One kind of harm: what is added to it a minute, over all groups where it is by group."""

    title: str
    """What people call it."""
    unit: str = ""
    """Printed behind it."""
    rate: Formula
    """What is added a minute."""
    weight: Annotated[float, Field(ge=0, le=1)]
    """Share of the whole loss, 0 to 1."""
    scale: Annotated[float, Field(gt=0)] | None = None
    """What doing nothing costs by the horizon; worked out unless given."""


class FigureForm(Data):
    """A number that people state."""

    title: str
    """What people call it."""
    unit: str = ""
    """Printed behind it."""
    value: Formula
    """What is true of it now, over the whole world."""

    @classmethod
    def read(cls, value: Any) -> Any:
        return {"title": value[0], "value": value[1]} if isinstance(value, list) and len(value) == 2 else value


class Happening(Data):
    """Something that happens whatever anybody does, or unless its service is frozen."""

    at: Seconds
    """Drill second; before T+0 it moves with the fault."""
    service: str
    """Service that it happens to."""
    says: str
    """What the list of changes says of it."""
    by: str = ""
    """Who did it; a release train or a bot, unless given."""
    set: dict[Word, float] = {}
    """Levers that it turns."""
    over: Span = 0
    """Seconds over which the levers move."""
    unless_frozen: bool = False
    """It does not happen once its service is frozen."""
    harmless: bool = False
    """Letting it through costs nothing."""


class BlockUse(Data):
    """A ready-made mechanism: which, and its numbers and formulas."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)
    __pydantic_extra__: dict[str, str | float]
    use: str
    """Which mechanism."""

    @property
    def given(self) -> dict[str, str | float]:
        """Return what it is given, by parameter."""
        return dict(self.__pydantic_extra__ or {})


class WorldSpec(Data):
    """A world without code."""

    step: Annotated[Seconds, Field(ge=1, le=60)] = 15
    """Largest step in which it is worked out."""
    groups: Annotated[dict[Word, GroupSpec], Field(min_length=1, max_length=12)]
    """Who is hit: parts that recover on their own terms, up to 12."""
    levers: dict[Word, float]
    """What people and releases turn, and where each stands at first."""
    blocks: dict[Word, BlockUse] = {}
    """Ready-made mechanisms, each a stock of its name."""
    let: dict[Word, Formula] = {}
    """Names for formulas; `affected` is the share of each group that is hit now."""
    state: dict[Word, Annotated[Stock, BeforeValidator(Stock.read)]] = {}
    """Stocks of each group."""
    facts: dict[Word, Formula] = {}
    """Names for what holds or not, for conditions and templates."""
    harm: Annotated[dict[Word, HarmSpec], Field(min_length=1)]
    """Kinds of harm."""
    figures: dict[Word, Annotated[FigureForm, BeforeValidator(FigureForm.read)]] = {}
    """Numbers that people state."""
    happens: tuple[Happening, ...] = ()
    """What happens whatever anybody does."""

    @model_validator(mode="after")
    def _has_affected(self) -> Self:
        if "affected" not in self.let and not any(name == "affected" for name in self.blocks):
            raise ValueError(
                "nothing says who is hit; name `affected` under `let`: the share of a group that is hit now"
            )
        return self


class Readings(Data):
    """What is seen of a world besides: the formulas of its signals, tables and log lines."""

    signals: dict[str, tuple[Formula, str]] = {}
    """Source -> formula, and the group it is for (none: of the whole world)."""
    dark: dict[str, Formula] = {}
    """Signal -> formula while which nothing measures it: by group where it is by group, the whole while all are."""
    tables: dict[str, dict[str, Formula]] = {}
    """Table -> column -> formula by group."""
    logs: dict[str, Formula] = {}
    """Kind of log lines -> formula of lines a minute, which `log_KIND` is the source of."""
    facts: dict[str, Formula] = {}
    """Facts besides those of the world."""
    pulses: dict[str, int] = {}
    """Lever -> seconds after which it goes back to where it stood at first."""
