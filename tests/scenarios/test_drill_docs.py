"""What docs/drills.md shows: each of its pieces is laid over a drill that plays, and is right, or wrong as it says."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from scenarios.declared.company import CompanyData
from scenarios.declared.source import merged
from scenarios.lint import check_path
from scenarios.roots import SETTINGS
from scenarios.templates import HERE, kinds
from simulator.scenario.declared.blocks import BLOCKS
from tests.scenarios.drills import problems
from ui.cli.program import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
DOCS = (ROOT / "docs" / "drills.md").read_text(encoding="utf-8")


def pieces(kind: str) -> list[str]:
    """Return the fenced pieces of a kind."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", DOCS, re.DOTALL | re.MULTILINE)
    return [piece for what, piece in fenced if what == kind]


def test_the_pieces_make_a_drill_in_which_nothing_is_wrong(tmp_path: Path) -> None:
    world, _, tools, variants = map(yaml.safe_load, pieces("yaml"))
    drill = yaml.safe_load((HERE / "queue.yaml").read_text(encoding="utf-8"))
    drill = merged(drill, {"drill": "shown", "world": None, "signals": None})
    drill = merged(merged(merged(drill, world), tools), variants)
    file = tmp_path / "shown" / "drill.yaml"
    file.parent.mkdir()
    found = problems(yaml.safe_dump(drill, sort_keys=False, allow_unicode=True), file)
    assert [str(one) for one in found if "knows nothing of its own" not in one.what] == []


def test_the_wrong_piece_is_told_as_it_says(tmp_path: Path) -> None:
    wrong = yaml.safe_load(pieces("yaml")[1])
    drill = yaml.safe_load((HERE / "queue.yaml").read_text(encoding="utf-8"))
    drill = {**drill, "drill": "shown", **wrong}
    found = problems(yaml.safe_dump(drill, sort_keys=False), tmp_path / "shown" / "drill.yaml")
    said = next(one for one in pieces("") if one.startswith("world.")).strip()
    assert any(str(one).endswith(said) for one in found), [str(one) for one in found]


def test_commands_blocks_and_settings_are_those_there_are() -> None:
    named = re.findall(r"^drill (\w+)", pieces("")[0], re.MULTILINE)
    assert set(named) <= set(COMMANDS)
    assert set(re.findall(r"--from (\w+)", DOCS)) == set(kinds())
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (`.*`) \|$", DOCS, re.MULTILINE))
    assert rows.keys() == BLOCKS.keys()
    for name, block in BLOCKS.items():
        assert re.findall(r"`(\w+)`", rows[name]) == [*block.needs, *block.usual]
    assert f"`{SETTINGS}`" in DOCS


def test_the_company_is_one_of_which_a_drill_can_be(tmp_path: Path) -> None:
    (tmp_path / "company.yaml").write_text(pieces("company")[0], encoding="utf-8")
    assert check_path(tmp_path / "company.yaml") == []
    drill = (HERE / "queue.yaml").read_text(encoding="utf-8").replace("drill: NAME", "drill: shown")
    file = tmp_path / "shown" / "drill.yaml"
    file.parent.mkdir()
    file.write_text(drill.replace("YOUR COMPANY", "Pellworm"), encoding="utf-8")
    found = check_path(file)
    assert [str(one) for one in found if one.level == "error"] == []
    for field in CompanyData.model_fields:
        assert f"`{field}`" in DOCS or field == "name", field
