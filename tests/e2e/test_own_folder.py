"""Practise a drill of a team's own folder, from the lobby to the score, as somebody at a browser does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from scenarios.roots import FOLDERS
from tests.e2e.conftest import Console, Server, look_at
from tests.e2e.debrief import read_debrief
from tests.scenarios.drills import EXAMPLES

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]
GUARD, ROLLBACK = "ff set replay_guard on", "kubectl rollout undo deploy/consumer"
LOOKS = ("kafka lag --by group", "kafka attempts --by group", "ff get replay_guard")


def test_a_drill_in_one_file_is_played_from_the_lobby_to_the_debrief(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_page: Callable[..., Page]
) -> None:
    own = tmp_path / "drills" / "queue_twice"
    own.mkdir(parents=True)
    (own / "drill.yaml").write_text((EXAMPLES / "queue_twice" / "drill.yaml").read_text(encoding="utf-8"))
    (own.parent / "broken").mkdir()
    (own.parent / "broken" / "drill.yaml").write_text("drill: broken\n", encoding="utf-8")
    monkeypatch.setenv(FOLDERS, str(own.parent))
    server = Server(tmp_path)
    server.start()
    try:
        _play(Console.practise(open_page(server.url), server, "Ana", seed=7, scenario="Behind, and twice"), server)
    finally:
        server.stop()


def _play(me: Console, server: Server) -> None:
    page = me.page
    me.skip_until("QueueLagHigh")
    me.take_command("QueueLagHigh", "Orders are late and charged twice")
    me.shot("own-t2")
    for line in LOOKS:
        me.run(line, f"$ {line}")
    me.reported("State of the replay guard")
    look_at(page, "Output")
    expect(page.locator(".outputs")).to_contain_text("WAITING")
    me.run(GUARD, f"$ {GUARD}")
    me.skip_until("Switch the replay guard on: done")
    me.run(ROLLBACK, f"$ {ROLLBACK}")
    me.skip_until("Roll the consumer back to 3.7.4: done")
    me.let_pass(300)
    me.shot("own-t15")
    me.end()
    me.over()
    read_debrief(me, server, "own-debrief", ["3 What else"])
