"""One submission, one command: what comes twice under one key is entered once and answered alike."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import acts
from simulator.answers import Answer
from simulator.errors import AccessDenied, StaleWriter, StoreError
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import NewCommand, Participant, Store
from tests.room.rooms import Wall, lines, rooms, say, solo
from tests.simulator.toy import toy

ROOT = Path(__file__).resolve().parents[2]
TAKEN, REFUSED = acts.Declare(severity="SEV-1", title="down"), acts.TakeAction(action="purge")
MODES = ("training", "assessment")


class Seat(NamedTuple):
    """A drill under way and who gives the command."""

    place: Rooms
    room: Room
    person: Participant


def hosted(path: Path, wall: Wall, mode: str) -> tuple[Seat, Participant]:
    """Open a drill with a facilitator; return the commander's seat and the facilitator."""
    place = rooms(path, wall)
    opened = place.create("toy", seed=7, mode=mode, hosted=True)  # type: ignore[arg-type]
    _, ana = place.join(opened.room, "Ana", "commander")
    _, flo = place.facilitate(opened.room, "Flo", opened.key)
    opened.room.start(flo)
    wall.pass_(100)
    return Seat(place, opened.room, ana), flo


def entered(room: Room, command: acts.Act) -> int:
    """Return how often a command is on the record."""
    return room.truth("entries", lambda engine: sum(entry.body == command for entry in engine.journal))


def stored(room: Room) -> int:
    return len(room._store.commands(room.row.id))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("command", [TAKEN, REFUSED])
def test_twice_in_a_row(path: Path, wall: Wall, command: acts.Act, mode: str) -> None:
    _, room, ana = hosted(path, wall, mode)[0]
    first = room.submit(command, ana, "k1")
    before = lines(room)
    assert room.submit(command, ana, "k1") == first
    assert (first.refusal is None) == (command is TAKEN)
    assert lines(room) == before
    assert entered(room, command) == 1
    # Another key, or none, is another wish.
    room.submit(command, ana, "k2")
    room.submit(command, ana)
    room.submit(command, ana)
    assert entered(room, command) == 4


@pytest.mark.parametrize("mode", MODES)
def test_whatever_became_of_the_drill_since(path: Path, wall: Wall, mode: str) -> None:
    (place, room, ana), flo = hosted(path, wall, mode)
    taken, refused = room.submit(TAKEN, ana, "k1"), room.submit(REFUSED, ana, "k2")
    room.pause(flo)
    assert room.submit(TAKEN, ana, "k1") == taken
    room.resume(flo)
    wall.pass_(200)
    room.seats.leave(flo, "commander")
    assert room.submit(REFUSED, ana, "k2") == refused
    end = room.submit(acts.EndDrill(), flo, "k3")
    assert room.ended
    for again in (room, rooms(path, wall).open(room.row.id)):
        assert again.submit(TAKEN, ana, "k1") == taken
        assert again.submit(REFUSED, ana, "k2") == refused
        assert again.submit(acts.EndDrill(), flo, "k3") == end
        assert [entered(again, one) for one in (TAKEN, REFUSED, acts.EndDrill())] == [1, 1, 1]
    assert place.store.record(room.row.id) is not None


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("command", [TAKEN, REFUSED])
def test_after_a_restart(path: Path, wall: Wall, command: acts.Act, mode: str) -> None:
    (_, room, ana), flo = hosted(path, wall, mode)
    # Before and after it others act, and who speaks for nobody's seat sits down in it: entries the store has not.
    room.submit(acts.SendAdHoc(persona="Boss", text="Well?"), flo, "k0")
    first = room.submit(command, ana, "k1")
    room.submit(say("and"), ana)
    wall.pass_(50)
    again = rooms(path, wall).open(room.row.id)
    assert again.submit(command, ana, "k1") == first
    assert entered(again, command) == 1
    assert lines(again) == lines(room)


def test_what_a_facilitator_does_is_done_once_too(path: Path, wall: Wall) -> None:
    (_, room, _), flo = hosted(path, wall, "assessment")
    for command in (
        acts.SendAdHoc(persona="Boss", text="Well?"), acts.HoldInject(inject="boss"), acts.FireInject(inject="boss"),
        acts.LeaveSeat(seat="commander"),
    ):  # fmt: skip
        first = room.submit(command, flo, command.kind)
        before = lines(room)
        assert room.submit(command, flo, command.kind) == first
        assert lines(room) == before


