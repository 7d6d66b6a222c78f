"""Named findings: what a query's output says, for those who read no prose, and that both say the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios import load, variants
from scenarios.players.when import When, met
from simulator import acts
from simulator import events as e
from simulator.briefing import briefing
from simulator.engine import Engine, new_header
from tests.shipped import SPELLED_OUT

ROOT = Path(__file__).parents[2]
TIMES = (-30, 0, 150, 330, 700, 1500, 2900)
"""Drill seconds at which outputs are read, while a simulated team works on it."""


def _who_lets_in(output: str) -> str:
    foreign = output.partition("foreign")[2]
    if "route closed" in foreign:
        return "closed"
    if "x-cache: HIT" in foreign:
        return "copy"
    return {"edge-cache": "worker", "origin": "origin" if "allow" in foreign else "denied"}[
        foreign.partition("src=")[2].split()[0]
    ]


def _row(output: str, row: str) -> int:
    read = re.search(rf"^{row} +(\d+)", output, re.MULTILINE)
    assert read
    return int(read[1])


READ: dict[tuple[str, str], dict[str, Callable[[str], object]]] = {
    ("auth_token", "endpoints"): {"reason": lambda output: output.partition("(")[2].partition(")")[0]},
    ("auth_token", "git_log"): {"web_flag_read": lambda output: "signs with kid v2 always" not in output},
    ("billing_mismatch", "sample_200"): {
        "twice_or_more": lambda output: _row(output, "events twice or more"),
        "captured_twice": lambda output: _row(output, "captured twice"),
        "no_ledger_row": lambda output: _row(output, "no ledger row"),
    },
    ("permission_leak", "repro_warm"): {"let_in_by": _who_lets_in},
}
"""Query -> finding -> how a person reads it off the output."""


def test_every_finding_of_every_variant_has_somebody_who_reads_it_off_the_output() -> None:
    named = {
        (name, query.id): set(query.findings)
        for name in SPELLED_OUT
        for variant in variants(name)
        for query in load(name, variant).scenario.queries
        if query.findings
    }
    assert named == {query: set(findings) for query, findings in READ.items()}


@pytest.mark.parametrize("name", sorted({name for name, _ in READ}))
@pytest.mark.parametrize("seed", [3, 7])
def test_a_finding_is_what_the_output_says(name: str, seed: int) -> None:
    for variant in variants(name):
        loaded = load(name, variant)
        engine = Engine(loaded, new_header(loaded, seed))
        for at in TIMES:
            engine.advance(at)
            for ident, readers in ((query, readers) for (whose, query), readers in READ.items() if whose == name):
                query = loaded.scenario.find("queries", ident)
                output = engine.render(query.output)
                assert engine.findings(query.findings) == {key: read(output) for key, read in readers.items()}


def test_a_finding_is_on_the_record_when_the_query_ends_and_a_refused_query_finds_nothing() -> None:
    loaded = load("billing_mismatch")
    engine = Engine(loaded, new_header(loaded, 7, automation=False))
    for at, query in ((0, "sample_200"), (200, "sample_200")):
        engine.advance(at)
        engine.submit(acts.RunQuery(query=query, executor="data"), "data:x")
    engine.advance(900)
    ended = [x.body for x in engine.journal if isinstance(x.body, e.QueryFinished)]
    assert [body.findings["twice_or_more"] for body in ended] == [
        READ["billing_mismatch", "sample_200"]["twice_or_more"](body.output) for body in ended
    ]
    b = briefing(engine, "data")
    rows = ended[-1].findings["no_ledger_row"]
    for line, holds in (
        ({"seen": "sample_200"}, True),
        ({"found": {"sample_200.no_ledger_row": rows}}, True),
        ({"found": {"sample_200.no_ledger_row": -1}}, False),
        ({"found": {"by_attempt.no_ledger_row": 0}}, False),
    ):
        assert met((When.model_validate(line),))(b) is holds


READS = ("lint", "declared", "pack.py")
"""What checks a drill, spells it out or packs it reads what authors wrote."""
PLAYING = sorted(path for path in (ROOT / "scenarios").rglob("*.py") if not {path.parent.name, path.name} & {*READS})
"""What is there while somebody plays."""


@pytest.mark.parametrize("path", PLAYING, ids=lambda path: path.stem)
def test_nobody_who_plays_reads_a_sentence(path: Path) -> None:
    read = [
        f"{node.lineno}: .{node.attr}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("output", "text")
    ]
    assert read == []
