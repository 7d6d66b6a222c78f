"""The sessions of one client class, and how they move between compartments in a step."""

from __future__ import annotations

from dataclasses import dataclass

POISON_LEAVES = 40.0
"""Minutes until the user of a poisoned session signs out by hand."""
RETURNS = 7.0
"""Minutes until a user who gave up tries to log in again."""
RELOGS = 1.5
"""Minutes a user who was signed out by us takes to log in."""
REVOKED_A_MINUTE = 4000.0
"""Sessions a revocation pass releases a minute, over all classes."""
ALL_SESSIONS = 240_000.0


@dataclass(slots=True)
class Conditions:
    """What holds for everybody during one step."""

    minutes: float
    """Length of the step."""
    useful: float
    """Share of requests the service answers in time."""
    patience: float
    """Share of retries that reach the service."""
    poison: float
    """Share of bad mints that also hand out a refresh token which can never be redeemed."""
    published: float
    """Share of verifiers that accept the standby key."""
    lifetime: float
    """Minutes an access token lives."""
    share_bad: float
    """Share of tokens minted in the faulty zone."""


@dataclass(slots=True)
class Clients:
    """One client class: how many, how they retry, and in which compartment their sessions are."""

    name: str
    size: float
    rho: float
    """Retries a minute of a session that was rejected."""
    give_up: float
    """Share of failed retries after which the user stops."""
    logins: float
    """Fresh logins a minute."""
    good: float = 0.0
    bad: float = 0.0
    """Access token rejected, retrying."""
    refused: float = 0.0
    """Turned away by an overloaded service, retrying."""
    poisoned: float = 0.0
    """Refresh token can never be redeemed; loops until somebody signs it out."""
    left: float = 0.0
    """Gave up, may come back."""
    forced: float = 0.0
    """Signed out by us, must log in."""
    rejected: float = 0.0
    """Share of its mints that verifiers refuse."""
    repeated: float = 0.0
    """Share of its mints for sessions refused before that are refused again."""
    quota: float = 0.0
    """Poisoned sessions the revocation pass in hand has still to release."""
    ever: float = 0.0
    """Sessions ever poisoned."""
    minted: float = 0.0
    """Tokens minted under the new key id in each healthy zone."""
    minted_bad: float = 0.0
    """Tokens minted under the new key id in the faulty zone."""
    failed: float = 0.0
    """Tokens that a verifier refused."""

    def locked(self) -> float:
        """Return the sessions that cannot work right now."""
        return self.bad + self.refused + self.poisoned + self.left + self.forced

    def demand(self, lifetime: float, patience: float) -> float:
        """Return the requests for tokens a minute."""
        retrying = self.rho * patience * (self.bad + self.refused + self.poisoned)
        return self.good / lifetime + retrying + self.logins + self.left / RETURNS + self.forced / RELOGS

    def sign_everybody_out(self) -> None:
        """Move every session to `forced`."""
        self.forced += self.good + self.bad + self.refused + self.poisoned + self.left
        self.good = self.bad = self.refused = self.poisoned = self.left = 0.0

    def move(self, now: Conditions, new_key: float) -> tuple[float, float]:
        """Move the sessions for one step, `new_key` of the mints under the new key id.

        Return newly affected users and failed logins a minute.
        """
        h, useful, poison, published = now.minutes, now.useful, now.poison, now.published
        rejected, repeated = self.rejected * (1 - published), self.repeated * (1 - published)
        rho = self.rho * now.patience
        refresh = self.good / now.lifetime
        good_unserved = refresh * (1 - useful)
        good_rejected = refresh * useful * rejected
        bad_try = rho * self.bad
        bad_heals = bad_try * useful * (1 - repeated)
        bad_poisoned = bad_try * useful * repeated * poison * 0.25
        bad_leaves = (bad_try - bad_heals) * self.give_up
        refused_try = rho * self.refused
        refused_served = refused_try * useful
        refused_leaves = (refused_try - refused_served) * self.give_up * 0.5
        signs_out = self.poisoned / POISON_LEAVES
        released = 0.0
        if self.quota > 0:
            released = min(self.poisoned / h, self.quota / h, REVOKED_A_MINUTE * self.size / ALL_SESSIONS)
            self.quota = max(0.0, self.quota - released * h)
        returns = self.left / RETURNS
        relogs = self.forced / RELOGS
        back_good = (returns + relogs) * useful * (1 - rejected)
        back_rejected = (returns + relogs) * useful * rejected
        fresh_rejected = self.logins * (useful * rejected + 1 - useful)
        got_bad = good_rejected + refused_served * rejected + back_rejected
        to_poison = got_bad * poison + bad_poisoned
        bad_valid = self.bad * 0.1 * published
        poison_valid = self.poisoned * 0.1 * published

        served = (refresh + rho * (self.bad + self.refused + self.poisoned) + self.logins + returns + relogs) * useful
        self.minted += served * new_key * (1 - now.share_bad) / 2 * h
        self.minted_bad += served * new_key * now.share_bad * h
        self.failed += (served * rejected + bad_try * useful * (repeated - rejected)) * h
        self.ever += to_poison * h

        healed = bad_heals + refused_served * (1 - rejected) + back_good + bad_valid + poison_valid
        stays_bad = got_bad * (1 - poison) - bad_heals - bad_poisoned - bad_leaves - bad_valid
        self.good = max(0.0, self.good + h * (healed - good_unserved - good_rejected))
        self.bad = max(0.0, self.bad + h * stays_bad)
        self.refused = max(0.0, self.refused + h * (good_unserved - refused_served - refused_leaves))
        self.poisoned = max(0.0, self.poisoned + h * (to_poison - signs_out - released - poison_valid))
        self.left = max(0.0, self.left + h * (bad_leaves + refused_leaves + signs_out - returns * useful))
        self.forced = max(0.0, self.forced + h * (released - relogs * useful))

        failed = (returns + relogs) * (1 - useful) + back_rejected + fresh_rejected + bad_leaves + refused_leaves
        newly = good_rejected * poison + bad_poisoned + bad_leaves + refused_leaves + fresh_rejected * 0.3
        return newly, failed
