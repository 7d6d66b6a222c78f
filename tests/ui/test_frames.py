"""What browsers are sent: nothing of what their seats may not see. Long: `python -m tests.soak frames`."""

from __future__ import annotations

import pytest

from tests.soak.frames import Search, faults, forbidden, pieces, squeezed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Search:
    """Return the opening minutes of the drill with restricted matter, looked at by five browsers."""
    made = Search(tmp_path_factory.mktemp("frames"), "permission_leak", ("commander", "comms"))
    made.run(480, 240, thorough=False)
    return made


def test_no_browser_is_sent_what_its_seat_may_not_see(search: Search) -> None:
    assert faults(search) == []
    assert all(viewer.sent > 50_000 for viewer in search.viewers)


def test_there_is_enough_to_be_found_and_it_would_be(search: Search) -> None:
    engine = search.room.truth("engine", lambda engine: engine)
    hidden = forbidden(engine, search.room, "comms")
    kinds = {what.partition(" ")[0] for what in hidden.values()}
    assert len(hidden) > 100
    assert {"inject", "entry", "the", "brief"} <= kinds
    told = squeezed(" ".join(piece for piece, what in forbidden(engine, search.room, "commander").items()))
    others = [piece for piece, what in hidden.items() if piece not in told]
    assert others, "the commander sees what communications may not"
    spied = next(viewer for viewer in search.viewers if viewer.name == "commander")
    spied.role = "comms"
    search.messages[:] = [f'{{"text": "<b>{piece}</b>"}}'.encode() for piece in others[:3]]
    search._search(spied)
    assert len(spied.found) >= 3
    search.messages[:] = [secret.encode() for secret in search.secrets]
    search._search(spied)
    assert set(search.secrets.values()) <= spied.found


@pytest.mark.parametrize("sent", [
    r"it reuses\npermissions of the first reader", "it reuses\\_permissions\\_ of the\u2060 first reader",
    "it reuses &quot;permissions&quot; of the first reader", r"it\u2019reuses permissions of the first reader",
])  # fmt: skip
def test_text_is_found_however_it_was_escaped(sent: str) -> None:
    (piece,) = pieces("it reuses permissions of the first reader.")
    assert piece in squeezed(sent)
