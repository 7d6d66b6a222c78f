"""A drill that came by a browser: what is taken, what is refused with a remedy, and what no check waits for."""

from __future__ import annotations

import json
import pickle
import shutil
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from scenarios.loader import forget, load_at
from scenarios.pack import Pack, PackedFile, PackManifest, opened, packed
from scenarios.roots import FOLDERS, UPLOADS, uploads_taken
from scenarios.uploaded import carried, load, packed_again, received
from simulator.errors import DrillError, UnknownName
from simulator.play import play
from simulator.scenario.document import LARGEST
from tests.scenarios.drills import EXAMPLES, text
from tests.scenarios.test_pack import REFUSED, with_file, with_manifest
from tests.shipped import text as spelled_out
from ui import checking
from ui.cli.shared import recorded

OF_WHAT_IT_SAYS = {"another name", "another version", "another title"}
"""What a pack's manifest says and nobody asks: the drill in it is read, and checked."""


@pytest.fixture(scope="module")
def content() -> bytes:
    return packed(str(EXAMPLES / "queue_twice"))[0].content()


def test_a_pack_and_the_file_alone_are_the_same_drill(content: bytes) -> None:
    alone = received(text().encode(), "mine.yaml")
    assert alone == ("queue_twice", "Behind, and twice", {"drill.yaml": text()})
    name, title, files = received(content, "q.zip")
    assert (name, title, files["drill.yaml"]) == ("queue_twice", "Behind, and twice", text())
    assert received(with_manifest(content, version="9"), "q.zip")[0] == "queue_twice"  # of an older program
    loaded = load(name, files)
    assert loaded is load(name, dict(files))
    assert loaded.scenario.id == "queue_twice"
    assert opened(packed_again(name, files), "q.zip").files["drill.yaml"].decode() == text()
    with pytest.raises(UnknownName):
        load(name, files, "other")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_no_pack_has_is_refused_in_one_line(content: bytes) -> None:
    for what in REFUSED.keys() - OF_WHAT_IT_SAYS:
        change, _ = REFUSED[what]
        with pytest.raises(DrillError) as raised:
            received(change(content), "q.zip")
        assert len(str(raised.value).splitlines()) == 1, what


def test_python_and_a_scenario_spelled_out_are_refused_with_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "scenario.yaml").write_text(spelled_out("auth_token").replace("id: auth_token", "id: mine", 1))
    (folder / "world.py").write_text("raise SystemExit('ran')\n")
    files = {one.name: one.read_bytes() for one in sorted(folder.iterdir())}
    listed = {name: PackedFile(size=len(raw), sha256=sha256(raw).hexdigest()) for name, raw in files.items()}
    manifest = PackManifest(pack=1, name="mine", version="1", title="Mine", files=listed)
    with pytest.raises(DrillError, match=r"holds Python \(world.py\).* `drill add` it and trust it"):
        received(Pack(manifest, files).content(), "m.zip")
    del files["world.py"], listed["world.py"]
    manifest = manifest.model_copy(update={"files": listed})
    with pytest.raises(DrillError, match=r"holds no drill.yaml; only a drill in one file can be uploaded"):
        received(Pack(manifest, files).content(), "m.zip")


@pytest.mark.parametrize("raw", [
    b"", b"drill: ../x\n", b"drill: [1]\n", b"drill: " + b"x" * 41, b"\xff\xfe", b"a: &a [*a]\n", b"[" * 400_000,
    b"x: " + b"1" * LARGEST, b"PK\x03\x04broken", b"- 1\n", b"drill: a\ndrill: b\n", "drill: ünder".encode(),
    b'drill: abc\ntitle: "a\\0b"', b'drill: abc\ntitle: "a\\ud800b"',
])  # fmt: skip
def test_what_is_no_drill_is_refused_in_one_line(raw: bytes) -> None:
    with pytest.raises(DrillError) as raised:
        received(raw, "mine.yaml")
    assert len(str(raised.value).splitlines()) == 1


def test_a_file_beside_it_that_no_drill_is_made_of_is_refused(content: bytes) -> None:
    with pytest.raises(DrillError, match="is not in its manifest"):
        received(with_file(content, "library.yaml"), "q.zip")


def test_the_operator_can_turn_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(UPLOADS, raising=False)
    assert uploads_taken()
    (tmp_path / "drill.toml").write_text("uploads = false\n")
    assert not uploads_taken()
    monkeypatch.setenv(UPLOADS, "1")
    assert uploads_taken()
    monkeypatch.setenv(UPLOADS, "0")
    assert not uploads_taken()
    monkeypatch.delenv(UPLOADS)
    (tmp_path / "drill.toml").write_text('uploads = "no"\n')
    with pytest.raises(DrillError, match="neither true nor false"):
        uploads_taken()


