"""The world of scenario C as the engine asks for it: `state` moves it, `readings` says what can be seen of it."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.permission_leak import readings
from scenarios.permission_leak.pops import REGIONS, STORE
from scenarios.permission_leak.state import RESEARCHER, PermissionLeakState


class PermissionLeakWorld(PermissionLeakState):
    """What there is to see of it, the facts behind it and the harm it does."""

    def before(self, at: int) -> Mapping[str, float]:
        """Return what could be observed at a second before the drill's own history: calm, or the organic leak."""
        other = PermissionLeakWorld(self.parameters)
        other.start(at, self.fault_at)
        return readings.observe(other)

    observe = readings.observe
    context = readings.context
    figures = readings.figures

    def facts(self) -> Mapping[str, bool | int | float | str]:
        """Return the facts that conditions, severity and scoring read."""
        k = self.knob
        outside = self.outside()
        leaking = self.open_share() > 0
        held, scanning = k["hold"] > 0, self.scanning > 0
        fault = self.now >= self.fault_at
        left = leaking or outside["previews"] > 0.01 or outside["tokens"] > 0.01
        # Behind a closed route it is held, not mended.
        unsafe = fault and (left or any(one.faulty for one in self.pops))
        blocked, busy = k["block"] > 0, self.now - self.purged_at < 360
        return {
            "fault": fault,
            "leaking": leaking,
            "leaking_most": self.main.open,
            "leaking_pinned": self.pinned.open,
            "pinned": k["unpin"] <= 0,
            "rolled_back": k["rollback"] > 0,
            "patched": k["patch"] > 0,
            "blocked": blocked,
            "merged": self.merged,
            "evidence_held": held,
            "logs_held": held or k["log_hold"] > 0,
            "trace_lost": self.trace_lost > 0,
            "evidence_destroyed": self.destroyed_calm,
            # Ready: going back costs no evidence, or the leak is being exploited and waiting costs more.
            "fallback": "ready" if self.way != STORE or held or scanning or self.main.trace_lost else "blocked",
            "scan_active": scanning,
            "details_public": self.public_at is not None,
            "details_told": k["details_told"] > 0,
            "copies_kept": sum(one.weight * one.stock(self.now) for one in self.pops) > 0.01,
            "previews_cached": outside["previews"] > 0.01,
            "purged": k["purge"] + k["purge_paths"] > 0,
            "resolver_on": k["resolver_off"] <= 0,
            "tokens_valid": outside["tokens"] > 0.01,
            "epoch_bumped": self.epoch > 117,
            "epoch_lagging": self.pinned.epoch < self.epoch,
            "probe_created": k["probe"] > 0,
            "reporter_acknowledged": k["acknowledge"] > 0,
            "aware_noted": k["aware"] > 0,
            "room_open": k["room"] > 0,
            "post_removed": k["post_removed"] > 0,
            "contained": not left,
            "auth_at_risk": unsafe,
            "data_at_risk": unsafe,
            "production_affected": unsafe or blocked,
            "data_lost_or_security": fault,
            "correctness": unsafe,
            "users_blocked": blocked,
            "widespread": self.open_share() > 0.5,
            "regression": unsafe or blocked or busy,
            # Guests who sign in as editors use another route.
            "workaround": blocked,
            "billing_at_risk": False,
            "open_traffic_pct": round(100 * self.open_share(), 1),
            "reads_total": round(self.reads + RESEARCHER),
        }

    def outside(self) -> Mapping[str, float]:
        """Return by segment the share still affected.

        Regions: share of their preview traffic that passes a leaking worker. `previews`, `tokens`: share of what
        the leak left behind that can still be used.
        """
        return {
            **{region: readings.by_region(self, region, lambda one: float(one.open)) for region in REGIONS},
            **readings.exposed(self),
        }


WORLD = PermissionLeakWorld
"""What the loader makes for this scenario, from its `parameters`."""
