"""The world of scenario A: tokens that are signed but do not verify, and the retries they feed.

Why they do not verify is a parameter: the wrong key in one zone, a key set that reached some locations too late,
or a clock that is ahead in one zone. A fluid model, all flows per minute. Two client classes (`clients`) share one
authorisation service; what people do turns knobs. What can be seen of it is in `readings`; equations and
calibration are described in the facilitator notes beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.auth_token.clients import RELOGS, Clients, Conditions
from simulator.scenario.mechanics import Mechanics, canary

MINUTE = 60.0
RAMP = 360.0
"""Seconds a rolling update of all pods takes."""
RESTART = 180
"""Seconds a rolling restart takes."""
THROTTLED = 900
"""Seconds a retry throttle stays in force."""
LEEWAY = 60.0
"""Seconds by which verifiers let a clock be ahead."""
CACHED = 600.0
"""Seconds for which a verifier keeps its copy of the key set."""
SSO_SHARE, BLOCKED_SHARE = 0.09, 0.003
"""Share of the sessions that came in by single sign-on, and of those behind the network that looks suspicious."""
CONSENTS = 1.0
"""Minutes a user takes who is asked for consent again."""


class AuthTokenState(Mechanics):
    """Larkfield's sign-in path after release 4.18.0."""

    STEP = 5
    HARM = ("locked_user_minutes", "failed_logins", "tickets", "security_exposure", "kept_out_minutes")
    """User-minutes, logins, tickets, minutes of exposure, user-minutes."""
    KNOBS = {
        "flag_web": 1.0, "flag_mobile": 1.0, "pin": 0.0, "zone_a": 0.0, "zone_b": 0.0, "zone_c": 0.0,
        "hotfix_share": 0.0, "hotfix_canary": 0.0,
        "rollback": 0.0, "compat": 0.0, "publish_key": 0.0, "throttle": 0.0, "capacity": 30000.0, "revoke": 0.0,
        "revoke_all": 0.0, "idp_failover": 0.0, "asn_block": 0.0, "restart": 0.0, "merge_restart": 0.0,
        "edge_revert": 0.0, "jwks_purge": 0.0, "sessiondb_failover": 0.0, "clock_sync": 0.0, "lost_pods": 0.0,
        "watched": 0.0, "public_post": 0.0,
    }  # fmt: skip
    PARAMETERS = {
        "bad_share": 1 / 3, "bad_zone": 2.0, "late_share": 0.0, "late_minutes": 14.5, "clock_ahead": 0.0,
        "sticky": 0.0, "flag_reaches_mobile": 0.0, "token_minutes": 30.0, "poison_share": 0.22,
        "capacity": KNOBS["capacity"], "migration_blocks": 1.0,
    }  # fmt: skip

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        super().__init__(parameters)
        given = self.parameters
        self.share = given["bad_share"]
        """Share of tokens minted in the faulty zone."""
        self.zone = "abc"[int(given["bad_zone"])]
        self.late_share = given["late_share"]
        """Share of the sessions whose verifiers got the key set too late; above 0 this is what is wrong."""
        self.late = MINUTE * given["late_minutes"]
        """Seconds after the fault at which the missing locations get the key set."""
        self.clock_ahead = given["clock_ahead"]
        """Seconds by which the faulty zone's clock is ahead; beyond the leeway this is what is wrong."""
        self.sticky = given["sticky"]
        """Share of the retries that come back to the zone which minted the refused token."""
        self.swapped = given["flag_reaches_mobile"] > 0
        """Identity's flag reaches the phones and not the browsers; Mobile's own flag is read by nobody."""
        self.lifetime = given["token_minutes"]
        self.poison = given["poison_share"]
        self.capacity = self.knob["capacity"] = given["capacity"]
        self.knob["compat"] = 0.0 if given["migration_blocks"] else 1.0
        self.web = Clients("web", 148_800.0, 0.8, 0.10, 560.0, good=148_800.0)
        self.mobile = Clients("mobile", 91_200.0, 2.4, 0.02, 340.0, good=91_200.0)
        self.classes = (self.web, self.mobile)
        self._disturbed = False
        self._stalled_for = 0.0
        self.rolled_back = 0.0
        self._throttle_until = -(10**9)
        self._restarts: tuple[tuple[int, float, bool], ...] = ()
        """Until when a rolling restart lasts, the share of the pods it takes, and whether the responders began it."""
        self.passes = 0
        """Revocation passes so far."""
        self.merged = False
        self.purged_at: int | None = None
        """When the key set was last purged from the CDN."""
        self.published_ever = False
        self._revoked_all = False
        self._lag = [0.0, 0.0, 0.0]
        self.demand = 0.0
        self.useful = 1.0
        self.available = 1.0
        self.new_kid = 0.0
        """Share of web mints under the new key id."""
        self.failing = 0.0
        self.tickets_total = self.tickets_rate = 0.0

    def start(self, at: int, fault_at: int) -> None:
        """Stand in healthy equilibrium at `at`; the release begins to roll out at `fault_at`."""
        super().start(at, fault_at)
        self.demand = sum(c.good / self.lifetime + c.logins for c in self.classes)

    def calm(self, dt: int) -> int:
        """Return all of the next `dt` seconds while nothing is out of equilibrium and nothing will be."""
        return dt if not self._disturbed and self.now + dt <= self.fault_at else 0

    def turn(self, knob: str, value: float, over: int) -> None:
        """Move `knob`, and do at once what turning it sets off. Raises KeyError if there is no such knob."""
        old = self.knob[knob]
        self._disturbed = True
        if knob == "revoke":
            # Each turn is one pass over those poisoned at that moment, so a second pass is a second turn.
            if value > 0:
                self.passes += 1
                self.knob[knob] = float(self.passes)
                for c in self.classes:
                    c.quota = c.poisoned
            return
        if knob == "revoke_all" and value > 0 and not old:
            self._revoked_all = True
            self._keep_out(sum(c.good for c in self.classes), RELOGS)
            for c in self.classes:
                c.sign_everybody_out()
        elif knob == "idp_failover" and value > 0 and not old:
            self._lag[0] += 500.0
            self._keep_out(SSO_SHARE * sum(c.good for c in self.classes), CONSENTS)
        elif knob in ("restart", "merge_restart"):
            if value > 0:
                ours = knob == "restart"
                self._restarts += ((self.now + RESTART, 0.25 if ours else 0.4, ours),)
                self.merged = self.merged or knob == "merge_restart"
            return
        elif knob == "jwks_purge":
            self.purged_at = self.now
        elif knob == "throttle":
            self._throttle_until = self.now + THROTTLED if value > 0 else self.now
        super().turn(knob, value, over)

    def _keep_out(self, users: float, minutes: float) -> None:
        """Count users who had been fine, or would be in again, and whom a step of the responders keeps out."""
        if self.now >= 0:
            self._harm["kept_out_minutes"] += users * minutes

    def locked(self) -> float:
        """Return the sessions that cannot work right now."""
        return sum(c.locked() for c in self.classes)

    def poisoned(self) -> float:
        """Return the sessions whose refresh token can never be redeemed."""
        return sum(c.poisoned for c in self.classes)

    def patience(self) -> float:
        """Return the share of retries that reach the service; a throttle at the edge holds 60 % back."""
        return 1 - 0.6 * self.knob["throttle"]

    def patched(self) -> float:
        """Return the share of pods that run the hotfix."""
        return max(self.knob["hotfix_share"], canary(self.knob["hotfix_canary"]))

    def serving(self) -> float:
        """Return the share of pods left by cordoned zones; never quite nothing, so that rates stay finite."""
        healthy = (1 - self.share) / 2
        cordoned = sum(self.knob[f"zone_{zone}"] for zone in "abc" if zone != self.zone)
        return max(0.02, 1 - healthy * cordoned - self.share * self.knob[f"zone_{self.zone}"])

    def reason(self) -> str:
        """Return the reason verifiers give when they refuse."""
        if self.late_share > 0:
            return "unknown_kid"
        return "not_yet_valid" if self.clock_ahead > LEEWAY else "signature"

    def stale(self) -> float:
        """Return the share of the late locations' verifiers that still have the old key set."""
        return min(1.0, max(0.0, 1 - (self.now - self.fault_at - self.late) / CACHED))

    def _flags(self) -> tuple[float, float]:
        """Return how much of the browsers' and of the phones' tokens is signed under the new key id."""
        k = self.knob
        return (1.0, k["flag_web"]) if self.swapped else (k["flag_web"], k["flag_mobile"])

    def old_key(self) -> bool:
        """Tell whether browsers or phones get tokens of the key before again: by a flag, a pin or a rollback."""
        return self.rolled_back >= 1 or self.knob["pin"] >= 0.5 or min(self._flags()) < 0.5

    def _refuse(self, c: Clients, rolled: float, new_key: float, flag: float, share_bad: float) -> None:
        """Set the share of a class's mints that are refused, at first and again."""
        if self.reason() == "signature":
            c.rejected = c.repeated = new_key * (1 - self.patched()) * share_bad * flag
        elif self.late_share > 0:
            # Who sits behind a late location stays behind it, so a fresh token helps them no more than the last.
            c.repeated = new_key * flag * self.stale()
            c.rejected = c.repeated * (max(0.0, self.late_share * c.size - c.locked()) / max(1.0, c.good))
        else:
            ahead = rolled * (1 - self.knob["clock_sync"])
            c.rejected = ahead * share_bad
            c.repeated = self.sticky * ahead * (1 - self.knob[f"zone_{self.zone}"]) + (1 - self.sticky) * c.rejected

    def stalled(self) -> bool:
        """Tell whether a rollback hangs on the schema."""
        return self.knob["rollback"] >= 0.5 and self.knob["compat"] < 1

    def _rollback(self, k: Mapping[str, float], dt: int) -> float:
        """Return the capacity a rollback leaves; move it on, or let it stall while the schema does not fit."""
        if k["rollback"] < 0.5:
            self._stalled_for = 0.0
            if self.rolled_back:
                self.rolled_back = max(0.0, self.rolled_back - dt / RAMP)
            return 1.0
        if k["compat"] >= 1:
            self._stalled_for = 0.0
            self.rolled_back = min(1.0, self.rolled_back + dt / RAMP)
            return 1.0
        left = 1 - 0.25 * min(1.0, self._stalled_for / MINUTE)
        self._stalled_for += dt
        return left

    def integrate(self, dt: int) -> None:
        """Move sessions, pods and tickets on by `dt` seconds."""
        self._disturbed = True
        h = dt / MINUTE
        k = self.knob
        rolled = min(1.0, max(0.0, (self.now - self.fault_at) / RAMP))
        back = self.rolled_back
        left = self._rollback(k, dt)
        available = spared_cap = served_cap = 1.0
        for until, loss, ours in self._restarts:
            if self.now < until:
                # Requests in flight on a pod that goes down are lost however much room there is.
                served_cap = 0.98
                if ours:
                    left *= 1 - loss
                else:
                    available *= 1 - loss
                    spared_cap = 0.98
        available *= left
        new_key = rolled * (1 - back) * (1 - k["pin"])
        serving = self.serving()
        share_bad = self.share * (1 - k[f"zone_{self.zone}"]) / serving
        flags = self._flags()
        self.new_kid = new_key * flags[0]
        available *= 1 - k["lost_pods"]
        if k["throttle"] and self.now >= self._throttle_until:
            k["throttle"] = 0.0
        patience = self.patience()
        demand = sum(c.demand(self.lifetime, patience) for c in self.classes)
        capacity = k["capacity"] * available * serving
        useful = min(1.0 if demand <= capacity else (capacity / demand) ** 1.35, served_cap)
        # What would have been served with the pods that the responders took out.
        room = capacity / (left * serving)
        spared = min(1.0 if demand <= room else (room / demand) ** 1.35, spared_cap)
        published = k["publish_key"]
        # The standby key's public half helps only against tokens that it signed.
        trusted = published if self.reason() == "signature" else 0.0
        holds = Conditions(h, useful, patience, self.poison, trusted, self.lifetime, share_bad)
        affected = failing = 0.0
        for c, flag in zip(self.classes, flags, strict=True):
            self._refuse(c, rolled, new_key, flag, share_bad)
            turned_away = c.good / self.lifetime * max(0.0, spared - useful)
            held_back = c.rho * (1 - patience) * (c.bad * (1 - c.repeated) + c.refused) * useful
            # Whoever is turned away or held back comes again after a minute; a network stays out while it is blocked.
            self._keep_out(turned_away + held_back + BLOCKED_SHARE * c.good * k["asn_block"], h)
            newly, failed = c.move(holds, new_key * flag)
            affected += newly
            failing += failed
        self.demand, self.useful, self.available, self.capacity = demand, useful, available, capacity
        self.failing = failing
        rate = self._open_tickets(affected * h * 0.012 * (0.5 if k["public_post"] >= 1 else 1.0), h)
        if published > 0:
            self.published_ever = True
        if self.now >= 0:
            harm = self._harm
            harm["locked_user_minutes"] += self.locked() * h
            harm["failed_logins"] += failing * h
            harm["tickets"] += rate * h
            if published > 0:
                harm["security_exposure"] += h

    def _open_tickets(self, users: float, h: float) -> float:
        """Take in `users` who will write a ticket (gamma delay: three stages, 14 minutes); return tickets a minute."""
        stages = self._lag
        stages[0] += users
        rate = stages[2] * 3 / 14
        to_last, to_second = stages[1] * 3 / 14, stages[0] * 3 / 14
        stages[2] += (to_last - rate) * h
        stages[1] += (to_second - to_last) * h
        stages[0] -= to_second * h
        self.tickets_total += rate * h
        self.tickets_rate = rate
        return rate
