"""Kill a process at any moment: what it acknowledged is there, and the drill goes on."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator.record.replay import rebuild
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from tests.simulator.toy import toy

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import sys
from simulator import acts
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from tests.simulator.toy import toy

place = Rooms(Store(sys.argv[1]), lambda *_: toy())
room, person = place.identify(sys.argv[2])
n = 0
while True:
    n += 1
    room.submit(acts.PostMessage(text=f"{sys.argv[3]}-{n}"), person)
    print(n, flush=True)
"""


@pytest.mark.parametrize("seed", range(3))
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path, seed: int) -> None:
    path = str(tmp_path / "drills.db")
    place = Rooms(Store(path), lambda *_: toy())
    room = place.create("toy", seed=7).room
    token, person = place.join(room, "Ana", "commander")
    room.start(person)

    # Two writers at once, killed at a moment that differs from run to run.
    children = [
        subprocess.Popen([sys.executable, "-c", CHILD, path, token, name], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for name in "ab"
    ]
    try:
        started = [child.stdout.readline() for child in children if child.stdout]
        time.sleep(random.Random(seed).uniform(0.05, 0.4))
    finally:
        for child in children:
            child.send_signal(signal.SIGKILL)
        outs = [child.communicate()[0] for child in children]
    assert started == ["1\n", "1\n"]
    acknowledged = []
    for out, name in zip(outs, "ab", strict=True):
        # A last line without its end was cut off by the kill; nobody has read it.
        numbers = [1, *(int(line) for line in out.splitlines(keepends=True) if line.endswith("\n"))]
        acknowledged += [f"{name}-{n}" for n in numbers]

    again, same = Rooms(Store(path), lambda *_: toy()).identify(token)
    stored = Store(path).commands(again.row.id)
    texts = [entry.body.text for entry in stored if entry.body.kind == "post_message"]
    assert set(acknowledged) <= set(texts)
    assert len(texts) == len(set(texts))

    again.submit(stored[-1].body, same)
    lines = again.truth("lines", lambda engine: (engine.now, list(engine.journal.lines())))
    stored = Store(path).commands(again.row.id)
    fresh = rebuild(toy(), again.row.header, stored, until=lines[0])
    assert list(fresh.journal.lines()) == lines[1]
