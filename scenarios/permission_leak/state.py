"""The world of scenario C: previews of documents that are shown to people they were not shared with.

Flows are reads a minute. Five points of presence follow every release alike; the sixth is pinned, so the state is
kept for groups of places (`pops`). By which way strangers get in is a variation knob (`pops.WAYS`). What can be
seen is in `readings`; equations and calibration are described in the facilitator notes beside this file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from scenarios.permission_leak.pops import MEMORY, SHARES, STORE, WAYS, Pops, groups
from simulator.scenario.mechanics import Mechanics

MINUTE = 60.0
ORGANIC = 0.015
"""Reads across tenants a minute, worldwide, that come about by themselves."""
SCAN_STARTS = 25.0
"""Minute in which somebody begins to enumerate links, if nothing gets out before."""
SCAN_RAMP = 15.0
"""Minutes until they are at full speed."""
SPREADS = 10.0
"""Minutes from details being public to the scan."""
INVITED = 2.0
"""Hits a minute of the reporter, once they have been asked to go on."""
RESEARCHER = 3
"""Reads of the person who reported it."""
TENANTS, KNOWN_TENANTS = 212, 11
"""Tenants that have such links at all, and those read before T+0."""
DEPLOY_HOURS = 26.0
"""Hours of access log since the deploy that an investigation would want."""
ROTATIONS = ((20 * 60, 1 / 3), (80 * 60, 1.0))
"""Drill second of each log rotation within the drill, and the hours since the deploy it drops."""
TRACE_SHARE = 45.0
"""Percent of the evidence that the decision trace is worth."""
ROUTE_SHARE = 0.06
"""Share of product traffic on the preview route."""

GIVE_UP = 15.0
"""Minutes after which whoever is turned away does not try again."""

REPEATS = ("purge", "purge_paths", "epoch", "flush", "redeploy", "restart", "revoke_links")
"""Knobs whose every turn is another go."""


class PermissionLeakState(Mechanics):
    """Larkfield's guest previews after worker v57."""

    HARM = ("unauthorised_reads", "tenants_over", "evidence_lost_pct", "previews_denied", "residual_minutes")
    """Reads, tenants, percent of the evidence, percent-minutes, minutes."""
    KNOBS = dict.fromkeys(
        (
            "rollback", "unpin", "patch", "restart", "redeploy", "flush", "block", "ui_flag", "drain_fra",
            "purge", "purge_paths", "resolver_off", "epoch", "epoch_sync", "revoke_links", "hold", "log_hold", "probe",
            "room", "post_removed", "details_public", "details_told", "aware", "acknowledge", "invited", "status_page",
            "waf_rule", "exp_409", "role_cache", "render_scale", "sign_out",
        ),
        0.0,
    )  # fmt: skip
    PARAMETERS = {
        "organic": ORGANIC, "scan_minute": SCAN_STARTS, "scan_ramp": SCAN_RAMP, "way": 0.0, "pinned_place": 5.0,
        "untagged_place": -1.0, "ring": 0.0, "replication_stuck": 1.0,
    }  # fmt: skip

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        super().__init__(parameters)
        given, places = self.parameters, list(SHARES)
        self.organic = given["organic"]
        self.scan_starts = given["scan_minute"]
        self.scan_ramp = given["scan_ramp"]
        self.way = WAYS[int(given["way"])]
        self.pinned_place = places[int(given["pinned_place"])]
        untagged = int(given["untagged_place"])
        self.ring = given["ring"]
        """Reads after which a trace that is kept as a ring has been written over; 0: it is not."""
        self.stuck = given["replication_stuck"] > 0
        self.main, self.pinned, apart = groups(self.way, self.pinned_place, places[untagged] if untagged >= 0 else None)
        self.pops = (self.main, self.pinned, *apart)
        self.at = {place: one for place in places for one in self.pops if place in one.places}
        self._due: list[tuple[int, int, str, float]] = []
        self._turns = 0
        self.scanning = self.intensity = 0.0
        """Hits of the scan, and hits in all, a minute if every worker leaked."""
        self.reads = 0.0
        """Reads across tenants since the deploy, the researcher's left out."""
        self.hours_lost = 0.0
        self.trace_lost = 0.0
        """Share of traffic whose decision trace is gone."""
        self.destroyed_calm = False
        """Responders destroyed evidence while nobody exploited the leak."""
        self.public_at: float | None = None
        self.epoch = 117
        self.merged = False
        self.purged_at = -(10**9)
        self.closed_for = 0.0
        """Minutes for which the route has been closed now."""
        self._rotations = list(ROTATIONS)
        self.token_reads = 0.0
        """Reads since T+0 with tokens handed out wrongly."""

    def start(self, at: int, fault_at: int) -> None:
        """Stand at `at` as the deploy at `fault_at` has left it: the organic leak in closed form."""
        super().start(at, fault_at)
        since = max(0.0, (at - fault_at) / MINUTE)
        if since > 0:
            self.reads = self.organic * since
            for one in self.pops:
                one.leak(self.organic, since)
        self.intensity = self.organic

    def stepped(self, dt: int) -> None:
        """Have what was turned take effect where its time has come."""
        if self._due and self._due[0][0] <= self.now:
            self._come_due()

    def turn(self, knob: str, value: float, over: int) -> None:
        """Have `knob` stand at `value` in `over` seconds. Raises KeyError if there is no such knob.

        Nothing here moves gradually: a release, a purge or a block is in force once it has propagated.
        """
        if knob not in self.knob:
            raise KeyError(knob)
        self._turns += 1
        self._due.append((self.now + over, self._turns, knob, value))
        self._due.sort()
        if over <= 0:
            self._come_due()

    def _come_due(self) -> None:
        while self._due and self._due[0][0] <= self.now:
            _, _, knob, value = self._due.pop(0)
            if knob in REPEATS and value > 0:
                self.knob[knob] += 1
                self._again(knob)
            else:
                self.knob[knob] = value
                self._set(knob, value)
        self._switch()

    def _set(self, knob: str, value: float) -> None:
        if knob in ("details_public", "details_told") and value > 0 and self.public_at is None:
            self.public_at = self.now / MINUTE
        elif knob == "epoch_sync" and value > 0:
            self.stuck = False
            self.pinned.revoke(self.epoch)
        elif value > 0 and (knob, self.way) in (("patch", STORE), ("resolver_off", MEMORY)):
            self._lose_trace(*self.pops)

    def _again(self, knob: str) -> None:
        if knob in ("purge", "purge_paths"):
            self._purge([one for one in self.pops if one.tagged or knob == "purge_paths"])
        elif knob == "epoch":
            self.epoch += 1
            for one in self.pops:
                if one is not self.pinned or not self.stuck:
                    one.revoke(self.epoch)
        elif knob == "revoke_links":
            for one in self.pops:
                one.bad = 0.0
        elif knob in ("redeploy", "restart", "flush"):
            self._replace(knob)

    def _purge(self, reached: list[Pops]) -> None:
        self.purged_at = self.now
        if self.way.copies_only:
            self._lose_trace(*reached)
        for one in reached:
            one.purge(self.now)

    def _replace(self, knob: str) -> None:
        if knob == "redeploy":
            # The train releases what it has, whatever ran before: a rollback is undone.
            self.merged = True
            self.knob["rollback"] = 0.0
        if self.way == STORE:
            self._lose_trace(*self.pops, by_us=knob != "redeploy")
        if knob == "flush" or self.way != STORE:
            for one in self.pops:
                one.flushed_until = self.now + 600

    def _switch(self) -> None:
        """Let the workers run what release, pin and patch say they run."""
        wanted = 58 if self.knob["patch"] > 0 else 56 if self.knob["rollback"] > 0 else 57
        for one in self.pops:
            follows = wanted if not one.pinned or wanted == 58 or self.knob["unpin"] > 0 else 57
            # A place out of service has its traffic served by the others, whatever its own worker runs.
            drained = one.places == ("fra",) and self.knob["drain_fra"] > 0
            if follows != one.version:
                one.version = follows
                if self.way == STORE:
                    self._lose_trace(one)
            passes = self.knob["block"] <= 0
            public = (wanted if drained else one.version) == 57
            faulty = public if self.way.by_version else self.knob["resolver_off"] <= 0
            one.faulty = faulty
            one.stand(faulty and passes, public and passes, self.now)

    def _lose_trace(self, *groups: Pops, by_us: bool = True) -> None:
        """Whatever holds a trace takes it along when it is replaced or emptied; `by_us`: the responders did that."""
        for one in groups:
            if self.knob["hold"] > 0 or one.trace_lost:
                continue
            one.trace_lost = True
            self.trace_lost = min(1.0, self.trace_lost + one.weight)
            if by_us and self.scanning <= 0:
                self.destroyed_calm = True

    def scan(self, minute: float) -> float:
        """Return the hits a minute of somebody who enumerates links, all workers leaking."""
        begins = self.scan_starts
        if self.public_at is not None:
            begins = min(begins, self.public_at + SPREADS)
        return 0.0 if minute < begins else 0.3 * min(40.0, 6 + (minute - begins) * 34 / self.scan_ramp)

    def integrate(self, dt: int) -> None:
        """Have `dt` seconds' reads happen, and what they leave behind."""
        now, harm, h = self.now, self._harm, dt / MINUTE
        self.scanning = self.scan(now / MINUTE) if now >= 0 else 0.0
        self.intensity = self.organic + self.scanning + (INVITED if self.knob["invited"] > 0 else 0.0)
        blocked = self.knob["block"] > 0
        read = again = 0.0
        for one in self.pops:
            direct, repeated = one.move(now, h, self.intensity, blocked)
            read += direct
            again += repeated
        self.reads += read
        if now >= 0:
            harm["unauthorised_reads"] += read + (again if self.way.reuse_counts else 0.0)
            self.token_reads += again
            if self.ring and self.scanning and self.knob["hold"] <= 0:
                # What is being used writes over what was used before.
                self.trace_lost = min(1.0, self.trace_lost + read / self.ring)
            harm["residual_minutes"] += self.left_behind() * h
            self.closed_for = self.closed_for + h if blocked else 0.0
            if blocked:
                # At first people come back a little later and find it open again.
                harm["previews_denied"] += 100 * ROUTE_SHARE * min(1.0, self.closed_for / GIVE_UP) * h
            elif now - self.purged_at < 360:
                # An emptied cache renders everything anew; some previews time out meanwhile.
                harm["previews_denied"] += 5 * ROUTE_SHARE * h
            while self._rotations and self._rotations[0][0] <= now:
                _, hours = self._rotations.pop(0)
                if self.knob["hold"] <= 0 and self.knob["log_hold"] <= 0:
                    self.hours_lost += hours
                    harm["evidence_lost_pct"] += 100 * hours / DEPLOY_HOURS
            new = self.new_tenants()
            over = new + (TENANTS - KNOWN_TENANTS - new) * self.trace_lost
            harm["tenants_over"] = max(harm["tenants_over"], over)
            lost = 100 * self.hours_lost / DEPLOY_HOURS + TRACE_SHARE * self.trace_lost
            harm["evidence_lost_pct"] = max(harm["evidence_lost_pct"], lost)

    def new_tenants(self) -> float:
        """Return the tenants read since T+0 that had not been read before."""
        more = TENANTS - KNOWN_TENANTS
        return more * (1 - math.exp(-self._harm["unauthorised_reads"] / more))

    def tenants_to_tell(self) -> float:
        """Return the tenants to be told: those read where the trace shows them, else every one that might have been."""
        new = KNOWN_TENANTS + self.new_tenants()
        return new + (TENANTS - new) * self.trace_lost

    def left_behind(self) -> float:
        """Return the share of what the leak handed out, previews and tokens alike, that can still be used."""
        left = sum(one.weight * (one.readable(self.now) + one.accepted()) for one in self.pops)
        return left / (self.way.copies + self.way.tokens)

    def open_share(self) -> float:
        """Return the share of preview traffic that passes a leaking worker."""
        return sum(one.weight for one in self.pops if one.open)