@pytest.mark.parametrize("command", [TAKEN, REFUSED])
def test_at_once_from_two_threads_of_one_process_and_of_another(
    path: Path, wall: Wall, command: acts.Act
) -> None:
    (_, room, ana), _ = hosted(path, wall, "training")
    doors = [room, room, rooms(path, wall).open(room.row.id), rooms(path, wall).open(room.row.id)]
    for number in range(5):
        start, answers = threading.Barrier(len(doors)), list[Answer]()

        def press(door: Room, start: threading.Barrier = start, key: str = f"k{number}", to: Any = answers) -> None:
            start.wait()
            to.append(door.submit(command, ana, key))

        threads = [threading.Thread(target=press, args=(door,)) for door in doors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(answers) == len(doors)
        assert len(set(map(repr, answers))) == 1
    assert entered(room, command) == 5
    assert all(lines(door) == lines(room) for door in doors)


CHILD = """
import sys
from simulator import acts
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from tests.simulator.toy import toy

room, person = Rooms(Store(sys.argv[1]), lambda *_: toy()).identify(sys.argv[2])
room.advance()
print("ready", flush=True)
for line in sys.stdin:
    entry, refusal = room.submit(acts.PostMessage(text="once"), person, line.strip())
    print(entry.to_json(), refusal, flush=True)
"""


@pytest.mark.sqlite
def test_at_once_from_two_processes(path: Path) -> None:
    place = Rooms(Store(str(path)), lambda *_: toy())
    room = place.create("toy", seed=7).room
    token, person = place.join(room, "Ana", "commander")
    room.start(person)
    room.pause(person)
    children = [
        subprocess.Popen([sys.executable, "-c", CHILD, path, token], cwd=ROOT, stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]  # fmt: skip
    try:
        assert [child.stdout.readline() for child in children if child.stdout] == ["ready\n", "ready\n"]
        keys = "".join(f"k{number}\n" for number in range(20))
        for child in children:
            assert child.stdin
            child.stdin.write(keys)
            child.stdin.flush()
        said = [child.communicate(timeout=60)[0].splitlines() for child in children]
    finally:
        for child in children:
            child.kill()
            child.communicate()
    assert said[0] == said[1]
    assert len(set(said[0])) == 20
    assert entered(room, say("once")) == 20


def test_a_key_is_for_one_command_of_one_person(path: Path, wall: Wall) -> None:
    (place, room, ana), flo = hosted(path, wall, "training")
    _, bo = place.join(room, "Bo", "comms")
    room.submit(say("hello"), ana, "k1")
    before = lines(room)
    for command, person in ((say("other words"), ana), (say("hello"), bo), (say("hello"), flo)):
        with pytest.raises(AccessDenied, match="taken already, as another command or from somebody else") as error:
            room.submit(command, person, "k1")
        assert "\n" not in str(error.value)
    assert lines(room) == before
    other, person = solo(place)
    other.submit(say("hello"), person, "k1")
    with pytest.raises(AccessDenied, match="another drill"):
        other.submit(say("hello"), ana, "k1")


@pytest.mark.parametrize("key", ["", "x" * 65, "two words", "zoë", "line\n"])
def test_a_key_that_is_none_is_refused(path: Path, wall: Wall, key: str) -> None:
    room, person = solo(rooms(path, wall))
    with pytest.raises(AccessDenied, match="a key has 1 to 64 visible ASCII characters"):
        room.submit(say("hello"), person, key)
    assert room.submit(say("hello"), person, "x" * 64).refusal is None


def test_what_was_stored_though_the_answer_was_lost_is_answered_when_it_comes_again(
    path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, person = solo(rooms(path, wall))
    append = room._store.append

    def cut(*args: Any) -> None:
        append(*args)
        raise StoreError("the connection was cut")

    with monkeypatch.context() as patch:
        patch.setattr(room._store, "append", cut)
        with pytest.raises(StoreError):
            room.submit(say("hello"), person, "k1")
    assert room.submit(say("hello"), person, "k1").refusal is None
    assert entered(room, say("hello")) == 1


def test_the_store_takes_a_key_once_in_a_drill_and_any_number_without(place: Rooms) -> None:
    room, other = solo(place)[0], solo(place)[0]
    store, start = place.store, stored(room)
    store.append(room.row.id, start + 1, [NewCommand(0, "commander:Ana", say("a"))], "k1")
    with pytest.raises(StaleWriter):
        store.append(room.row.id, start + 2, [NewCommand(0, "commander:Ana", say("a"))], "k1")
    store.append(other.row.id, start + 1, [NewCommand(0, "commander:Ana", say("a"))], "k1")
    for number in (2, 3):
        store.append(room.row.id, start + number, [NewCommand(0, "commander:Ana", say("a"))])
    assert [key for _, key in store.keyed(room.row.id, after=start)] == ["k1", None, None]


Press = tuple[str, int, int]
PRESSES = st.lists(st.tuples(st.sampled_from(["submit", "restart", "time"]), st.integers(0, 3), st.integers(0, 2)),
                   max_size=8)  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(PRESSES)
def test_any_order_of_presses_restarts_and_processes(tmp_path_factory: Any, presses: list[Press]) -> None:
    wall = Wall()
    path = tmp_path_factory.mktemp("keys") / "drills.db"
    room, person = solo(rooms(path, wall))
    doors = [room, *(rooms(path, wall, serves=False).open(room.row.id) for _ in range(2))]
    commands = (TAKEN, REFUSED, say("a"), say("a"))
    answers: dict[int, Answer] = {}
    for what, number, door in presses:
        if what == "submit":
            answer = doors[door].submit(commands[number], person, f"k{number}")
            assert answers.setdefault(number, answer) == answer
        elif what == "restart":
            doors[door] = rooms(path, wall, serves=False).open(room.row.id)
        else:
            wall.pass_(20 * number)
    assert stored(room) == 1 + len(answers)
    wall.pass_(1)
    assert len({tuple(lines(door)) for door in doors}) == 1
