"""What lets somebody in is given out once, can be withdrawn, and ends some time after the drill."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import AccessDenied, StoreError
from simulator.room import store
from simulator.room.rooms import DAY, TICKET_SECONDS, Rooms
from simulator.room.store import Participant
from tests.room.rooms import Wall, hosted, rooms, say, solo


def test_a_ticket_is_exchanged_once_for_a_token(place: Rooms) -> None:
    room, ana = solo(place)
    ticket = place.ticket(ana)
    assert place.bearer(ticket) == place.bearer(ticket) == (room, ana, False)
    there, same, token = place.exchange(ticket)
    assert (there, same) == place.identify(token) == (room, ana)
    for use in (place.exchange, place.identify):
        with pytest.raises(AccessDenied):
            use(ticket)


def test_a_newer_ticket_voids_the_one_before_and_time_all_of_them(place: Rooms, wall: Wall) -> None:
    _, ana = solo(place)
    first, second = place.ticket(ana), place.ticket(ana)
    with pytest.raises(AccessDenied, match="used already"):
        place.exchange(first)
    wall.pass_(TICKET_SECONDS + 1)
    for use in (place.bearer, place.exchange):
        with pytest.raises(AccessDenied, match="short while"):
            use(second)


def test_handing_over_puts_the_browser_that_had_the_seat_out(place: Rooms) -> None:
    room, ana = solo(place)
    old = place.token(ana)
    beside = place.exchange(place.ticket(ana))[2]
    assert place.identify(old) == place.identify(beside) == (room, ana)
    _, heir, token = place.exchange(place.ticket(ana, "hand over"))
    assert place.identify(token)[1] == heir
    assert (heir.name, heir.seat) == ("Ana", "commander")
    for one in (old, beside):
        with pytest.raises(AccessDenied, match="signed out"):
            place.identify(one)
    with pytest.raises(AccessDenied, match="signed out"):
        room.submit(say("still here?"), ana)
    assert room.submit(say("here"), heir).refusal is None


def test_signing_out_withdraws_every_token_and_ticket_and_keeps_the_seat(place: Rooms) -> None:
    room, ana = solo(place)
    token, ticket = place.token(ana), place.ticket(ana)
    again = room.sign_out(ana)
    for use in (lambda: place.identify(token), lambda: place.exchange(ticket), lambda: room.as_is(ana)):
        with pytest.raises(AccessDenied, match="signed out"):
            use()
    assert place.identify(place.token(again)) == (room, again)
    assert again.seat == "commander"


def test_who_leaves_frees_the_seat_and_is_out_everywhere(place: Rooms) -> None:
    room, ana = solo(place)
    token = place.token(ana)
    room.leave(ana)
    assert {chair.holder for chair in place.lobby(room).chairs} == {None}
    with pytest.raises(AccessDenied, match="you left this drill"):
        place.identify(token)
    with pytest.raises(AccessDenied, match="you left this drill"):
        room.leave(ana)


def test_only_the_host_puts_others_out(place: Rooms) -> None:
    room, flo = hosted(place)
    token, bo = place.join(room, "Bo", "commander")
    _, cy = place.join(room, "Cy", "comms")
    with pytest.raises(AccessDenied, match="only the facilitator"):
        room.remove(cy, bo)
    with pytest.raises(AccessDenied, match="you host"):
        room.remove(flo, flo)
    room.remove(flo, bo)
    assert place.lobby(room).chairs[0].holder is None
    with pytest.raises(AccessDenied, match="signed out"):
        place.identify(token)
    with pytest.raises(AccessDenied, match="signed out"):
        room.as_is(bo)
    room.as_is(cy)


def test_nobody_is_put_out_halfway(place: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    room, flo = hosted(place)
    token, bo = place.join(room, "Bo", "commander", "blue horse")
    for breaks in ("_withdraw", "_place"):
        with monkeypatch.context() as broken:
            broken.setattr(store, breaks, away)
            with pytest.raises(StoreError):
                room.remove(flo, bo)
        assert place.lobby(room).chairs[0].holder == "Bo"
        assert place.identify(token)[1] == bo
    room.remove(flo, bo)
    assert place.lobby(room).chairs[0].holder is None
    with pytest.raises(AccessDenied, match="signed out"):
        place.identify(token)
    gone = place.store.participant(bo.id)
    assert gone is not None
    assert (gone.seat, gone.word) == (None, None)


def test_another_process_puts_out_within_a_second(path: Path, wall: Wall, place: Rooms) -> None:
    room, ana = solo(place)
    room.as_is(ana)
    there = rooms(path, wall)
    there.open(room.row.id).sign_out(ana)
    room.as_is(ana)
    wall.sleep(1.1)
    with pytest.raises(AccessDenied):
        room.as_is(ana)


def test_who_takes_a_seat_over_is_in_at_once_wherever_it_was_looked_at(path: Path, wall: Wall, place: Rooms) -> None:
    room, ana = solo(place)
    elsewhere = rooms(path, wall)
    for where in (place, elsewhere):
        where.open(room.row.id).as_is(ana)
    _, heir, _ = place.exchange(place.ticket(ana, "hand over"))
    for where in (place, elsewhere):
        assert where.open(room.row.id).as_is(heir).seat == "commander"
        with pytest.raises(AccessDenied, match="signed out"):
            where.open(room.row.id).as_is(ana)


def test_a_drill_that_is_long_over_opens_no_more(place: Rooms, wall: Wall) -> None:
    place.keep_days = 2
    room, ana = solo(place)
    token = place.token(ana)
    room.end(ana)
    wall.sleep(2 * DAY - 1)
    assert place.identify(token)[1] == ana
    wall.sleep(2)
    with pytest.raises(AccessDenied, match="ended more than 2 days ago"):
        place.identify(token)


def test_leaving_after_the_end_and_leaving_a_drill_that_cannot_go_on(place: Rooms, wall: Wall) -> None:
    for spoil in (lambda room, ana: room.end(ana), lambda room, ana: setattr(room._live, "problem", "broken")):
        room, ana = solo(place)
        token = place.token(ana)
        spoil(room, ana)
        room.leave(ana)
        with pytest.raises(AccessDenied):
            place.identify(token)


def away(*_: object, **__: object) -> None:
    raise StoreError("the database is away")


def test_whoever_is_in_stays_in_while_the_database_is_away(place: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    room, ana = solo(place)
    token, other = place.token(ana), place.join(room, "Bo")[0]
    assert place.identify(token) == (room, ana)
    monkeypatch.setattr(place.store, "participant", away)
    assert place.identify(token) == (room, ana)
    with pytest.raises(StoreError):
        place.identify(other)


def test_what_a_token_says_is_for_its_own_drill(place: Rooms) -> None:
    room, ana = solo(place)
    assert place.whose(place.token(ana)) == ana.id
    assert place.whose("forged") is None
    lost = Participant("nobody", room.row.id, "No", None, False, 0.0)
    with pytest.raises(AccessDenied, match="not valid here"):
        place.identify(place.token(lost))
