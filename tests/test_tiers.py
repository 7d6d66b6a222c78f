"""Tests are cheap to collect: a module that is imported reads names, and nothing that ships or that few tests need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LATER = ("pandas", "numpy", "pyarrow", "openpyxl", "psycopg", "jsonschema", "distributed")
"""What takes long to import and is imported where it is used, by the product as by its tests."""
COLLECT = """
import sys, pytest

def audit(event, args):
    if event == "open" and isinstance(args[0], str) and args[0].startswith(sys.argv[1]) and args[0].endswith(DATA):
        found.append(args[0])
    if event == "import" and args[0] in LATER:
        found.append(args[0])

DATA, LATER, found = (".yaml", ".jsonl"), sys.argv[2].split(","), []
sys.addaudithook(audit)
code = pytest.main(["--collect-only", "-qq", "-p", "no:cacheprovider", *sys.argv[3:]])
print(*found, sep="\\n", file=sys.stderr)
sys.exit(code)
"""


def found_while_collecting(folder: Path, tests: Path) -> list[str]:
    """Return the data files under a folder that are opened, and what is imported too early, as tests are collected."""
    command = [sys.executable, "-c", COLLECT, str(folder), ",".join(LATER), str(tests)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr[-2000:]
    return found.stderr.split()


@pytest.mark.slow
def test_collecting_reads_nothing_that_ships_and_imports_nothing_dear() -> None:
    assert found_while_collecting(ROOT, ROOT / "tests") == []


@pytest.mark.slow
def test_a_module_that_loads_a_scenario_is_caught(tmp_path: Path) -> None:
    (tmp_path / "test_early.py").write_text(
        "from scenarios import load\nLOADED = load('auth_token')\n\ndef test_nothing():\n    pass\n", encoding="utf-8"
    )
    assert str(ROOT / "scenarios" / "auth_token" / "scenario.yaml") in found_while_collecting(ROOT, tmp_path)


@pytest.mark.slow
def test_a_module_that_imports_early_what_few_tests_need_is_caught(tmp_path: Path) -> None:
    (tmp_path / "test_early.py").write_text("import openpyxl\n\ndef test_nothing():\n    pass\n", encoding="utf-8")
    assert "openpyxl" in found_while_collecting(ROOT, tmp_path)
