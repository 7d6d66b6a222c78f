"""`drill check` and Python that is somebody else's: not run unasked; run apart, whatever it does is a finding."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from scenarios.lint import apart, check_path
from tests.shipped import FOLDER, text
from ui import cli

GOOD = "from scenarios.auth_token.world import WORLD\n"
MARK = "from pathlib import Path\n\n(Path(__file__).parent / 'ran').touch()\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a scenario's folder outside of the package."""
    folder = tmp_path_factory.mktemp("theirs")
    for name in ("scenario.yaml", "mine.yaml"):
        (folder / name).write_text(text(), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["", "scenario.yaml", "mine.yaml"])
def test_nobodys_python_is_run_unasked(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    world = folder / "world.py"
    world.write_text(MARK + GOOD, encoding="utf-8")
    assert cli.main(["check", str(folder / name)]) == 0
    said = capsys.readouterr()
    assert not (folder / "ran").exists()
    note = f"{world}:1: not run: names of its knobs, facts, sources and figures, and all templates are unchecked"
    well = f"{folder / name}: nothing to mend in what was checked"
    assert said.err.splitlines() == [f"{note}; add --run if you trust it", well]
    assert [one["level"] for one in json.loads(said.out)["findings"]] == ["note"]


def test_a_link_to_the_packages_file_does_not_make_the_python_beside_it_the_packages(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").symlink_to(FOLDER / "auth_token" / "scenario.yaml")
    (tmp_path / "world.py").write_text(MARK + GOOD, encoding="utf-8")
    assert check_path(tmp_path) == []  # the package's own file, with the package's own world
    assert not (tmp_path / "ran").exists()


def test_the_packages_own_python_is_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenarios.lint.files.checked_apart", None)
    (tmp_path / "link").symlink_to(FOLDER / "auth_token")
    assert check_path(tmp_path / "link", run=True) == []


@pytest.mark.slow
@pytest.mark.parametrize(("source", "says"), [
    ("class Mine(:\n", "1: SyntaxError: invalid syntax"),
    ("import sys\nsys.exit(3)\n", "2: SystemExit: 3; mend it"),
    ("import os\nos._exit(3)\n", "1: ends the whole process (with exit 3); let it raise an exception instead"),
    ("import os\nos.kill(os.getpid(), 9)\n", "1: ends the whole process (by signal 9); let it raise"),
    ("x = 1\nimport time\nwhile True:\n    time.sleep(0.01)\n", "4: still runs after 5 seconds, so it was stopped"),
], ids=["syntax", "exit", "end", "kill", "endless"])  # fmt: skip
def test_whatever_a_world_does_is_a_finding(folder: Path, source: str, says: str) -> None:
    (folder / "world.py").write_text(source, encoding="utf-8")
    (found,) = apart.checked_apart(folder / "scenario.yaml", folder / "world.py", patience=5)
    assert str(found).startswith(f"{folder}/world.py:{says}")


@pytest.mark.slow
def test_what_a_world_prints_and_leaves_behind_disturbs_nobody(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    left = "import subprocess, sys, threading, time\nprint('{'); print('}', file=sys.stderr)\n" \
        "threading.Thread(target=time.sleep, args=(600,)).start()\n" \
        "child = subprocess.Popen(['sleep', '600'])\n(__import__('pathlib').Path(__file__).parent / 'pid')" \
        ".write_text(str(child.pid))\n"  # fmt: skip
    (folder / "world.py").write_text(left + GOOD, encoding="utf-8")
    assert apart.checked_apart(folder / "scenario.yaml", folder / "world.py") == []
    assert capfd.readouterr() == ("", "")
    process = Path("/proc") / (folder / "pid").read_text(encoding="utf-8") / "stat"
    deadline = time.monotonic() + 20
    while process.exists() and process.read_text(encoding="utf-8").split()[2] != "Z":
        assert time.monotonic() < deadline, "what the world began still runs"
        time.sleep(0.05)
