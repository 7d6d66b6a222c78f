"""Access: codes people can read out, tokens nobody can forge, a brake on guessing."""

from __future__ import annotations

from pathlib import Path

import pytest
from itsdangerous import URLSafeSerializer

from simulator.errors import AccessDenied
from simulator.room.access import WRONG_CODES, WRONG_SECONDS, Brake, Tokens, clean_code, fits, new_code, new_key
from simulator.room.store import Store


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


def test_every_process_on_a_store_reads_the_same_tokens(tmp_path: Path) -> None:
    path = str(tmp_path / "drills.db")
    token = Tokens(Store(path)).sign("p-1")
    assert Tokens(Store(path)).read(token) == "p-1"


@pytest.mark.parametrize("forge", [
    lambda token: token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:],
    lambda token: URLSafeSerializer("a guess", salt="participant").dumps("p-1"),
    lambda token: token.split(".")[0],
    lambda token: "",
    lambda token: "p-1",
])  # fmt: skip
def test_a_forged_token_opens_nothing(tmp_path: Path, forge) -> None:  # type: ignore[no-untyped-def]
    tokens = Tokens(Store(str(tmp_path / "drills.db")))
    with pytest.raises(AccessDenied, match="join again"):
        tokens.read(forge(tokens.sign("p-1")))


def test_a_token_of_another_store_opens_nothing(tmp_path: Path) -> None:
    token = Tokens(Store(str(tmp_path / "one.db"))).sign("p-1")
    with pytest.raises(AccessDenied):
        Tokens(Store(str(tmp_path / "two.db"))).read(token)


def test_guessing_is_slowed_down_for_the_one_who_guesses() -> None:
    now = [0.0]
    brake = Brake(lambda: now[0])
    for _ in range(WRONG_CODES):
        brake.check("10.0.0.9")
        brake.wrong("10.0.0.9")
    with pytest.raises(AccessDenied, match="wait 60 s"):
        brake.check("10.0.0.9")
    brake.check("10.0.0.8")
    now[0] += WRONG_SECONDS + 1
    brake.check("10.0.0.9")
