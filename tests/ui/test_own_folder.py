"""A folder outside of the package, to the report: begun, checked, calibrated, played, scored, hosted, told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analytics.runs.finish import finish
from scenarios.loader import catalogue, forget, load
from scenarios.roots import FOLDERS
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from ui import cli

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Run in a folder whose settings name one of scenarios, with one that was begun there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(FOLDERS, raising=False)
    (tmp_path / "drill.toml").write_text('scenarios = ["drills"]\n', encoding="utf-8")
    (tmp_path / "drills").mkdir()
    forget()
    assert cli.main(["new", "our_queue", "--from", "queue"]) == 0
    assert (tmp_path / "drills" / "our_queue" / "drill.yaml").is_file()
    yield tmp_path
    forget()


def test_it_is_checked_played_scored_and_told(outside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def drill(*arguments: str) -> Any:
        assert cli.main(list(arguments)) == 0
        return capsys.readouterr().out

    capsys.readouterr()
    found = json.loads(drill("check", "drills/our_queue"))["findings"]
    assert [one for one in found if one["level"] == "error"] == []
    drill("play", "our_queue", "--policy", "by_the_book", "--out", "d.jsonl")
    card = json.loads(drill("score", "d.jsonl", "--seeds", "0", "--format", "json", "--keep"))
    assert card["total"] >= 85
    drill("report", "d.jsonl", "--out", "told.md")
    assert "After-action report" in (outside / "told.md").read_text(encoding="utf-8")
    file = outside / "drills" / "our_queue" / "drill.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("draft: true", "draft: false"), encoding="utf-8")
    forget()
    store = Store(str(outside / "drills.db"))
    place = Rooms(store, load, finish)
    assert "our_queue" in catalogue().offered
    made = place.create("our_queue", hosted=True)
    _, host = place.facilitate(made.room, "Flo", made.key)
    made.room.start(host)
    made.room.end(host)
    made.room.finishing.wait(300)
    assert made.room.scorecard()
    store.close()


@pytest.mark.filterwarnings("ignore")
def test_a_local_cluster_that_knows_nothing_of_the_folder_gives_what_processes_give(
    outside: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import distributed  # only here: what it warns of while it loads is not ours

    asked = ["calibrate", "our_queue", "--policies", "by_the_book,null", "--seeds", "2", "--format", "json"]
    capsys.readouterr()
    assert cli.main([*asked, "--jobs", "2"]) == 0
    alone = json.loads(capsys.readouterr().out)
    with monkeypatch.context() as elsewhere:
        elsewhere.chdir("/")
        cluster = distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        )
    try:
        assert cli.main([*asked, "--scheduler", cluster.scheduler_address]) == 0
    finally:
        cluster.close()
    assert json.loads(capsys.readouterr().out) == alone
