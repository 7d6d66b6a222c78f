"""Practise a drill of a team's own folder, from the lobby to the score, as somebody at a browser does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from scenarios.roots import FOLDERS
from tests.e2e.console import Console, look_at
from tests.e2e.debrief import read_debrief
from tests.e2e.server import Server
from tests.scenarios.drills import EXAMPLES

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]


class Way(NamedTuple):
    """One way through a drill: what is declared, looked at, paged and done, each with what the channel then says."""

    title: str
    alert: str
    declared: str
    looks: tuple[str, ...]
    reported: str
    paged: str
    moves: tuple[tuple[str, str], ...]


WAYS = {
    "queue_twice": Way(
        "Behind, and twice", "QueueLagHigh", "Orders are late and charged twice",
        ("kafka lag --by group", "kafka attempts --by group", "ff get replay_guard"), "State of the replay guard", "",
        (("ff set replay_guard on", "Switch the replay guard on"),
         ("kubectl rollout undo deploy/consumer", "Roll the consumer back to 3.7.4")),
    ),
    "tokens_short": Way(
        "Taken back, and going on", "CachePurgeFailing", "Purges and device checks fail",
        ("promq refused by group", "edgectl tokens diff", "tokctl restore --only-empty --dry-run"),
        "Dry run of the restore", "dba-oncall",
        (("edgectl tokens refresh --pause", "Stop the refresh of edge copies"),
         ("dbctl mount log", "Mount the log of this afternoon"),
         ("tokctl restore --only-empty", "Restore every empty secret")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
def test_a_drill_in_one_file_is_played_from_the_lobby_to_the_debrief(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_page: Callable[..., Page]
) -> None:
    way, own = WAYS[name], tmp_path / "drills" / name
    own.mkdir(parents=True)
    (own / "drill.yaml").write_text((EXAMPLES / name / "drill.yaml").read_text(encoding="utf-8"))
    (own.parent / "broken").mkdir()
    (own.parent / "broken" / "drill.yaml").write_text("drill: broken\n", encoding="utf-8")
    monkeypatch.setenv(FOLDERS, str(own.parent))
    server = Server(tmp_path)
    server.start()
    try:
        _play(Console.practise(open_page(server.url), server, "Ana", seed=7, scenario=way.title), server, way)
    finally:
        server.stop()


def _play(me: Console, server: Server, way: Way) -> None:
    page = me.page
    me.skip_until(way.alert)
    me.take_command(way.alert, way.declared)
    if way.paged:
        me.type(f"/page @{way.paged}")
    me.shot("own-t2")
    for line in way.looks:
        me.run(line)
    me.reported(way.reported)
    look_at(page, "Output")
    expect(page.locator(".outputs")).to_contain_text("$")
    if way.paged:
        me.skip_until(f"@{way.paged} joined")
    for line, title in way.moves:
        me.run(line)
        me.skip_until(f"{title}: done")
    me.let_pass(300)
    me.shot("own-t15")
    me.end()
    me.over()
    read_debrief(me, server, "own-debrief", ["3 What else"])
