"""Access: codes people can read out, names told apart, tokens with one form, a brake that stops nobody who is right."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from itsdangerous import Signer

from simulator.errors import AccessDenied
from simulator.room import access
from simulator.room.access import (
    FREE_MISSES,
    LONGEST_WAIT,
    MISS_SECONDS,
    NAME,
    Brake,
    Claim,
    Tokens,
    clean_code,
    clean_name,
    fits,
    network,
    new_code,
    new_key,
)
from simulator.room.store import Store

SEAT = Claim("seat", "d1", "p-1", 0)


def test_a_code_has_six_letters_that_nobody_mishears() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 6 and not set(code) & set("01ILO") for code in codes)


@pytest.mark.parametrize("typed", ["ab2-9xy", " AB29XY ", "ab2 9xy"])
def test_a_code_is_found_however_it_is_typed(typed: str) -> None:
    assert clean_code(typed) == "AB29XY"


def test_a_key_is_stored_hashed_and_fits_only_itself() -> None:
    key, stored = new_key()
    assert key not in stored
    assert fits(f" {key}\n", stored)
    assert not fits(key[:-1], stored)
    assert not fits(stored, stored)
    assert not fits("\ud800", stored)


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Tokens:
    store = Store(str(tmp_path_factory.mktemp("tokens") / "drills.db"))
    made = Tokens(store)
    store.close()
    return made


def test_every_process_on_a_store_reads_the_same_tokens(tmp_path: Path) -> None:
    path = str(tmp_path / "drills.db")
    assert Tokens(Store(path)).read(Tokens(Store(path)).sign(SEAT), "seat") == SEAT


@pytest.mark.parametrize("forge", [
    lambda token: token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:],
    lambda token: Signer("a guess", salt="claim", digest_method=hashlib.sha256).sign(token.split(".")[0]).decode(),
    lambda token: token.split(".")[0],
    lambda token: "",
    lambda token: "p-1",
    lambda token: f"{token}=",
    lambda token: f"{token}=abc",
    lambda token: f"{token}=é'\"",
    lambda token: f"{token}='</script><script>alert(1)//",
    lambda token: f"{token} ",
    lambda token: f" {token}",
    lambda token: f"{token}\n",
    lambda token: f"{token}.{token}",
    lambda token: token + token,
    lambda token: token.replace(".", ".="),
    lambda token: token * 500,
    lambda token: token[:-1] + chr(ord(token[-1]) + 1),  # the last letter has bits that nobody reads
    lambda token: token[:-1] + chr(ord(token[-1]) - 1),
    lambda token: base64.b64encode(token.encode()).decode(),
])  # fmt: skip
def test_a_token_that_is_not_byte_for_byte_what_was_signed_opens_nothing(
    tokens: Tokens, forge: Callable[[str], str]
) -> None:
    with pytest.raises(AccessDenied, match="join again"):
        tokens.read(forge(tokens.sign(SEAT)), "seat")


@settings(max_examples=40)
@given(st.data())
def test_no_token_has_two_forms(tokens: Tokens, data: st.DataObject) -> None:
    token = tokens.sign(SEAT)
    at = data.draw(st.integers(0, len(token)))
    cut = data.draw(st.integers(0, 2))
    other = token[:at] + data.draw(st.text(max_size=3)) + token[at + cut :]
    if other != token:
        with pytest.raises(AccessDenied):
            tokens.read(other, "seat")


def test_a_token_is_for_its_purpose_alone(tokens: Tokens) -> None:
    ticket = SEAT._replace(purpose="enter", once="x" * 24, until=99)
    assert tokens.read(tokens.sign(ticket), "enter", "hand over") == ticket
    for claim, purpose in ((ticket, "seat"), (SEAT, "enter"), (SEAT, "hand over")):
        with pytest.raises(AccessDenied):
            tokens.read(tokens.sign(claim), purpose)  # type: ignore[arg-type]


def test_a_token_of_another_store_or_another_form_opens_nothing(tmp_path: Path) -> None:
    token = Tokens(Store(str(tmp_path / "one.db"))).sign(SEAT)
    there = Tokens(Store(str(tmp_path / "two.db")))
    with pytest.raises(AccessDenied):
        there.read(token, "seat")
    for odd in (["seat", "d1"], "p-1", ["seat", "d1", "p-1", "0", "", 0], ["seat", "d1", "p-1", 0, "", True]):
        with pytest.raises(AccessDenied):
            there.read(there.sign(odd), "seat")  # type: ignore[arg-type]


@pytest.mark.parametrize(("typed", "name"), [
    ("  Ana\nLee ", "Ana Lee"), ("Zoë", "Zoë"), ("Zoe\u0308", "Zoë"), ("アナ", "アナ"), ("עידו", "עידו"),
    ("<b>Ana", "<b>Ana"), ("x" * 99, "x" * NAME),
])  # fmt: skip
def test_a_name_is_kept_as_people_read_it(typed: str, name: str) -> None:
    assert clean_name(typed) == name


@pytest.mark.parametrize("hidden", [
    "\u202e", "\u202d", "\u2066", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\x00", "\x1b", "\x7f", "\u0085",
    "\u3164", "\u2800", "\u115f", "\U000e0041", "\ue000",
])  # fmt: skip
def test_a_name_with_what_cannot_be_seen_is_refused_and_says_what(hidden: str) -> None:
    if hidden.isspace():
        assert clean_name(f"An{hidden}a") == "An a"
        return
    with pytest.raises(AccessDenied, match=f"U\\+{ord(hidden):04X}"):
        clean_name(f"An{hidden}a")


@pytest.mark.parametrize("typed", ["", "  ", "\n\t"])
def test_a_name_must_be_said(typed: str) -> None:
    with pytest.raises(AccessDenied, match="called"):
        clean_name(typed)


@pytest.mark.parametrize(("typed", "taken", "name"), [
    ("Ana", ["Ben"], "Ana"), ("Ana", ["Ana"], "Ana 2"), ("ana", ["ANA", "Ana 2"], "ana 3"),
    ("\uff21na", ["Ana"], "\uff21na 2"), ("x" * NAME, ["x" * NAME], "x" * (NAME - 2) + " 2"),
])  # fmt: skip
def test_equal_names_are_told_apart(typed: str, taken: list[str], name: str) -> None:
    assert clean_name(typed, taken) == name


@pytest.mark.parametrize(("address", "counts_for"), [
    ("10.1.2.3", "10.1.2.0/24"), ("10.1.2.250", "10.1.2.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
    ("::ffff:10.1.2.3", "10.1.2.0/24"), ("fe80::1%eth0", "fe80::/64"), ("local", "local"), ("", ""),
])  # fmt: skip
def test_an_address_counts_for_its_network(address: str, counts_for: str) -> None:
    assert network(address) == counts_for


class Clock:
    """A clock that goes on when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def brake(clock: Clock) -> Brake:
    return Brake(lambda: clock.now, clock.sleep)