@pytest.mark.slow
def test_a_check_runs_apart_names_lines_leaves_nothing_and_is_given_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    company = "name: Behind\ncolour: red\n"
    wrong = {"drill.yaml": text().replace("title:", "titel:", 1), "company.yaml": company}
    monkeypatch.setenv("DRILL_SCENARIOS", "/of/the/server")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    found = checking.check("queue_twice", wrong, lambda done: None)
    assert ("drill.yaml", "titel: no such field") in [(one["file"], one["what"]) for one in found]
    assert all("/" not in one["file"] for one in found)
    monkeypatch.setattr(checking, "PATIENCE", 2.0)
    monkeypatch.setattr(checking, "_CHILD", "import time; print('{\"begun\": true}', flush=True); time.sleep(600)")
    [given_up] = checking.check("queue_twice", {"drill.yaml": text()}, lambda done: None)
    assert given_up["what"] == NO_END
    assert list(tmp_path.iterdir()) == []


NO_END = "its check came to no end: it takes too much time or memory"
APART = "import mmap, os, time, ui.checking as c;c._say({{'begun': 1}})\n{}\nc._say({{'findings': [dict(os.environ)]}})"
"""What the other process does in place of a check, up to where a test has it."""


def apart(monkeypatch: pytest.MonkeyPatch, does: str) -> Mapping[str, Any]:
    """Return what comes of a check that does something else within its bounds: what it sees of the environment."""
    before = "c.PROCESSOR_SECONDS = int(time.process_time()) + 2; c._limited()"
    monkeypatch.setattr(checking, "_CHILD", APART.format(f"{before}\n{does}"))
    [found] = checking.check("mine", {"drill.yaml": ""}, lambda done: None)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("does", "ends"), [
    ("mmap.mmap(-1, c.MEMORY_BYTES // 2)", False),
    ("mmap.mmap(-1, c.MEMORY_BYTES)", True),
    ("while time.process_time() < c.PROCESSOR_SECONDS + 2: pass", True),
])  # fmt: skip
def test_a_check_takes_no_more_memory_and_time_than_it_may(
    monkeypatch: pytest.MonkeyPatch, does: str, ends: bool
) -> None:
    assert (apart(monkeypatch, does).get("what") == NO_END) == ends


@pytest.mark.parametrize("does", ["import nothing_there_to_import", "import os; os._exit(1)", "print('Killed')"])
def test_a_check_that_does_not_come_to_begin_is_no_fault_of_the_drill_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, does: str
) -> None:
    monkeypatch.setattr(checking, "_CHILD", does)
    with pytest.raises(RuntimeError, match="before it had begun"):
        checking.check("mine", {"drill.yaml": ""}, lambda done: None)
    logged = [one.getMessage() for one in caplog.records]
    assert ["ModuleNotFoundError: No module named 'nothing_there_to_import'" in one for one in logged] == (
        [True] if "nothing" in does else []
    )


@pytest.mark.slow
def test_a_check_sees_nothing_of_the_servers_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = ("DRILL_DATABASE_URL", "DRILL_SECRET", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "HOME", "ANYTHING_ELSE")
    for name in secrets:
        monkeypatch.setenv(name, "hunter2")
    found = apart(monkeypatch, "assert c._limited")
    assert set(found) <= {*checking.SEEN, "PYTHONPATH"}
    assert "PYTHONPATH" in found
    assert "hunter2" not in found.values()


def test_a_record_that_carries_its_drill_is_read_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load("queue_twice", {"drill.yaml": text()})
    file = tmp_path / "d.jsonl"
    play(loaded, "null", 1, until=60).journal.save(file)
    with pytest.raises(DrillError, match="give its folder"):
        recorded(file)
    own = {"name": "queue_twice", "title": "x", "files": json.dumps({"drill.yaml": text()})}
    with file.open("a") as out:
        out.write(json.dumps({"beside": {"scenario": own}}) + "\n")
    assert recorded(file)[1] is loaded
    folder = tmp_path / "drills" / "queue_twice"
    folder.mkdir(parents=True)
    (folder / "drill.yaml").write_text(text().replace("title: Behind", "title: Far behind", 1), encoding="utf-8")
    monkeypatch.setenv(FOLDERS, str(folder.parent))
    forget()
    try:
        assert recorded(file)[1] is loaded  # another state of it is here by that name
    finally:
        forget()


def test_a_drill_of_a_folder_goes_along_to_a_worker_that_has_neither_folder_nor_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "drills" / "queue_twice"
    folder.mkdir(parents=True)
    (folder / "drill.yaml").write_text(text(), encoding="utf-8")
    monkeypatch.setenv(FOLDERS, str(folder.parent))
    here = load_at("queue_twice").version
    sent = pickle.dumps(carried("queue_twice"))
    monkeypatch.setenv(FOLDERS, "")
    shutil.rmtree(folder)
    there, name = pickle.loads(sent)
    assert there(name, "base", "standard").version == here
    assert carried("auth_token") == (load_at, "auth_token")


@pytest.mark.long
def test_a_check_finds_nothing_in_a_drill_that_ships_and_says_how_far_it_is() -> None:
    seen: list[float] = []
    assert checking.check("queue_twice", {"drill.yaml": text()}, seen.append) == []
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (checking.READ, 1.0)
    [draft] = checking.check("queue_twice", {"drill.yaml": f"{text()}\ndraft: true\n"}, lambda done: None)
    assert draft["what"].startswith("draft: it is one")
