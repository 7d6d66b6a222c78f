"""The table of the attack: what somebody can type or send, where it is shown, and that it is only text there."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from simulator import acts
from simulator.errors import AccessDenied
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.text import visible
from simulator.values import OBSERVER
from tests.room.rooms import Wall, rooms
from tests.ui import live
from tests.ui.browsing import Browser
from tests.ui.debriefing import references
from ui import session
from ui.debrief_parts import keys
from ui.debrief_parts.sections import NAMES
from ui.live.forms import form_html
from ui.parts.live import SERVER
from ui.parts.text import JOINER

SAID = {
    "script": "<script>document.title='PWNED'</script>",
    "image": "<img src=x onerror=alert(1)>",
    "vector": "<svg/onload=alert(1)>",
    "frame": "<iframe src=javascript:alert(1)></iframe>",
    "style": "</style><style>body{display:none}</style>",
    "attribute": "\" onmouseover=\"alert(1)\" x='",
    "entity": "&lt;script&gt;&#60;b&#62;",
    "markdown link": "[click](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "autolink": "https://evil.example www.evil.example ana@evil.example <https://evil.example>",
    "markdown": "# head **loud** `code` :red[x] :material/key: $x^2$ | a | b |",
    "latex": "$$\\href{javascript:alert(1)}{x}$$",
    "template": "{{ 7*7 }} {% raw %} ${7*7} #{7*7} %(x)s {0}",
    "formula": "=HYPERLINK(\"http://evil.example\",\"x\")",
    "at": "@SUM(1+1)*cmd|'/C calc'!A0",
    "bidirectional": "safe\u202egnp.exe\u2066x\u2069",
    "zero width": "Ana\u200b\u200d\ufeff\u2060",
    "control": "bell\x07 esc\x1b[31mred\x1b[0m back\x08",
    "surrogate-like": "\U0001f600\ufffd",
    "combining": "Z" + "\u0335\u0321" * 60,
    "long": "x" * 1990,
    "lines": "a\r\nb\rc\u2028d",
    "traversal": "../../../etc/passwd %2e%2e%2f \\\\host\\share",
    "sql": "'; DROP TABLE commands; --",
    "number": "NaN Infinity -0 1e999",
    "json": "{\"kind\": \"end_drill\", \"how\": \"stopped\"}",
    "marks": "\ufeffBOM first",
}
"""What is typed into every text that others read, by what it tries."""
OURS = frozenset({
    "div", "span", "p", "b", "i", "em", "u", "small", "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3",
    "h4", "table", "thead", "tbody", "tr", "th", "td", "pre", "code", "kbd", "details", "summary", "section", "header",
})  # fmt: skip
"""Tags that pages use; none of them loads or runs anything."""


LIVES = frozenset({
    "form", "input", "button", "output", "select", "option", "textarea", "label", "fieldset", "legend", "footer", "a",
    "nav", "progress", "datalist", "meter", "ol", "img",
})  # fmt: skip
"""Tags that a live console has besides; each is ours, and what is in them is escaped."""


class Tags(HTMLParser):
    """Collects what is in HTML beside text and tags of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that no page of ours uses, and attributes that run or load something."""
        if tag not in OURS:
            self.foreign.append(tag)
        self.foreign += [name for name, value in attrs if name.startswith("on") or name in ("src", "href", "action")]


def foreign(html: str) -> list[str]:
    parser = Tags()
    parser.feed(html)
    return parser.foreign


@pytest.mark.parametrize("what", ["script", "image", "vector", "frame", "attribute"])
def test_what_is_not_escaped_is_seen(what: str) -> None:
    assert foreign(f'<div title="{SAID[what]}">{SAID[what]}</div>')


@pytest.fixture(scope="module")
def wall() -> Wall:
    return Wall()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, wall: Wall) -> Iterator[Rooms]:
    made = rooms(tmp_path_factory.mktemp("attack") / "drills.db", wall, references)
    yield made
    made.store.close()


@pytest.fixture(autouse=True)
def serving(place: Rooms) -> Iterator[None]:
    SERVER.use(lambda: place)
    yield
    SERVER.use(None)


def name_of(what: str) -> str:
    """Return a name that tries something, as far as a name may."""
    return "".join(letter for letter in SAID[what] if letter.isprintable() and letter not in "\u2060\u2066")[:40]


@pytest.fixture(scope="module")
def attacked(place: Rooms, wall: Wall) -> tuple[Room, dict[str, str]]:
    """Return a drill in which all of it was said, in every text there is, and the tokens of those in it."""
    opened = place.create("toy", seed=7, hosted=True)
    room = opened.room
    tokens = {"host": place.facilitate(room, name_of("image"), opened.key)[0]}
    host = place.identify(tokens["host"])[1]
    for seat, what in (("commander", "markdown link"), ("mitigation", "script"), ("comms", "autolink")):
        tokens[seat], _ = place.join(room, name_of(what), seat)
    place.join(room, name_of("formula"), OBSERVER)
    room.start(host)
    wall.pass_(90)
    lead = place.identify(tokens["commander"])[1]
    for number, words in enumerate(SAID.values()):
        wall.pass_(1)
        for act in (
            acts.PostMessage(text=words),
            acts.Declare(severity="SEV-1", title=words[:80]),
            acts.AssignTask(to="mitigation", text=words[:200]),
        )[: 3 if number % 3 == 0 else 1]:
            room.submit(act, lead)
    return room, tokens


def shown(app: Browser) -> list[Any]:
    """Return what the page sends as HTML, without our own style sheets."""
    return [one.proto.body for one in app.get("html") if "<style" not in one.proto.body]


def check(app: Browser) -> None:
    """Assert that a page is whole, and that nothing that somebody typed is more than text on it."""
    assert not app.exception
    found = [(tag, body[:200]) for body in shown(app) for tag in foreign(body)]
    assert found == []
    kinds = (app.markdown, app.caption, app.error, app.warning, app.info, app.success)
    texts = [str(one.value) for kind in kinds for one in kind] + [str(one.label) for one in app.button]
    for text in texts:
        assert "](java" not in text
        assert "![x]" not in text
        assert "https://evil" not in text
        assert "www.evil" not in text
        assert "**loud**" not in text
    for text in (*texts, *shown(app)):
        assert visible(text.replace(JOINER, "")) == text.replace(JOINER, "")


@pytest.mark.parametrize("who", ["commander", "mitigation", "comms", "host"])
def test_on_the_console_it_is_text(attacked: tuple[Room, dict[str, str]], who: str, place: Rooms) -> None:
    room, person = place.identify(attacked[1][who])
    here = session.Here(room, person, attacked[1][who])
    picture = f' src="./live/qr.svg?drill={room.row.code}"'  # the only one, ours
    for ident, html in ((ident, html.replace(picture, "")) for ident, html in live.screen(here).items()):
        if not ident.startswith("figure-"):
            found = [one for one in foreign(html) if one not in LIVES and one != "href"]
            assert found == [], ident
            assert visible(html) == html, ident
        assert "alert(1)>" not in html.replace("alert(1)&gt;", "").replace('onerror=alert(1)', ""), ident
    check(Browser().hold(attacked[1][who]).to("console.py"))
    if not here.plays:
        return
    for kind in (kind for kind, act in acts.ACTS.items() if act.tab):
        html = form_html(room.briefing(here.role), kind)
        assert [one for one in foreign(html) if one not in LIVES] == [], kind
        live.Form(html)


def test_on_the_way_in_it_is_text(attacked: tuple[Room, dict[str, str]]) -> None:
    room, tokens = attacked
    app = Browser()
    app.query_params["drill"] = room.row.code
    check(app.to("lobby.py"))
    check(Browser().hold(tokens["commander"]).to("lobby.py"))


LOOKED_UP = [
    (where, what)
    for where in ("drill", "me", "scenario", "seat", "variant", "playbook")
    for what in (SAID if where == "drill" else ("script", "traversal", "template", "long"))
]
"""Where in an address: what is looked up in a list is not what it is, whatever it is."""


@pytest.mark.parametrize(("where", "what"), LOOKED_UP)
def test_in_an_address_it_is_an_unknown_name(where: str, what: str, attacked: tuple[Room, dict[str, str]]) -> None:
    app = Browser()
    app.query_params[where] = SAID[what]
    check(app.to("lobby.py"))


@pytest.mark.parametrize("what", SAID)
def test_as_a_name_it_is_text_or_refused_with_what_cannot_be_seen(what: str, place: Rooms) -> None:
    room = place.create("toy", seed=7, hosted=True).room
    if what in ("bidirectional", "zero width", "control", "marks"):
        with pytest.raises(AccessDenied, match="cannot be seen"):
            place.join(room, SAID[what])
        return
    name = place.join(room, SAID[what])[1].name
    assert visible(name) == name
    assert len(name) <= 40
    assert "\n" not in name


def test_in_the_debrief_it_is_text(attacked: tuple[Room, dict[str, str]], place: Rooms) -> None:
    room, tokens = attacked
    host = place.identify(tokens["host"])[1]
    room.end(host)
    room.finishing.wait(60)
    for who in ("commander", "host"):
        app = Browser().hold(tokens[who])
        check(app.to("debrief.py"))
        app.button(key="debrief_no_guess").click().run()
        for view in NAMES:
            app.session_state[keys.VIEW] = view
            check(app.run())
    app = Browser()
    app.query_params["drill"] = room.row.code
    check(app.to("debrief.py"))
