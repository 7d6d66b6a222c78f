"""The world of scenario A as the engine asks for it: `state` moves it, `readings` says what can be seen of it."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.auth_token import readings
from scenarios.auth_token.state import AuthTokenState

BLOCKED, WIDESPREAD, NOTICED = 2400, 4800, 240
"""Users locked out that count as blocked (one in a hundred), as widespread, and as worse than on any day."""
AFFECTED, SERVED = 1.0, 0.97
"""Percent of requests refused from which production is affected, and share of the work that has to be answered."""


class AuthTokenWorld(AuthTokenState):
    """What there is to see of it, the facts behind it and the harm it does."""

    observe = readings.observe
    context = readings.context
    figures = readings.figures

    def facts(self) -> Mapping[str, bool | int | float | str]:
        """Return the facts that conditions, severity and scoring read."""
        k = self.knob
        figures = self.figures()
        locked, poisoned = figures["locked_users"], figures["poisoned_sessions"]
        ratio = figures["reject_ratio_pct"]
        signing = {c.name: round(c.rejected, 3) > 0 for c in self.classes}
        refusing, served = any(signing.values()), round(self.useful, 3) >= SERVED
        fading = self.late_share > 0 and self.now >= self.fault_at + self.late
        return {
            "fault": self.now >= self.fault_at,
            "fallback": "ready" if k["compat"] >= 1 else "blocked",
            "rollback_stalled": self.stalled(),
            "rolled_back": self.rolled_back >= 1,
            "signing_web": signing["web"],
            "signing_mobile": signing["mobile"],
            "signing_bad": any(signing.values()),
            "flag_web_on": k["flag_web"] >= 0.5,
            "flag_mobile_on": k["flag_mobile"] >= 0.5,
            "old_key_again": self.old_key(),
            "poisoned_over_1000": poisoned > 1000,
            "reject_below_1pct": ratio < 1,
            "saturated": round(self.demand / self.capacity, 3) >= 0.97,
            "standby_key_published": k["publish_key"] > 0,
            "revoked": self.passes > 0,
            "revoked_all": self._revoked_all,
            "throttled": k["throttle"] > 0,
            "watched": k["watched"] > 0,
            "merged": self.merged,
            # A token signed now may be refused, go unanswered, or be anybody's. What only fades is no risk any more.
            "auth_at_risk": (refusing and not fading) or not served or k["publish_key"] > 0,
            "production_affected": ratio >= AFFECTED or locked > BLOCKED or not served,
            "users_blocked": locked > BLOCKED,
            "widespread": locked > WIDESPREAD,
            "regression": locked > NOTICED or poisoned > NOTICED,
            # Whoever is out gets in by signing in again, or where the key set came late over another network.
            "workaround": locked > NOTICED and served and (not refusing or self.late_share > 0),
            "correctness": False,
            "data_lost_or_security": self.published_ever,
            "data_at_risk": False,
            "billing_at_risk": False,
            "reject_ratio_pct": ratio,
            "locked_users": round(locked),
            "poisoned_sessions": round(poisoned),
        }

    def outside(self) -> Mapping[str, float]:
        """Return by segment the share still affected.

        `web` and `mobile`: locked out for any reason but a poisoned refresh token, as a share of the class;
        `poisoned`: still stuck, as a share of the sessions ever poisoned.
        """
        ever = self.web.ever + self.mobile.ever
        return {c.name: (c.locked() - c.poisoned) / c.size for c in self.classes} | {
            "poisoned": self.poisoned() / ever if ever >= 1 else 0.0
        }


WORLD = AuthTokenWorld
"""What the loader makes for this scenario, from its `parameters`."""