def test_guessing_is_slowed_down_for_the_session_and_the_network_that_guess(brake: Brake, clock: Clock) -> None:
    for number in range(FREE_MISSES):
        assert brake.missed(f"free {number}", ["session", "10.1.2.0/24"]) == 0
    waits = [brake.missed(f"more {number}", ["session", "10.1.2.0/24"]) for number in range(6)]
    assert waits == clock.slept == [0.2, 0.4, 0.8, 1.6, LONGEST_WAIT, LONGEST_WAIT]
    assert brake.missed("another session", ["other", "10.1.2.0/24"]) > 0
    assert brake.missed("another network", ["other", "10.1.3.0/24"]) == 0
    clock.now += MISS_SECONDS + 1
    assert brake.missed("later", ["session", "10.1.2.0/24"]) == 0


def test_the_same_wrong_code_drawn_again_is_one_miss(brake: Brake) -> None:
    assert [brake.missed("AAAAAA", ["session"]) for _ in range(100)] == [0] * 100


def test_misses_and_sources_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "SOURCES", 5)
    brake = Brake(lambda: 0.0, lambda seconds: None)
    for number in range(20):
        brake.missed("a", [f"s{number}"])
    for number in range(300):
        brake.missed(f"{number}", ["s19"])
    assert len(brake._missed) == 5
    assert len(brake._missed["s19"]) == access.MISSES


def test_only_so_many_threads_wait(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "WAITING", 1)

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if len(clock.slept) == 1:
            brake.missed("at the same time", ["s"])

    brake = Brake(lambda: clock.now, sleep)
    for number in range(FREE_MISSES + 1):
        brake.missed(f"{number}", ["s"])
    assert len(clock.slept) == 1
