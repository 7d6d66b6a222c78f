"""What browsers are sent: each change once, the same bytes for everybody, exactly what somebody missed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from simulator import acts
from ui.live.feed import BEAT, Feed
from ui.live.hub import AGAIN, KEEP_SECONDS, Hub
from ui.live.piece import Chart, Piece
from ui.session import Here

Seat = Callable[..., Here]
BAR, LINE, NEXT = Piece("bar", "<b>T+0</b>"), Piece("line-1", "one", "channel"), Piece("line-2", "two", "channel")


def sent(event: bytes) -> tuple[str, list[dict[str, Any]], str]:
    """Return an event's kind, its pieces, and the mark that goes with them."""
    lines = dict(line.split(": ", 1) for line in event.decode().strip().split("\n"))
    return lines["event"], json.loads(lines["data"]), lines.get("id", "")


def test_everything_first_then_only_what_changed() -> None:
    feed = Feed()
    assert feed.put([BAR, LINE])
    kind, pieces, mark = sent(feed.delta(0)[0])
    assert (kind, [one["id"] for one in pieces]) == ("all", ["bar", "line-1"])
    assert pieces[1] == {"id": "line-1", "html": "one", "into": "channel"}
    assert not feed.put([BAR, LINE]), "the same again is nothing new"
    assert feed.put([Piece("bar", "<b>T+1</b>"), LINE, NEXT])
    kind, pieces, later = sent(feed.delta(feed.since(mark))[0])
    assert (kind, [one["id"] for one in pieces]) == ("pieces", ["bar", "line-2"])
    assert feed.since(later) == feed.version == 2


def test_the_same_for_everybody_is_the_same_bytes() -> None:
    feed = Feed()
    feed.put([BAR, LINE])
    assert feed.delta(0)[0] is feed.delta(0)[0]
    own, _ = feed.delta(0, ['{"id":"frame","html":"mine"}'])
    assert [one["id"] for one in sent(own)[1]] == ["frame", "bar", "line-1"]
    assert [one["id"] for one in sent(feed.delta(0)[0])[1]] == ["bar", "line-1"], "nobody else is sent it"


def test_what_is_gone_is_taken_away_and_never_sent_to_whoever_comes_later() -> None:
    feed = Feed()
    feed.put([BAR, LINE, NEXT])
    feed.put([BAR, NEXT])
    assert sent(feed.delta(1)[0])[1] == [{"id": "line-1"}]
    assert [one["id"] for one in sent(feed.delta(0)[0])[1]] == ["bar", "line-2"]
    feed.put([NEXT])
    assert sent(feed.delta(2)[0])[1] == [{"id": "bar", "html": ""}], "a part of the frame is emptied, and stays"
    feed.put([BAR, NEXT])
    assert [one["id"] for one in sent(feed.delta(0)[0])[1]] == ["bar", "line-2"]


@pytest.mark.parametrize("mark", [
    "", "x.1", ".1", "0", "{epoch}.", "{epoch}.99", "{epoch}.-1", "{epoch}.1.2", "{epoch}.²", "{epoch}." + "9" * 5000,
])  # fmt: skip
def test_a_mark_that_is_not_of_this_feed_begins_anew(mark: str) -> None:
    feed = Feed()
    feed.put([BAR])
    assert feed.since(mark.replace("{epoch}", feed.epoch)) == 0
    assert Feed().epoch != feed.epoch


def test_a_chart_is_sent_as_it_was_made() -> None:
    feed = Feed()
    feed.put([Chart("figure-a", '{"data":[],"layout":{}}', 'now 5 "%"')])
    assert sent(feed.delta(0)[0])[1] == [
        {"id": "figure-a", "alt": 'now 5 "%"', "figure": {"data": [], "layout": {}}},
    ]  # fmt: skip


def streamed(here: Here, then: Callable[[Hub], None], most: int) -> list[bytes]:
    """Return what a browser is sent; `then` happens once it has been sent the first."""

    async def listen() -> list[bytes]:
        hub, found = Hub(), list[bytes]()
        async for event in hub.stream(here, ""):
            found.append(event)
            if len(found) == 1:
                await asyncio.to_thread(then, hub)
                await hub.tick()
            if len(found) == most:
                break
        return found

    return asyncio.run(listen())


def test_a_stream_begins_with_the_frame_and_goes_on_with_what_happens(seat: Seat) -> None:
    here = seat("commander", 60)

    def speak(_: Hub) -> None:
        here.room.submit(acts.PostMessage(text="<b>news</b>"), here.person)

    first, then = streamed(here, speak, 2)
    kind, pieces, _ = sent(first)
    assert (kind, pieces[0]["id"]) == ("all", "frame")
    assert f'data-desk="{here.desk}"' in pieces[0]["html"]
    kind, pieces, _ = sent(then)
    assert kind == "pieces"
    assert [one for one in pieces if one.get("into") == "channel" and "&lt;b&gt;news" in one["html"]]
    assert not [one for one in pieces if one["id"] == "way-in"], "what did not change is not sent again"


def test_a_line_without_news_says_that_it_holds(seat: Seat) -> None:
    here = seat("commander", 60)
    here.room.pause(here.person)
    assert streamed(here, lambda _: None, 2)[1] == BEAT


@pytest.mark.parametrize("what", ["sit elsewhere", "sign out", "end"])
def test_a_stream_asks_to_come_again_where_it_is_somebody_elses(what: str, seat: Seat) -> None:
    here = seat("commander", 60)

    def change(_: Hub) -> None:
        if what == "sit elsewhere":
            here.room.seats.take(here.person, "deputy")
        elif what == "end":
            here.room.end(here.person)
        else:
            here.room.sign_out(here.person)

    assert streamed(here, change, 9)[-1] == AGAIN


def test_whoever_comes_back_is_sent_what_changed_and_keeps_the_frame(seat: Seat) -> None:
    here = seat("commander", 60)

    async def twice() -> list[tuple[str, list[dict[str, Any]], str]]:
        hub, found = Hub(), []
        for _ in range(2):
            stream = hub.stream(here, found[-1][2] if found else "")
            found.append(sent(await anext(stream)))
            await stream.aclose()
            hub._shown[here.room.row.id, "plays", here.role, ""].left -= KEEP_SECONDS / 2
            await hub.tick()
        return found

    first, again = asyncio.run(twice())
    assert (first[0], first[1][0]["id"]) == ("all", "frame")
    assert again[0] == "pieces"
    assert "frame" not in [piece["id"] for piece in again[1]], "an empty frame would empty what did not change"
