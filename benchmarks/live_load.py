"""Load drills with simulated viewers: the server's share of a core, and from one person's press to others' streams.

    python -m benchmarks.live_load 40 200      one drill with so many viewers
    python -m benchmarks.live_load 20x6        twenty drills with six each, one of whom presses: all at one instant
    python -m benchmarks.live_load 20x6 --spread   the same, each at a moment of their own, as people do
    python -m benchmarks.live_load 40 --seconds 1200      for so long; memory at the start and at the end

The viewers run on the same machine as the server; their own share is printed beside.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scenarios.loader import load
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from simulator.values import OBSERVER

ROOT = Path(__file__).resolve().parent.parent
WARM = 5.0
EVERY = 1.037
"""Seconds from one press to the next: they drift over the ticks."""
PROBE = re.compile(rb"probe-(\d+)-")
HEAD = (
    "| viewers | server, % of a core | press to others' streams p50, ms | p95 | max | press to answer p50 | arrived "
    "| broken | kB/s | RSS MB, from – to | viewers' own % |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


class Seat:
    """Somebody in the drill, as a browser says who it is."""

    def __init__(self, token: str, ident: str) -> None:
        self.cookie, self.ident = f"seats={token}", ident


def processor(pid: int) -> float:
    """Return the processor seconds that a process has used, all threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Load:
    """Viewers and one who presses."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.sent: dict[int, float] = {}
        self.seen: dict[int, list[float]] = {}
        self.answered: list[float] = []
        self.bytes = self.broken = self.open = 0

    async def view(self, seat: Seat) -> None:
        """Read one stream, and note when each probe first shows."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(
            f"GET /live/stream?me={seat.ident}&since= HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Cookie: {seat.cookie}\r\n\r\n".encode()
        )
        known, tail = set[int](), b""
        try:
            await reader.readuntil(b"event: all\n")
            self.open += 1
            while chunk := await reader.read(262_144):
                now = time.perf_counter()
                self.bytes += len(chunk)
                for found in PROBE.finditer(tail + chunk):
                    if (probe := int(found[1])) not in known:
                        known.add(probe)
                        self.seen.setdefault(probe, []).append(now)
                tail = chunk[-24:]
            self.broken += 1
        finally:
            writer.close()

    async def press(self, seat: Seat, seconds: float, later: float = 0.0) -> None:
        """Send one message a second over one connection that is kept, the first so many seconds `later`."""
        await asyncio.sleep(later)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            number = len(self.sent)
            fields = {"text": f"probe-{number}-", "where": "channel"}
            body = json.dumps({"key": secrets.token_hex(8), "act": "line", "fields": fields})
            self.sent[number] = time.perf_counter()
            writer.write(
                f"POST /live/act?me={seat.ident} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nCookie: {seat.cookie}\r\n\r\n{body}"
                .encode()
            )  # fmt: skip
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            answer = await reader.readexactly(int(length[1]) if length else 0)
            assert b'"ok":true' in answer, answer
            self.answered.append(time.perf_counter() - self.sent[number])
            await asyncio.sleep(max(0.0, EVERY - (time.perf_counter() - self.sent[number])))
        writer.close()


def opened(database: str, drills: int, viewers: int) -> list[list[Seat]]:
    """Open drills with somebody in each seat and others who observe; return who looks at each, the presser first."""
    store = Store(database)
    rooms = Rooms(store, load)
    found = []
    for seed in range(drills):
        made = rooms.create("auth_token", seed=7 + seed, hosted=True)
        _, host = rooms.facilitate(made.room, "Hana", made.key)
        seats = [role.id for role in made.room.loaded.scenario.seats()]
        people = []
        for number in range(viewers):
            at = seats[number] if number < len(seats) else OBSERVER
            held, person = rooms.join(made.room, f"P{number}", at)
            people.append(Seat(held, person.id))
        made.room.start(host)
        found.append(people)
    store.close()
    return found


async def measure(drills: int, viewers: int, seconds: float, spread: bool) -> None:
    """Serve so many drills with so many viewers each, and print their line of the table."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        held.close()
        database = str(Path(folder) / "drills.db")
        rooms = opened(database, drills, viewers)
        serve = [sys.executable, "-m", "ui.cli", "serve", "--port", str(port), "--data", database]
        server = subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            await _listening(port)
            await _looked_at(server.pid, port, rooms, seconds, spread)
        finally:
            server.terminate()
            server.wait(30)


async def _listening(port: int) -> None:
    for _ in range(300):
        try:
            (await asyncio.open_connection("127.0.0.1", port))[1].close()
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return


def memory(pid: int) -> int:
    """Return the megabytes that a process holds."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    return int(found[1]) // 1024 if found else 0


async def _looked_at(pid: int, port: int, rooms: list[list[Seat]], seconds: float, spread: bool) -> None:
    loads = [Load(port) for _ in rooms]
    streams = [asyncio.create_task(load.view(one)) for load, people in zip(loads, rooms, strict=True) for one in people]
    while sum(load_of.open for load_of in loads) < len(streams):
        await asyncio.sleep(0.1)  # first screens are dear, and are no part of what is measured
        if any(stream.done() for stream in streams):
            raise SystemExit("a stream was refused, or was over before anything was measured")
    await asyncio.sleep(WARM)
    for load_of in loads:
        load_of.bytes = 0
    held, used, own, began = memory(pid), processor(pid), time.process_time(), time.perf_counter()
    apart = EVERY / len(rooms) if spread else 0.0
    pressing = enumerate(zip(loads, rooms, strict=True))
    await asyncio.gather(*(load.press(people[0], seconds, at * apart) for at, (load, people) in pressing))
    took = time.perf_counter() - began
    share, own = 100 * (processor(pid) - used) / took, 100 * (time.process_time() - own) / took
    rate = sum(load_of.bytes for load_of in loads) / took / 1000
    await asyncio.sleep(1)
    delays = sorted(1000 * (at - load_of.sent[number]) for load_of in loads
                    for number, times in load_of.seen.items() for at in times)  # fmt: skip
    cut = statistics.quantiles(delays, n=100) if len(delays) > 1 else [0.0] * 99
    due = sum(len(load_of.sent) * len(people) for load_of, people in zip(loads, rooms, strict=True))
    answered = statistics.median(one for load_of in loads for one in load_of.answered)
    drills = f"{len(rooms)} × " if len(rooms) > 1 else ""
    print(
        f"| {drills}{len(rooms[0])} | {share:.1f} | {cut[49]:.0f} | {cut[94]:.0f} "
        f"| {delays[-1]:.0f} | {1000 * answered:.0f} | {len(delays) / due:.0%} "
        f"| {sum(load_of.broken for load_of in loads)} | {rate:.0f} | {held} – {memory(pid)} | {own:.0f} |",
        flush=True,
    )
    for stream in streams:
        stream.cancel()


def load_in(text: str) -> tuple[int, int]:
    """Return how many drills and viewers in each `200` or `20x6` means."""
    drills, _, viewers = text.rpartition("x")
    return int(drills or 1), int(viewers)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m benchmarks.live_load", description=str(__doc__).splitlines()[0])
    asked.add_argument("loads", nargs="*", type=load_in, default=[(1, 40)], metavar="VIEWERS|DRILLSxVIEWERS")
    asked.add_argument("--seconds", type=float, default=20.0, help="how long each is looked at (default: 20)")
    asked.add_argument("--spread", action="store_true", help="each drill presses at a moment of its own")
    given = asked.parse_args()
    print(HEAD)
    for drills, viewers in given.loads:
        asyncio.run(measure(drills, viewers, given.seconds, given.spread))
