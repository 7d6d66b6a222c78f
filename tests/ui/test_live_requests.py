"""What a live console takes, and from whom: every wrong request is answered in its place, and does nothing."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import Callable
from html import unescape

import pytest

from simulator import acts
from simulator.briefing import briefing
from simulator.errors import DrillError
from simulator.room.rooms import Rooms
from tests.simulator.test_circle import protected
from tests.ui import live
from tests.ui.asgi import ask
from ui.live import verbs
from ui.live.channel import Memo, channel, reply_html
from ui.live.line import SHELL, offered
from ui.live.piece import Piece
from ui.live.routes import ON_RECORD, plotly_js
from ui.live.screen import Screen
from ui.session import Here

Seat = Callable[..., Here]
SAID = '{"key": "k1", "act": "line", "fields": {"text": "hello", "where": "channel"}}'


def messages(here: Here) -> list[str]:
    """Return what was said in the channel."""
    entries = here.room.briefing("commander").entries
    return [one.body.text for one in entries if isinstance(one.body, acts.PostMessage)]


@pytest.mark.parametrize(("body", "status", "says"), [
    ("", 400, "no JSON"), ("{", 400, "no JSON"), ("[" * 60_000, 400, "no JSON"), ("[]", 400, "key, act and fields"),
    ('{"key": 1, "act": "line", "fields": {}}', 400, "key, act and fields"),
    ('{"act": "line", "fields": {}}', 400, "key, act and fields"),
    ('{"key": "k", "act": "line", "fields": []}', 400, "key, act and fields"),
    ('{"key": "", "act": "line", "fields": {}}', 400, "A key has"),
    ('{"key": "two words", "act": "line", "fields": {}}', 400, "A key has"),
    ('{"key": "' + "k" * 65 + '", "act": "line", "fields": {}}', 400, "A key has"),
    (SAID.replace("hello", "x" * 200_000), 413, "65,536 bytes"),
    ('{"key": "k", "act": "no_such", "fields": {}}', 200, "There is no act"),
    ('{"key": "k", "act": "room.no_such", "fields": {}}', 200, "Nobody can"),
    ('{"key": "k", "act": "declare", "fields": {"colour": "red"}}', 200, "No field is called 'colour'"),
    ('{"key": "k", "act": "declare", "fields": {"severity": ["SEV-1"], "title": {"a": 1}}}', 200, "valid string"),
    ('{"key": "k", "act": "declare", "fields": {"severity": "SEV-1", "title": "x", "evidence": 5}}', 200, "vidence"),
    ('{"key": "k", "act": "add_hardening_task", "fields": {"due_days": NaN}}', 200, "number"),
    ('{"key": "k", "act": "room.clock", "fields": {"pace": "fast"}}', 200, "speed is a number"),
    ('{"key": "k", "act": "room.clock", "fields": {"do": "explode"}}', 200, "cannot 'explode'"),
    ('{"key": "k", "act": "take_seat", "fields": {"seat": "deputy", "name": "Ana"}}', 200, "in the lobby"),
    ('{"key": "k", "act": "fire_inject", "fields": {"inject": "page"}}', 200, "may not do that"),
])  # fmt: skip
def test_what_is_wrong_is_told_and_changes_nothing(body: str, status: int, says: str, seat: Seat) -> None:
    here = seat("commander", 60)
    answer = live.posted(here, body)
    assert (answer.status, says in answer.text) == (status, True), answer.text[:300]
    assert json.loads(answer.text)["ok"] is False
    done = [entry.body.kind for entry in here.room.briefing("commander").entries if entry.by == here.person.by]
    assert set(done) <= {"take_seat", "fire_inject"}, "a refused act is on record, with why"


def test_who_has_to_be_paged_first_is_said_with_how_and_until_when(seat: Seat) -> None:
    here = seat("commander", 60)
    text = "ff set mobile.auth_kid_v2 off --env prod"
    found = json.loads(live.posted(here, json.dumps(
        {"key": "k", "act": "line", "fields": {"text": text, "where": "shell"}})).text)  # fmt: skip
    assert found["text"].endswith("is not in the room; page them first: /page @mobile-oncall")
    assert found["until"] == " mobile "

    def stamp() -> str:
        return next(piece.html for piece in Screen(here).pieces(here.room) if piece.id == "stamp")

    assert found["until"] not in stamp()
    here.room.submit(acts.PageTeam(role="mobile"), here.person)
    here.room.skip_ahead(here.person, 10)
    assert not here.room.briefing(here.role).incident.present["mobile"], "on the way"
    found = json.loads(live.posted(here, json.dumps(
        {"key": "l", "act": "line", "fields": {"text": text, "where": "shell"}})).text)  # fmt: skip
    assert found["text"] == "@mobile-oncall is not in the room; paged at T+01:00, not here yet"
    assert found["until"] == " mobile "
    assert "(paged, not here yet)" in offered(here.room.briefing(here.role), text, len(text), SHELL)["card"]
    board = "".join(one.html for one in Screen(here).pieces(here.room) if isinstance(one, Piece))
    assert "Paged, not here yet: @mobile-oncall since T+01:00." in board
    while not here.room.briefing(here.role).incident.present["mobile"]:
        here.room.skip_ahead(here.person, 30)
    assert found["until"] in stamp()


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""])
def test_only_json_is_taken(kind: str, seat: Seat) -> None:
    here = seat("commander", 60)
    assert live.posted(here, SAID, content_type=kind).status == 415
    assert messages(here) == []
    assert live.posted(here, SAID, content_type="application/json; charset=utf-8").status == 200


@pytest.mark.parametrize(("headers", "status"), [
    ({"origin": "http://evil.example"}, 403), ({"origin": "null"}, 403), ({"host": "evil.example"}, 421),
    ({"origin": "http://localhost:8501"}, 200),
])  # fmt: skip
def test_only_our_own_pages_press(headers: dict[str, str], status: int, seat: Seat) -> None:
    here = seat("commander", 60)
    assert live.posted(here, SAID, **headers).status == status
    assert len(messages(here)) == (status == 200)


@pytest.mark.parametrize("cookie", ["", "seats=", "seats=forged.token.here", "other=1"])
def test_a_stranger_is_told_and_gets_nothing(cookie: str, seat: Seat) -> None:
    here = seat("commander", 60)
    answer = live.posted(here, SAID, cookie=cookie)
    assert (answer.status, "not signed in" in answer.text) == (403, True)
    for what in ("stream", "form", "complete"):
        assert ask(f"/live/{what}?me={here.person.id}", cookie=cookie).status == 403
    assert live.posted(here, SAID, me="somebody-else").status == 403
    assert messages(here) == []


def test_somebody_elses_key_is_refused_and_a_seat_that_was_left_gives_nothing(rooms: Rooms) -> None:
    room = rooms.create("auth_token", seed=7, hosted=True).room
    people = [Here(room, person, token) for token, person in (rooms.join(room, "Ana", "commander"),
                                                               rooms.join(room, "Ben", "deputy"))]  # fmt: skip
    assert live.press(people[0], "line", "same-key", text="one", where="channel")["ok"]
    again = live.press(people[1], "line", "same-key", text="two", where="channel")
    assert (again["ok"], "taken already" in again["text"]) == (False, True)
    room.seats.leave(people[1].person)
    answer = live.posted(people[1], SAID)
    assert (answer.status, "no seat in this drill any more" in answer.text) == (403, True)


@pytest.mark.parametrize("text", [
    "\x00\x07\x1b[31m", "safe\u202egnp.exe", "<script>alert(1)</script>", "=SUM(A1)", "{{7*7}}", "'; DROP TABLE",
])  # fmt: skip
def test_whatever_is_typed_is_text(text: str, seat: Seat) -> None:
    here = seat("commander", 60)
    for where in ("channel", "shell"):
        found = live.typed(here, text, where)
        assert isinstance(found["text"], str)
    assert "<script>alert" not in live.texts(here)
    assert "\u202e" not in live.texts(here) + json.dumps(live.typed(here, text), ensure_ascii=False)
    assert live.asked(here, "complete", text="x" * 5000, at="zz", where="shell").status == 200


def test_a_message_that_is_too_long_is_said_so_and_kept_whole(seat: Seat) -> None:
    here = seat("commander", 60)
    found = live.typed(here, "x" * 2001, "channel")
    assert (found["ok"], found["text"]) == (False, "2,001 characters; 2,000 fit into one message")
    assert live.typed(here, "x" * 2000, "channel")["ok"]


@pytest.mark.parametrize(("text", "where", "says"), [
    ("/ic me", "shell", "/ic me: done"), ("sessctl impact --now", "shell", "$ sessctl impact --now"),
    ("half a thought", "channel", "Sent"),
])  # fmt: skip
def test_a_line_that_is_sent_again_is_answered_in_its_own_words(text: str, where: str, says: str, seat: Seat) -> None:
    here = seat("commander", 60)
    for _ in range(2):
        found = live.typed(here, text, where, "0123456789abcdef")
        assert found["ok"], found
        assert found["text"].startswith(says)


def test_a_command_that_does_not_exist_names_the_nearest(seat: Seat) -> None:
    here = seat("commander", 60)
    found = live.typed(here, "sesctl impact")
    assert (found["ok"], found["use"]) == (False, "sessctl impact --now")
    assert found["text"].startswith("sh: sesctl: command not found")
    assert live.typed(here, "/freze auth-svc")["use"] == "/freeze auth-svc"
    assert live.typed(here, "/declare")["open"] == "declare"
    assert not live.typed(here, "   ")["ok"]


@pytest.mark.parametrize(("text", "where", "first"), [
    ("/", "shell", "/ack "), ("/de", "channel", "/declare "), ("@id", "channel", "@identity-oncall "),
    ("/page @mob", "shell", "@mobile-oncall "), ("/freeze auth", "shell", "auth-svc "),
    ("/sev SEV-", "shell", "SEV-1 "),
    ("/status mit", "shell", "mitigating "), ("sessctl imp", "shell", "sessctl impact --now"),
])  # fmt: skip
def test_lines_complete(text: str, where: str, first: str, seat: Seat) -> None:
    answer = json.loads(live.asked(seat("commander", 60), "complete", text=text, at=str(len(text)), where=where).text)
    first_offer = re.search('^<li id="offers-[^"]+-0" role="option" data-text="([^"]*)">', answer["offers"])
    assert first_offer is not None
    assert unescape(first_offer[1]) == first
    assert text[: answer["from"]] + first.lower() != text


def test_whoever_runs_a_command_is_asked_before_it_runs(seat: Seat) -> None:
    here = seat("commander", 60)
    line = "sessctl impact --now"
    answer = json.loads(live.asked(here, "complete", text=line, at=str(len(line)), where="shell").text)
    assert answer["offers"] == ""
    fields = live.Form(answer["card"]).fields
    assert fields["executor"] == "triage"
    assert live.typed(here, line, executor="commander")["text"] == f"$ {line}: started"
    runs = [x.body for x in here.room.briefing("commander").entries if isinstance(x.body, acts.RunQuery)]
    assert [one.executor for one in runs] == ["commander"]


def test_plotly_comes_from_the_installed_package_and_is_kept() -> None:
    answer = asyncio.run(plotly_js(None))  # type: ignore[arg-type]
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert b"plotly.js v" in gzip.decompress(bytes(answer.body))[:500]


def test_every_verb_says_what_it_does() -> None:
    assert {"clock", "sit", "play", "end", "remove"} <= set(verbs.VERBS)
    assert [name for name, do in verbs.VERBS.items() if not do.__doc__] == []


def test_a_line_is_answered_in_its_thread(seat: Seat) -> None:
    here = seat("commander", 60)
    assert live.typed(here, "who <b>restarts</b> it?", where="channel")["ok"]
    b = here.room.briefing("commander")
    (ref, line), *_ = b.incident.said.items()
    rows = {piece.id: piece.html for piece in channel(b, {}, plays=True)}
    assert f'data-open="reply" data-about="{ref}" tabindex="-1" aria-label="Reply"></button>' in rows[f"line-{line}"]
    assert "<form" not in "".join(rows.values())
    opened = json.loads(live.asked(here, "form", kind="reply", about=ref).text)["html"]
    assert live.Form(opened).fields == {"thread": ref, "channel": b.catalogue.room, "text": ""}
    assert "who &lt;b&gt;restarts&lt;/b&gt; it?" in opened
    assert live.asked(here, "form", kind="reply", about="message:99").status == 403
    form = {"thread": ref, "channel": b.catalogue.room, "text": "I <i>do</i>"}
    assert live.press(here, "post_message", **form)["text"] == ON_RECORD
    b = here.room.briefing("commander")
    rows = {piece.id: piece.html for piece in channel(b, {}, plays=True)}
    own = rows[f"line-{b.incident.said[f'message:{len(b.incident.said)}']}"]
    assert '<ul class="replies"' in rows[f"line-{line}"]
    assert "I &lt;i&gt;do&lt;/i&gt;" in rows[f"line-{line}"]
    assert "who &lt;b&gt;restarts&lt;/b&gt; it?</q>" in own
    assert " mine" in own.partition(">")[0]
    assert "reply" not in "".join(piece.html for piece in channel(b, {})).replace('"replies"', "")
    assert ref not in [option.id for option in b.options("evidence")]
    assert live.press(here, "post_message", **form | {"thread": "message:99", "text": "of nothing"})["ok"]
    b = here.room.briefing("commander")
    *_, last = [piece.html for piece in channel(b, {}, plays=True) if "of nothing" in piece.html]
    assert "<q>" not in last


def test_who_waits_for_an_answer_is_answered_by_its_form_and_a_reply_elsewhere_says_where() -> None:
    drill = protected()
    drill.advance(90)
    drill.submit(acts.PostMessage(channel="incident", text="out here"), "comms:Cy")
    drill.submit(acts.PostMessage(channel="closed", text="in here"), "commander:Ana")
    memo: Memo = {}

    def way(words: str) -> tuple[str, str]:
        """Return what the button on the line with these words opens, and what it says."""
        rows = channel(briefing(drill, "commander"), memo, plays=True)
        (html,) = [one.html for one in rows if words in one.html and "<q" not in one.html]
        found = re.search(r'class="reply" data-open="(\w+)".* aria-label="([^"]*)"></button>', html)
        return (found[1], found[2]) if found else ("", "")

    assert way("why?") == ("answer_asker", "Answer")
    assert (way("out here"), way("in here")) == (("reply", "Reply in #incident"), ("reply", "Reply"))
    out = next(iter(briefing(drill, "commander").incident.said))
    assert live.Form(reply_html(briefing(drill, "commander"), out)).fields["channel"] == "incident"
    assert "<button>Reply in #incident</button>" in reply_html(briefing(drill, "commander"), out)
    assert "<button>Reply</button>" in reply_html(briefing(drill, "comms"), out)
    drill.submit(acts.AnswerAsker(inject="why", answer="cache"), "commander:Ana")
    assert way("why?")[0] != "answer_asker"
    drill.submit(acts.EndDrill(how="stopped"), "commander:Ana")
    assert way("out here") == ("", "")
    with pytest.raises(DrillError, match="cannot be answered"):
        reply_html(briefing(drill, "commander"), out)
