"""Tests are cheap to collect: a module that is imported reads names, and nothing of what ships."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COLLECT = """
import sys, pytest

def audit(event, args):
    if event == "open" and isinstance(args[0], str) and args[0].startswith(sys.argv[1]) and args[0].endswith(DATA):
        opened.append(args[0])

DATA, opened = (".yaml", ".jsonl"), []
sys.addaudithook(audit)
code = pytest.main(["--collect-only", "-qq", "-p", "no:cacheprovider", *sys.argv[2:]])
print(*opened, sep="\\n", file=sys.stderr)
sys.exit(code)
"""


def opened_while_collecting(folder: Path, tests: Path) -> list[str]:
    """Return the data files under a folder that are opened when the tests at a path are collected."""
    found = subprocess.run([sys.executable, "-c", COLLECT, str(folder), str(tests)], cwd=ROOT, capture_output=True,
                           text=True)  # fmt: skip
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr[-2000:]
    return found.stderr.split()


@pytest.mark.slow
def test_collecting_reads_nothing_that_ships() -> None:
    assert opened_while_collecting(ROOT, ROOT / "tests") == []


@pytest.mark.slow
def test_a_module_that_loads_a_scenario_is_caught(tmp_path: Path) -> None:
    (tmp_path / "test_early.py").write_text(
        "from scenarios import load\nLOADED = load('auth_token')\n\ndef test_nothing():\n    pass\n", encoding="utf-8"
    )
    assert str(ROOT / "scenarios" / "auth_token" / "scenario.yaml") in opened_while_collecting(ROOT, tmp_path)
