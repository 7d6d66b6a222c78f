"""Who may come in: join codes, the facilitator's key, names, signed tokens, and a brake on guessing."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import re
import secrets
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple

from itsdangerous import BadData, Signer, base64_decode, base64_encode

from simulator.errors import AccessDenied
from simulator.room.store import Store
from simulator.text import alike

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0, 1, I, L and O, which people misread or mishear."""
CODE_LENGTH = 6
FREE_MISSES = 10
"""Different wrong codes or keys from one source that cost nothing; whoever mistypes makes fewer."""
MISS_SECONDS = 60.0
"""How long a miss is remembered."""
FIRST_WAIT, LONGEST_WAIT = 0.2, 3.0
"""Seconds that the first miss beyond the free ones waits for its answer, doubled by each further one, at most."""
WAITING = 16
"""Misses that wait at a time; beyond, the server has better things to do than to hold threads."""
SOURCES, MISSES = 10_000, 100
"""Sources that are remembered, those that missed longest ago go first; and misses of one, which waits longest then."""
NAME = 40
"""Characters of a name at most."""
BLANK = "\u034f\u115f\u1160\u2800\u3164\uffa0"
"""Characters that count as printable and show nothing."""
TOKEN = re.compile(r"[\w-]{16,400}\.[\w-]{43}", re.ASCII)
"""What signing gives: nothing else is even looked at."""


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
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()


def fits(key: str, stored: str) -> bool:
    """Tell whether a key is the one whose hash was stored."""
    return hmac.compare_digest(hashed(key.strip()), stored)


LEAST_WORD = 4
"""Characters of the word that somebody comes back with, at least."""


def kept_word(word: str) -> str | None:
    """Return what is stored of the word somebody comes back with, None where they gave none.

    People choose such words badly, so guessing one is made dear: with salt, and by a function that takes memory.
    """
    said = _said(word)
    if not said:
        return None
    if len(said) < LEAST_WORD:
        raise AccessDenied(f"the word to come back with has {LEAST_WORD} characters or more; take a longer one")
    salt = secrets.token_hex(8)
    return f"{salt}${_stretched(said, salt)}"


def is_word(word: str, stored: str | None) -> bool:
    """Tell whether a word is the one that was kept."""
    salt, found, digest = (stored or "").partition("$")
    return bool(found) and hmac.compare_digest(_stretched(_said(word), salt), digest)


def _said(word: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", word).casefold().split())[:200]


def _stretched(word: str, salt: str) -> str:
    return hashlib.scrypt(word.encode(errors="surrogatepass"), salt=salt.encode(), n=2**14, r=8, p=1, dklen=32).hex()


def clean_name(text: str, taken: Iterable[str] = ()) -> str:
    """Return a name as everybody will read it, told apart from those `taken` in the same drill.

    Raises AccessDenied for none, and for characters that cannot be seen or that turn round what stands beside them.
    """
    name = unicodedata.normalize("NFC", " ".join(text.split()))[:NAME].strip()
    if not name:
        raise AccessDenied("say what you want to be called")
    hidden = next((letter for letter in name if letter in BLANK or not letter.isprintable()), None)
    if hidden is not None:
        raise AccessDenied(f"a name has no characters that cannot be seen, such as U+{ord(hidden):04X}; type it anew")
    known = {alike(one) for one in taken}
    tried, number = name, 1
    while alike(tried) in known:
        number += 1
        end = f" {number}"
        tried = name[: NAME - len(end)] + end
    return tried


Purpose = Literal["seat", "enter", "hand over", "member", "member link", "invite"]
"""What a token is for: to be somebody; to get such a token once; that, and to take it from whoever had it before.

The same of teams: to be a member; to be let in as one; to become one.
"""


class Claim(NamedTuple):
    """What a token says."""

    purpose: Purpose
    drill: str
    """The drill, or the team, that it is about."""
    person: str
    generation: int
    """Of the person's tokens: those of an earlier one are withdrawn."""
    once: str = ""
    """Of a ticket: what the person's record must still hold, and holds no more once it is used."""
    until: int = 0
    """Of a ticket: the wall second after which it is void."""


class Tokens:
    """Signs what people may, with a secret that all processes on one store share."""

    def __init__(self, store: Store) -> None:
        secret = store.setting("token-secret", secrets.token_hex(32))
        self._signer = Signer(secret, salt="claim", digest_method=hashlib.sha256)

    def sign(self, claim: Claim) -> str:
        """Return the token that says so."""
        return self._signer.sign(base64_encode(json.dumps(claim, separators=(",", ":")))).decode()

    def read(self, token: str, *purposes: Purpose) -> Claim:
        """Return what a token for one of these purposes says.

        Raises AccessDenied for all that is not byte for byte what this store signed: decoding alone would forgive
        what is put behind it or changed in its last letter, and one token would have many forms.
        """
        claim = None
        if TOKEN.fullmatch(token):
            try:
                claim = _claim(json.loads(base64_decode(self._signer.unsign(token))))
            except (BadData, ValueError):
                claim = None
        if claim is None or claim.purpose not in purposes or not hmac.compare_digest(self.sign(claim), token):
            raise AccessDenied(NO_LINK)
        return claim


NO_LINK = "this link is not valid here; join again with the drill's code"


def _claim(found: Any) -> Claim | None:
    """Return what was signed as a claim, None for anything of another form."""
    types = (str, str, str, int, str, int)
    if isinstance(found, list) and [type(one) for one in found] == list(types):
        return Claim(*found)
    return None


def network(address: str) -> str:
    """Return the network that an address counts for: what one household or office has; other text as it is."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network(f"{found}/{24 if found.version == 4 else 64}", strict=False))


class Brake:
    """Slows down sources that guess codes or keys. It only ever waits after a miss: what is right is never held up."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._waiting = threading.BoundedSemaphore(WAITING)
        self._missed: dict[str, dict[str, float]] = {}
        """When each source missed with what, by source (session or network); what, only hashed."""

    def missed(self, what: str, sources: Iterable[str]) -> float:
        """Note a wrong code or key, wait as long as its sources have earned, and return how long.

        The same wrong one again is no new guess: a page that is drawn anew with it counts once.
        """
        with self._lock:
            counts = [self._note(hashed(what), source) for source in sources if source]
        over = max(counts, default=0) - FREE_MISSES
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(over - 1, 30)) if over > 0 else 0.0
        if wait and self._waiting.acquire(blocking=False):
            try:
                self._sleep(wait)
            finally:
                self._waiting.release()
        return wait

    def _note(self, what: str, source: str) -> int:
        """Return how many different misses of the last minute a source has with this one; 0 where it is none."""
        now = self._clock()
        known = self._missed.pop(source, {})
        recent = {one: at for one, at in known.items() if at > now - MISS_SECONDS}
        self._missed[source] = recent  # behind all others, which missed before
        while len(self._missed) > SOURCES:
            self._missed.pop(next(iter(self._missed)))
        if what in recent:
            return 0
        if len(recent) < MISSES:
            recent[what] = now
        return len(recent)
