"""Seats that are kept: coming in and back, what a host does with seats, who is there, and when a clock stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from simulator import acts
from simulator.errors import AccessDenied, DrillError, StaleWriter
from simulator.room.presence import UNSEEN_SECONDS
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant
from simulator.values import OBSERVER
from tests.room.rooms import Wall, hosted, lines, rooms, say, solo


def sits(room: Room) -> dict[str, str]:
    return room.truth("sits", lambda engine: dict(engine.incident.seats))


# --- coming in, and back -----------------------------------------------------------------------------------


def test_a_refused_try_leaves_nothing_behind(place: Rooms) -> None:
    room, _ = hosted(place, "Hana")
    place.join(room, "Ana", "commander")
    before = place.store.participants(room.row.id), lines(room)
    for name, seat, word in (("Bo", "commander", ""), ("Bo", "nowhere", ""), ("", "deputy", ""), ("Bo", "deputy", "x")):
        with pytest.raises(AccessDenied):
            place.join(room, name, seat, word)
        assert (place.store.participants(room.row.id), lines(room)) == before
    _, bo = place.join(room, "Bo", "deputy")
    assert bo.name == "Bo"


def test_two_who_come_at_the_same_moment_under_one_name_are_told_apart(path: Path, wall: Wall) -> None:
    one, other = rooms(path, wall), rooms(path, wall)
    room, _ = hosted(one, "Hana")
    there = other.open(room.row.id)
    known = other.store.participants
    late: list[list[Participant]] = [[]]  # what the other process had read before Ana came
    other.store.participants = lambda drill: late.pop() if late else known(drill)  # type: ignore[method-assign]
    one.join(room, "Ana", "commander")
    _, second = other.join(there, "ana", "deputy")
    assert second.name == "ana 2"
    assert sits(there) == {"commander": "Ana", "deputy": "ana 2"}


def test_a_seat_taken_by_another_process_meanwhile_leaves_nothing(path: Path, wall: Wall) -> None:
    one, other = rooms(path, wall), rooms(path, wall)
    room, _ = hosted(one, "Hana")
    there = other.open(room.row.id)
    append, stale = other.store.append, [True]

    def slow(*given: Any, **more: Any) -> Any:
        if stale:
            stale.pop()
            one.join(room, "Ana", "commander")
            raise StaleWriter("Ana was quicker")
        return append(*given, **more)

    other.store.append = slow  # type: ignore[method-assign]
    with pytest.raises(AccessDenied, match="taken by Ana"):
        other.join(there, "Bo", "commander")
    assert [one.name for one in other.store.participants(room.row.id)] == ["Hana", "Ana"]
    assert not any("refused" in line for line in lines(there))


def test_by_code_name_and_word_somebody_has_their_seat_again(place: Rooms) -> None:
    room, _ = hosted(place, "Hana")
    _, ana = place.join(room, "Ana", "commander", "blue horse")
    place.join(room, "Cy", "comms")
    again = place.by_code(room.row.code)
    token, back = place.rejoin(again, "ana", " Blue  Horse ")
    assert (back.id, back.seat, place.identify(token)[1].id) == (ana.id, "commander", ana.id)
    for name, word in (("Ana", "red horse"), ("Ana", ""), ("Cy", ""), ("Dan", "blue horse"), ("Hana", "")):
        with pytest.raises(AccessDenied, match="ask the host"):
            place.rejoin(again, name, word)
    assert len(place.store.participants(room.row.id)) == 3
    assert "horse" not in repr(place.store.participants(room.row.id))


def test_a_host_lets_somebody_back_in_by_a_ticket_and_nobody_else_can(place: Rooms) -> None:
    room, host = hosted(place, "Hana")
    token, ana = place.join(room, "Ana", "commander")
    with pytest.raises(AccessDenied):
        place.let_back(room, ana, ana)
    _, back, new = place.exchange(place.let_back(room, host, ana))
    assert (back.id, back.seat) == (ana.id, "commander")
    with pytest.raises(AccessDenied):
        place.identify(token)  # what was in the browser that is gone
    room.seats.take(place.identify(new)[1], "commander")


# --- what a host does with seats ---------------------------------------------------------------------------


def team(place: Rooms) -> tuple[Room, Participant, Participant, Participant]:
    room, host = hosted(place, "Hana")
    _, ana = place.join(room, "Ana", "commander")
    _, bo = place.join(room, "Bo", "deputy")
    return room, host, ana, bo


def test_a_host_frees_moves_and_swaps(place: Rooms) -> None:
    room, host, ana, bo = team(place)
    room.seats.swap(host, ana, bo)
    assert sits(room) == {"commander": "Bo", "deputy": "Ana"}
    people = {one.name: one for one in place.store.participants(room.row.id)}
    assert (people["Ana"].seat, people["Bo"].seat) == ("deputy", "commander")
    room.seats.move(host, people["Ana"], "commander")
    assert sits(room) == {"commander": "Ana"}
    assert place.store.participant(bo.id).seat is None
    room.seats.leave(host, "commander")
    assert sits(room) == {}
    assert place.store.participant(ana.id).seat is None
    room.seats.take(place.store.participant(bo.id), "mitigation")
    assert sits(room) == {"mitigation": "Bo"}


def test_only_a_host_does_and_nobody_moves_a_host(place: Rooms) -> None:
    room, host, ana, bo = team(place)
    for verb in (lambda: room.seats.move(ana, bo, "commander"), lambda: room.seats.swap(ana, ana, bo)):
        with pytest.raises(AccessDenied, match="only the facilitator"):
            verb()
    for verb in (lambda: room.seats.move(host, host, "comms"), lambda: room.seats.move(host, bo, "nowhere"),
                 lambda: room.seats.swap(host, ana, ana)):  # fmt: skip
        with pytest.raises(AccessDenied):
            verb()
    assert sits(room) == {"commander": "Ana", "deputy": "Bo"}


def test_somebody_hands_their_seat_to_another(place: Rooms) -> None:
    room, _, ana, _ = team(place)
    _, cy = place.join(room, "Cy", OBSERVER)
    room.seats.hand_over(ana, cy)
    assert sits(room) == {"deputy": "Bo", "commander": "Cy"}
    with pytest.raises(AccessDenied, match="no seat to hand over"):
        room.seats.hand_over(place.store.participant(ana.id), cy)


def test_a_specialist_is_on_call_until_paged(place: Rooms, wall: Wall) -> None:
    room, host, ana, _ = team(place)
    _, dora = place.join(room, "Dora", "dba")
    room.start(host)
    with pytest.raises(AccessDenied, match="on call"):
        room.submit(say("hello"), dora)
    wall.pass_(70)
    assert room.submit(acts.PageTeam(role="dba"), ana).refusal is None
    wall.pass_(400)
    assert room.submit(say("here"), dora).refusal is None
    assert not any('"by": "teammate:dba"' in line for line in lines(room))


# --- who is there ------------------------------------------------------------------------------------------


def test_presence_tells_who_looked_and_who_acted_last(place: Rooms, wall: Wall) -> None:
    room, host, ana, bo = team(place)
    room.start(host)
    wall.pass_(90)
    room.submit(say("hello"), ana)
    room.saw(ana)
    wall.pass_(30)
    with room.presence.watching(bo.id):
        there = {one.person.name: one for one in room.seats.attendance()}
    assert there["Ana"].ago == pytest.approx(30)
    assert (there["Bo"].ago, there["Hana"].ago) == (0.0, None)
    assert (there["Ana"].acted, there["Bo"].acted) == (30, -60)


def test_a_drill_for_one_stands_when_nobody_looks_and_goes_on_when_they_do(place: Rooms, wall: Wall) -> None:
    room, ana = solo(place)
    room.saw(ana)
    wall.pass_(UNSEEN_SECONDS - 3)
    assert room.clock.state == "running"
    wall.pass_(9)
    stood = room.clock.at
    assert (room.clock.state, room.clock.away.by) == ("paused", "people")
    assert "nobody had looked" in room.stands(ana)
    wall.pass_(600)
    assert room.clock.at == stood
    room.saw(ana)
    assert room.clock.state == "running"
    wall.pass_(30)
    assert room.clock.at == pytest.approx(stood + 30, abs=1)


@pytest.mark.parametrize("how", [{"mode": "assessment"}, {"hosted": True}])
def test_an_assessment_and_a_hosted_drill_never_stand_for_that(place: Rooms, wall: Wall, how: dict[str, Any]) -> None:
    opened = place.create("toy", seed=7, **how)
    _, ana = place.join(opened.room, "Ana", "commander")
    starter = place.facilitate(opened.room, "Hana", opened.key)[1] if opened.room.row.hosted else ana
    opened.room.start(starter)
    opened.room.saw(ana)
    wall.pass_(3 * UNSEEN_SECONDS)
    assert opened.room.clock.state == "running"


def test_where_nobody_ever_looked_here_nothing_is_concluded(place: Rooms, wall: Wall) -> None:
    room, _ = solo(place)
    wall.pass_(3 * UNSEEN_SECONDS)
    assert room.clock.state == "running"


def test_an_open_stream_is_a_look(place: Rooms, wall: Wall) -> None:
    room, ana = solo(place)
    with room.presence.watching(ana.id):
        wall.pass_(5 * UNSEEN_SECONDS)
        assert room.clock.state == "running"
    wall.pass_(UNSEEN_SECONDS + 6)
    assert room.clock.state == "paused"


def test_after_the_closure_the_clock_stands_once_and_what_is_left_can_be_written(place: Rooms, wall: Wall) -> None:
    opened = place.create("toy", seed=7, mode="assessment")
    room = opened.room
    _, ana = place.join(room, "Ana", "commander")
    room.start(ana)
    wall.pass_(120)
    room.truth("close", lambda engine: setattr(engine.incident, "closed", True))
    wall.pass_(60)
    assert (room.clock.state, room.rests) == ("paused", True)
    assert "closed and the clock stands" in room.stands(ana)
    assert room.submit(say("thanks"), ana).refusal is None
    room.resume(ana)
    wall.pass_(60)
    assert (room.clock.state, room.rests) == ("running", False)


# --- stepping, a second life, notes ------------------------------------------------------------------------


def test_a_host_steps_to_what_comes_next(place: Rooms, wall: Wall) -> None:
    room, host, ana, _ = team(place)
    room.start(host)
    found = room.step(host)
    assert (found.until, found.why) == (181, "Boss says something")
    with pytest.raises(AccessDenied):
        room.step(ana)


def test_a_second_life_is_the_same_up_to_there_and_its_own_from_then_on(place: Rooms, wall: Wall) -> None:
    room, host, ana, _ = team(place)
    room.start(host)
    wall.pass_(200)
    room.submit(say("first"), ana)
    wall.pass_(100)
    room.submit(say("wrong turn"), ana)
    wall.pass_(60)
    second = 200
    life = place.rewind(room, host, second)
    assert room.clock.state == "paused"
    assert (life.row.branch_of, life.row.branch_at) == (room.row.id, second)
    assert "second life from T+03:20" in life.row.title
    first = [line for line in lines(room)[1:] if '"at": 2' not in line]
    assert [line for line in lines(life)[1:] if '"at": 2' not in line] == [
        line for line in first if int(line.partition('"at": ')[2].partition(",")[0]) < second
    ]
    assert not any("wrong turn" in line for line in lines(life))
    assert [row.id for row in place.store.branches(room.row.id)] == [life.row.id]
    _, there = place.follow(ana, life.row.id)
    assert (there.name, there.seat) == ("Ana", "commander")
    _, leads = place.follow(host, life.row.id)
    life.resume(leads)
    wall.pass_(30)
    assert life.submit(say("another way"), there).refusal is None
    assert not any("another way" in line for line in lines(room))
    with pytest.raises(AccessDenied):
        place.rewind(room, ana, second)
    with pytest.raises(DrillError, match="has not been yet"):
        place.rewind(room, host, 5000)
    stranger = place.join(room, "Late", "comms")[1]
    with pytest.raises(AccessDenied, match="no second life of this one"):
        place.follow(stranger, life.row.id)


def test_a_second_life_of_a_drill_that_is_over(place: Rooms, wall: Wall) -> None:
    room, host, ana, _ = team(place)
    room.start(host)
    wall.pass_(300)
    room.end(host)
    life = place.rewind(room, host, 120)
    assert (life.ended, life.clock.state, life.clock.second) == (False, "paused", 120)
    assert sits(life) == {"commander": "Ana", "deputy": "Bo"}
    assert place.follow(ana, life.row.id)[1].seat == "commander"


def test_notes_are_facilitators_and_in_no_record(place: Rooms, wall: Wall) -> None:
    room, host, ana, _ = team(place)
    room.start(host)
    wall.pass_(100)
    room.note(host, "mark", text="asked nobody", tag="-", criterion="A1")
    room.end(host)
    room.note(host, "note", text="after the end too")
    one = room.notes(host)[0]
    assert (one.at, one.author, one.kind, one.tag, one.criterion) == (40, "Hana", "mark", "-", "A1")
    for verb in (lambda: room.notes(ana), lambda: room.note(ana, "note", text="x")):
        with pytest.raises(AccessDenied):
            verb()
    assert "asked nobody" not in "\n".join(room.record().lines())


def test_a_freeze_asks_alone_and_is_answered_in_an_assessment_too(place: Rooms, wall: Wall) -> None:
    room, host = hosted(place, "Hana", mode="assessment")
    _, ana = place.join(room, "Ana", "commander")
    room.start(host)
    wall.pass_(100)
    assert room.freeze(host, acts.ProbeTeam(questions=("leads", "update"))).refusal is None
    assert room.clock.state == "paused"
    answer = room.submit(acts.AnswerProbe(probe="probe:1", question="update", choice="none"), ana)
    assert answer.refusal is None
    with pytest.raises(AccessDenied, match="paused"):
        room.submit(say("hello"), ana)
    with pytest.raises(AccessDenied):
        room.freeze(ana, acts.ProbeTeam(questions=("leads", "update")))


def test_a_freeze_that_is_refused_stops_nobody_and_answers_stay_with_facilitators(place: Rooms, wall: Wall) -> None:
    room, host = hosted(place, "Hana")
    _, ana = place.join(room, "Ana", "commander")
    room.start(host)
    wall.pass_(100)
    assert room.freeze(host, acts.ProbeTeam(questions=("leads",))).refusal is not None
    assert room.clock.state == "running"
    room.freeze(host, acts.ProbeTeam(questions=("leads", "update")))
    room.submit(acts.AnswerProbe(probe="probe:1", question="update", choice="none"), ana)
    room.end(host)

    def told(person: Participant) -> str:
        record = room.record_for(person)
        assert record is not None
        kept = ("answer_probe", "probe_keyed")
        return " ".join(x.to_json() for x in record if x.body.kind in kept)

    assert '"choice": "none"' in told(host)
    assert '"right"' in told(host)
    assert '"choice": "kept by the facilitators"' in told(ana)
    assert '"right"' not in told(ana)


# --- a process that is killed while somebody moves ---------------------------------------------------------


class Killed(Exception):
    """The process ends here."""


MOVES: dict[str, Callable[[Room, dict[str, Participant]], object]] = {
    "swap": lambda room, who: room.seats.swap(who["Hana"], who["Ana"], who["Bo"]),
    "move": lambda room, who: room.seats.move(who["Hana"], who["Ana"], "deputy"),
    "hand over": lambda room, who: room.seats.hand_over(who["Ana"], who["Cy"]),
    "take": lambda room, who: room.seats.take(who["Ana"], "mitigation"),
    "observe": lambda room, who: room.seats.observe(who["Ana"]),
    "free": lambda room, who: room.seats.leave(who["Hana"], "commander"),
}


@pytest.mark.parametrize("name", MOVES)
def test_killed_at_any_write_everybody_sits_as_before_or_as_was_meant(name: str, path: Path, wall: Wall) -> None:
    room, _ = hosted(rooms(path, wall), "Hana")
    place = wall.places[-1]
    for who, seat in (("Ana", "commander"), ("Bo", "deputy"), ("Cy", OBSERVER)):
        place.join(room, who, seat)

    def as_it_is() -> tuple[dict[str, str], dict[str, str | None]]:
        other = rooms(path, wall, serves=False)
        return sits(other.open(room.row.id)), {one.name: one.seat for one in other.store.participants(room.row.id)}

    before, writes = as_it_is(), 0
    people = {one.name: one for one in place.store.participants(room.row.id)}
    while True:
        writes += 1
        left = [writes]

        def cut(_connection: object, _cursor: object, statement: str, *_: object, left: list[int] = left) -> None:
            left[0] -= statement.startswith(("INSERT", "UPDATE", "DELETE"))
            if left[0] == 0:
                left[0] = -1
                raise Killed

        engine = place.store._engine
        event.listen(engine, "before_cursor_execute", cut)
        try:
            MOVES[name](room, people)
            break
        except Killed:
            assert as_it_is() == before
            assert sits(room) == before[0]
        finally:
            event.remove(engine, "before_cursor_execute", cut)
    assert writes > 1
    in_seats, by_name = as_it_is()
    assert (in_seats, by_name) != before
    seated = {one: seat for one, seat in by_name.items() if seat not in (None, OBSERVER)}
    assert seated == {who: seat for seat, who in in_seats.items()}
