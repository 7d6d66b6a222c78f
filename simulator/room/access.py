"""Who may come in: join codes, the facilitator's key, signed participant tokens, and a brake on guessing."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import deque
from collections.abc import Callable

from itsdangerous import BadSignature, URLSafeSerializer

from simulator.errors import AccessDenied
from simulator.room.store import Store

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0, 1, I, L and O, which people misread or mishear."""
CODE_LENGTH = 6
WRONG_CODES = 10
WRONG_SECONDS = 60.0


def new_code() -> str:
    """Return a join code that can be read out over a call."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def clean_code(text: str) -> str:
    """Return a code as it is stored, whatever case, spaces or dashes somebody typed."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def new_key() -> tuple[str, str]:
    """Return a facilitator key, to be shown once, and the hash to be stored."""
    key = secrets.token_urlsafe(18)
    return key, hashed(key)


def hashed(key: str) -> str:
    """Return what is stored of a key. The key has 144 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def fits(key: str, stored: str) -> bool:
    """Tell whether a key is the one whose hash was stored."""
    return hmac.compare_digest(hashed(key.strip()), stored)


class Tokens:
    """Signs the ids of participants, with a secret that all processes on one store share."""

    def __init__(self, store: Store) -> None:
        secret = store.setting("token-secret", secrets.token_hex(32))
        self._signer = URLSafeSerializer(secret, salt="participant")

    def sign(self, participant: str) -> str:
        """Return the token that lets its bearer be this participant."""
        return self._signer.dumps(participant)

    def read(self, token: str) -> str:
        """Return the participant of a token. Raises AccessDenied for anything this store did not sign."""
        try:
            found = self._signer.loads(token)
        except BadSignature:
            found = None
        if not isinstance(found, str):
            raise AccessDenied("this link is not valid here; join again with the drill's code")
        return found


class Brake:
    """Stops a source that has tried too many wrong codes or keys, for as long as those are recent."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, deque[float]] = {}

    def check(self, source: str) -> None:
        """Raise AccessDenied while `source` (an address or session) has to wait."""
        recent = self._recent(source)
        if len(recent) >= WRONG_CODES:
            wait = max(1, round(recent[0] + WRONG_SECONDS - self._clock()))
            raise AccessDenied(f"too many wrong codes; wait {wait} s and ask the facilitator for the right one")

    def wrong(self, source: str) -> None:
        """Note a wrong try."""
        self._recent(source).append(self._clock())

    def _recent(self, source: str) -> deque[float]:
        now = self._clock()
        if len(self._wrong) > 10_000:
            self._wrong = {
                name: tries for name, tries in self._wrong.items() if tries and tries[-1] > now - WRONG_SECONDS
            }
        tries = self._wrong.setdefault(source, deque(maxlen=WRONG_CODES))
        while tries and tries[0] <= now - WRONG_SECONDS:
            tries.popleft()
        return tries
