"""Text by people is shown as what it is: nothing unseen, nothing turned round, nothing read as markup, no links."""

from __future__ import annotations

import html as stdlib_html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.parts.text import JOINER, escape, plain, sentence, visible


@pytest.mark.parametrize(("text", "shown"), [
    ("plain words, Zoë, アナ, עידו", "plain words, Zoë, アナ, עידו"),
    ("two\nlines\tand a tab\r\n", "two\nlines\tand a tab\r\n"),
    ("\u202egnp.exe", "⟨U+202E⟩gnp.exe"),
    ("a\u2066b\u2069", "a⟨U+2066⟩b⟨U+2069⟩"),
    ("no\u200bthing", "no⟨U+200B⟩thing"),
    ("\ufeffmark", "⟨U+FEFF⟩mark"),
    ("nul\x00 esc\x1b[31m del\x7f", "nul⟨U+0000⟩ esc⟨U+001B⟩[31m del⟨U+007F⟩"),
    ("lone \ud800 half", "lone ⟨U+D800⟩ half"),
    ("tag \U000e0041", "tag ⟨U+E0041⟩"),
    ("soft\u00adhyphen", "soft⟨U+00AD⟩hyphen"),
    ("👩\u200d🚒 and 🤷🏽\u200d♂\ufe0f", "👩\u200d🚒 and 🤷🏽\u200d♂\ufe0f"),
    ("a\u200db", "a⟨U+200D⟩b"),
    ("👩\u200d<b>", "👩⟨U+200D⟩<b>"),
])  # fmt: skip
def test_what_nobody_sees_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_whatever_is_typed_no_unseen_character_is_left_and_nothing_else_is_changed(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    assert re.sub(r"⟨U\+([0-9A-F]{4,6})⟩", lambda found: chr(int(found[1], 16)), shown) == re.sub(
        r"⟨U\+([0-9A-F]{4,6})⟩", lambda found: chr(int(found[1], 16)), text
    )
    assert stdlib_html.unescape(escape(text)).count("<") == shown.count("<")
    assert not re.search("[<>\"']", escape(text))


@pytest.mark.parametrize("link", [
    "https://evil.example/x", "HTTP://evil.example", "www.evil.example", "WWW.evil.example", "ana@evil.example",
    "mailto:ana@evil.example", "see (https://evil.example)",
])  # fmt: skip
def test_what_looks_like_a_link_stays_text(link: str) -> None:
    shown = plain(link)
    assert JOINER in shown
    assert re.sub(r"\\(.)", r"\1", shown).replace(JOINER, "") == link
    assert not re.search(r"(?i)https?\\:/|www\\\.|\w@\w", shown)


@pytest.mark.parametrize("text", ["@duty-deputy", "a: b", "T+07:30", "10 @ 5", "wwwhat"])
def test_what_is_no_link_is_left_alone(text: str) -> None:
    assert JOINER not in plain(text)


def test_an_error_is_a_sentence() -> None:
    assert sentence("it failed") == "It failed."
    assert sentence("ours.csv:2: 25:00 is no time").startswith("ours"), "a file is called as it is"
    assert sentence(ValueError("Done.")) == "Done\\.".replace("\\.", "\\.")
