"""What stands before every request: names, origins, headers; and the way in that leaves no secret in an address."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from simulator.room.rooms import Rooms
from simulator.room.store import Participant
from tests.ui.asgi import Answered, ask
from ui import guard, session
from ui.guard import HOSTS, MAY, Guard
from ui.session import Here

Seat = Callable[..., Here]
EVIL = "';eval(atob(`YWxlcnQoMSk=`));//<script>alert(1)</script>"


async def everything(scope: Any, receive: Any, send: Any) -> None:
    """Answer as Streamlit does: whoever gets here is served."""
    await receive()
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"ALLOW")]})
        await send({"type": "http.response.body", "body": b"in"})


def tried(path: str = "/", method: str = "GET", **how: Any) -> Answered:
    return ask(path, method, app=Guard(everything), **how)


@pytest.mark.parametrize(("host", "status"), [
    ("localhost:8501", 200), ("127.0.0.1:8501", 200), ("[::1]:8501", 200), ("192.168.1.20:8501", 200),
    ("LocalHost", 200), ("localhost.:8501", 200), ("drills.example.com", 200), ("DRILLS.example.com:443", 200),
    ("rebind.evil.example:8501", 421), ("localhost.evil.example", 421), ("evil.example@localhost", 200),
    ("drills.example.com.evil.example", 421), ("127.0.0.1.evil.example", 421), ("", 421), ("[", 421),
    ("0x7f000001", 421), ("a b", 421),
])  # fmt: skip
def test_only_names_that_are_listed_are_answered(host: str, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOSTS, "drills.example.com, Other.Example.")
    assert tried(host=host).status == status


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(("origin", "host", "served"), [
    (None, "localhost:8501", True), ("http://localhost:8501", "localhost:8501", True),
    ("https://192.168.1.20", "192.168.1.20", True), ("http://localhost:8502", "localhost:8501", False),
    ("http://localhost", "localhost:8501", False), ("http://127.0.0.1:8501", "localhost:8501", False),
    ("https://evil.example", "localhost:8501", False), ("null", "localhost:8501", False), ("", "localhost:8501", False),
    ("https://checkip.amazonaws.com", "localhost:8501", False),
    ("http://localhost:8501@evil.example", "localhost:8501", False),
])  # fmt: skip
def test_only_the_pages_own_origin_opens_sockets_and_posts(
    kind: str, origin: str | None, host: str, served: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outside(*_: object, **__: object) -> None:
        raise AssertionError("somebody outside was asked")

    monkeypatch.setattr(urllib.request, "urlopen", outside)
    given = {} if origin is None else {"origin": origin}
    answer = tried("/_stcore/stream", "POST", kind=kind, host=host, **given)
    if kind == "websocket":
        assert answer.messages[0]["type"] == ("websocket.accept" if served else "websocket.close")
    else:
        assert answer.status == (200 if served else 403)


@pytest.mark.parametrize(("client", "status"), [
    ("127.0.0.1", 200), ("::1", 200), ("10.0.0.9", 404), ("2001:db8::1", 404), ("", 404)
])  # fmt: skip
@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/"])
def test_the_figures_of_the_server_are_for_its_own_machine(client: str, status: int, path: str) -> None:
    assert tried(path, client=client).status == status
    assert tried(path, client=client, host="192.168.1.20").status == 404, "asked for through a proxy beside it"


@pytest.mark.parametrize("how", [{}, {"host": "evil.example"}, {"origin": "null"}, {"origin": "http://["}])
def test_every_answer_has_the_headers_refusals_included(how: dict[str, str]) -> None:
    found = tried(**how).headers
    policy = dict(part.split(" ", 1) for part in found["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["connect-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in policy["script-src"]
    assert "blob" not in policy["script-src"]
    assert "http" not in found["content-security-policy"]
    assert "sha256-" in policy["script-src"], "the one inline line of Streamlit's page"
    assert (found["x-frame-options"], found["x-content-type-options"]) == ("DENY", "nosniff")
    assert found["referrer-policy"] == "same-origin"


def test_no_dialog_of_streamlits_opens_over_a_page_that_is_offline() -> None:
    answer = tried("/_stcore/host-config")
    assert answer.status == 200
    found = json.loads(answer.text)
    assert (found["blockErrorDialogs"], found["allowedOrigins"]) == (True, [])
    assert tried("/_stcore/host-config", origin="http://evil.example").status == 403


def test_what_hosts_may_do_is_all_that_streamlit_asks_for() -> None:
    from streamlit.web.server.starlette import starlette_routes

    source = Path(starlette_routes.__file__).read_text(encoding="utf-8")
    answer = source[source.index("async def _host_config_endpoint") :].partition("return response")[0]
    assert set(re.findall(r'"(\w+)":', answer)) == set(MAY)


def test_a_refusal_repeats_a_name_as_text_alone() -> None:
    answer = tried(host="<script>alert(1)</script>.example")
    assert answer.headers["content-type"].startswith("text/plain")


def posted(ticket: str, **how: str) -> Answered:
    return ask("/enter", "POST", body=urlencode({"ticket": ticket}), **how)


def test_a_ticket_is_exchanged_for_a_cookie_that_no_script_reads(rooms: Rooms, seat: Seat) -> None:
    here = seat("commander", -60)
    ticket = rooms.ticket(here.person)
    answer = posted(ticket, origin="http://localhost:8501")
    assert (answer.status, answer.headers["location"]) == (303, f"./console?me={here.person.id}")
    assert answer.headers["cache-control"] == "no-store"
    cookie = SimpleCookie(answer.headers["set-cookie"])[session.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"], cookie["path"]) == (True, "strict", "", "/")
    assert rooms.identify(cookie.value)[1] == here.person
    assert cookie.value not in answer.text + answer.headers["location"]
    again = posted(ticket)
    assert again.status == 403
    assert "used already" in again.text
    assert "set-cookie" not in again.headers
    other = posted(rooms.ticket(here.person), scheme="https", cookie=f"seats={cookie.value}")
    assert SimpleCookie(other.headers["set-cookie"])[session.COOKIE]["secure"] is True
    assert SimpleCookie(other.headers["set-cookie"])[session.COOKIE].value == cookie.value, "one of each person"


def test_a_form_from_elsewhere_signs_nobody_in(rooms: Rooms, seat: Seat) -> None:
    ticket = rooms.ticket(seat("commander", -60).person)
    for origin in ("https://evil.example", "null", "http://localhost:9999"):
        assert posted(ticket, origin=origin).status == 403
    assert posted(ticket, origin="http://localhost:8501").status == 303


def test_the_cookie_keeps_the_newest_seats_and_drops_what_was_withdrawn(rooms: Rooms) -> None:
    room = rooms.create("auth_token", seed=7, hosted=True).room
    held, people = "~".join(["junk", EVIL, "a.b"]), list[Participant]()
    for number in range(session.COOKIE_MOST + 2):
        _, person = rooms.join(room, f"P{number}")
        people.append(person)
        answer = posted(rooms.ticket(person), cookie=f"seats={quote(held, safe='~.')}")
        held = SimpleCookie(answer.headers["set-cookie"])[session.COOKIE].value
    assert [rooms.whose(one) for one in held.split("~")] == [one.id for one in people[:1:-1]]
    room.leave(people[-1])
    answer = posted(rooms.ticket(people[0]), cookie=f"seats={held}")
    held = SimpleCookie(answer.headers["set-cookie"])[session.COOKIE].value
    assert people[-1].id not in [rooms.whose(one) for one in held.split("~")]


def test_a_link_is_asked_about_before_it_is_used(rooms: Rooms, seat: Seat) -> None:
    here = seat("commander", -60)
    ticket = rooms.ticket(here.person, "hand over")
    for method in ("GET", "HEAD", "GET"):
        asked = ask(f"/enter?ticket={ticket}", method)
        assert asked.status == 200
        assert "set-cookie" not in asked.headers
    assert "Go on as <b>Ana</b>, Incident commander" in asked.text
    assert "is signed out" in asked.text
    assert here.token not in asked.text
    assert posted(ticket).status == 303
    gone = ask(f"/enter?ticket={ticket}")
    assert gone.status == 403
    assert "signed out" in gone.text


@pytest.mark.parametrize("ticket", [
    "", "nonsense", EVIL, "x" * 100_000, "\x00", "é", "a.b", "%ff%fe", "ticket=ticket", "{{7*7}}", "../../etc/passwd",
])  # fmt: skip
def test_what_is_no_ticket_is_answered_in_words_and_never_repeated(rooms: Rooms, ticket: str) -> None:
    for answer in (ask(f"/enter?ticket={quote(ticket)[:5000]}"), posted(ticket), ask("/enter", "POST", body=ticket)):
        assert answer.status == 403
        assert "does not let you in" in answer.text
        assert "alert(1)" not in answer.text
        assert "49" not in answer.text.partition("<main>")[2]


def test_a_seat_does_not_open_as_a_ticket_nor_a_ticket_as_a_seat(rooms: Rooms, seat: Seat) -> None:
    here = seat("commander", -60)
    assert posted(here.token).status == 403
    assert list(session.behind(rooms.ticket(here.person))) == []


def test_a_name_that_looks_like_markup_is_a_name(rooms: Rooms) -> None:
    room = rooms.create("auth_token", seed=7, hosted=True).room
    _, person = rooms.join(room, "<img src=x onerror=alert(1)>", "deputy")
    asked = ask(f"/enter?ticket={rooms.ticket(person)}").text
    assert "<img" not in asked
    assert "&lt;img src=x" in asked


def test_the_policy_names_no_other_place_and_knows_the_installed_page() -> None:
    assert guard.policy().count("sha256-") == 1
