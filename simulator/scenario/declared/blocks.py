"""Ready-made mechanisms: what most incidents are made of, so that an author writes numbers only.

A block called `lag` gives a stock `lag` and names such as `lag_done`; `$` stands for its own name,
    `{x}` for a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.errors import nearest
from simulator.scenario.declared.formula import FormulaError
from simulator.scenario.declared.spec import BlockUse, Stock


@dataclass(frozen=True)
class Block:
    """A mechanism: its parameters, the names it gives and the stock it keeps."""

    about: str
    needs: tuple[str, ...]
    """Parameters without which it is nothing."""
    usual: Mapping[str, float] = field(default_factory=dict)
    """Parameters that may be left out."""
    let: Mapping[str, str] = field(default_factory=dict)
    change: str = "0"
    starts: str = "0"
    most: float = 1e12


BLOCKS: dict[str, Block] = {
    "leak": Block(
        "a share that is hit more and more, and mended at a rate",
        ("rate",), {"mended": 0, "most": 1}, change="{rate} * ({most} - $) - {mended} * $", most=1,
    ),
    "spread": Block(
        "copies that follow their source, once it has been wrong for `hold` minutes",
        ("source", "rate"), {"hold": 0, "flush": 0},
        change="({rate} * (since_fault > {hold}) + {flush}) * ({source} - $)",
    ),
    "backlog": Block(
        "work that waits: what comes in less what is done",
        ("inflow", "capacity"), {"again": 0}, {"$_done": "min({capacity}, $ + {inflow})"},
        change="{inflow} + $_done * {again} - $_done",
    ),
    "overload": Block(
        "a service asked for more than it can do, by people who try again; the stock is the share that fails",
        ("demand", "capacity"), {"retry": 0.5},
        {"$_load": "{demand} * (1 + {retry} * $)", "$_failed": "max(0, 1 - {capacity} / max(1, $_load))"},
        change="2 * ($_failed - $)", most=1,
    ),
    "wrong_writes": Block(
        "records written wrongly, and put right at a rate",
        ("rate",), {"cleaned": 0}, change="{rate} - {cleaned} * $",
    ),
    "expiry": Block(
        "what runs out bit by bit while it is not renewed; the stock is the share that has",
        ("lasts", "stopped"), {"renewed": 0}, change="{stopped} * (1 - $) / {lasts} - {renewed} * $", most=1,
    ),
    "quota": Block(
        "a budget that is used up and filled again; what is asked beyond it is refused",
        ("asked", "budget"), {"refill": 0}, {"$_refused": "{asked} * ($ <= 0)"},
        change="{refill} - {asked} * ($ > 0)", starts="{budget}",
    ),
}  # fmt: skip


def unfolded(name: str, used: BlockUse) -> tuple[dict[str, str], Stock]:
    """Return the names that a block gives, and its stock. Raises FormulaError."""
    block = BLOCKS.get(used.use)
    if block is None:
        raise FormulaError(f"no block {used.use!r}", f"use another{nearest(used.use, BLOCKS)}")
    known = (*block.needs, *block.usual)
    for one in used.given:
        if one not in known:
            raise FormulaError(f"a {used.use} has no {one!r}", f"it takes {', '.join(known)}")
    for one in block.needs:
        if one not in used.given:
            raise FormulaError(f"a {used.use} needs {one!r}", f"give it: {block.about}")
    values = {**block.usual, **used.given}

    def filled(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: f"({values[found[1]]})", text).replace("$", name)

    let = {filled(one): filled(text) for one, text in block.let.items()}
    return let, Stock(change=filled(block.change), starts=filled(block.starts), most=block.most)
