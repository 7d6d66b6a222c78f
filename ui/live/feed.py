"""What one kind of screen shows, as numbered changes: everybody who looks at it is sent the same bytes.

There is no queue for each of them. Whoever looks holds one number, so a slow browser skips states instead of piling
them up, and one that comes back gets exactly what it missed.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterable
from typing import NamedTuple

from ui.live.piece import Chart, Piece

BEAT = b"event: beat\ndata:\n\n"
"""Says that the line holds, where there is nothing new."""


class _Kept(NamedTuple):
    number: int
    """The version that brought it."""
    wire: str
    gone: bool


def wire(piece: Piece | Chart) -> str:
    """Return a piece as a browser is sent it."""
    if isinstance(piece, Chart):
        return f'{{"id":{json.dumps(piece.id)},"alt":{json.dumps(piece.alt)},"figure":{piece.json}}}'
    into = {"into": piece.into} if piece.into else {}
    return json.dumps({"id": piece.id, "html": piece.html, **into}, separators=(",", ":"))


def event(kind: str, wires: Iterable[str], mark: str = "") -> bytes:
    """Return one server-sent event with pieces."""
    head = f"id: {mark}\n" if mark else ""
    return f"{head}event: {kind}\ndata: [{','.join(wires)}]\n\n".encode()


class Feed:
    """The pieces of one screen as they are now, each with the version that brought it."""

    def __init__(self) -> None:
        self.epoch = secrets.token_hex(4)
        """Tells the versions of this feed from those of one before a restart."""
        self.version = 0
        self._lock = threading.Lock()
        self._made: dict[str, tuple[Piece | Chart, str]] = {}
        self._kept: dict[str, _Kept] = {}
        self._deltas: dict[int, bytes] = {}

    def put(self, pieces: Iterable[Piece | Chart]) -> bool:
        """Take the whole screen; tell whether anything of it is new."""
        with self._lock:
            number, changed, there = self.version + 1, False, set[str]()
            for piece in pieces:
                there.add(piece.id)
                made = self._made.get(piece.id)
                # The same object again is the same text: most of a screen is, and is not even compared.
                if made is not None and (made[0] is piece or made[0] == piece):
                    continue
                self._made[piece.id] = (piece, wire(piece))
                self._kept[piece.id] = _Kept(number, self._made[piece.id][1], gone=False)
                changed = True
            for ident in self._made.keys() - there:
                piece = self._made.pop(ident)[0]
                gone = isinstance(piece, Piece) and piece.into
                empty = json.dumps({"id": ident} if gone else {"id": ident, "html": ""}, separators=(",", ":"))
                self._kept[ident] = _Kept(number, empty, gone=True)
                changed = True
            if changed:
                self.version = number
                self._deltas.clear()
            return changed

    def since(self, mark: str) -> int:
        """Return the version that a browser says it has, 0 where its mark is not of this feed."""
        epoch, _, number = mark.partition(".")
        known = epoch == self.epoch and number.isascii() and number.isdigit() and len(number) < 10
        return int(number) if known and int(number) <= self.version else 0

    def delta(self, since: int, first: Iterable[str] = ()) -> tuple[bytes, int]:
        """Return what changed after a version (0: all there is) and the version now; made once for everybody.

        Only what is there `first`, for one browser alone, is put before it.
        """
        with self._lock:
            made = self._deltas.get(since)
            if made is None or first:
                new = [kept.wire for kept in self._kept.values() if kept.number > since and (since or not kept.gone)]
                mark = f"{self.epoch}.{self.version}"
                made = event("pieces" if since else "all", [*first, *new], mark)
                if not first:
                    self._deltas[since] = made
            return made, self.version
