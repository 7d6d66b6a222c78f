"""What can be seen of scenario A's world: observable quantities and the data templates print.

Exact values; the measurement layer adds scrape, lag and noise.
"""

from __future__ import annotations

from typing import Any

from scenarios.auth_token.clients import ALL_SESSIONS, RELOGS, REVOKED_A_MINUTE, Clients
from scenarios.auth_token.state import MINUTE, AuthTokenState

EXPIRED = 0.0063
"""Ordinary expiries a minute per good session (0.6 % of 1.05 requests)."""
PATHS = (
    ("/api/v2/docs", 0.31), ("/api/v2/me", 0.24), ("/api/v2/sync", 0.17),
    ("/api/v2/search", 0.12), ("/api/v2/comments", 0.09), ("/partner/v1/export", 0.07),
)  # fmt: skip
"""Share of the rejected requests by path."""
DB_SLOW, NODE_OFF, BOTS, IDP_SLOW = -2400, -450, -390, 360
"""Drill second at which each innocent anomaly begins."""


def rejects(world: AuthTokenState, c: Clients) -> float:
    """Return the requests a minute of one class that verifiers refuse."""
    return c.rho * world.patience() * (c.bad + c.poisoned)


def ratio(world: AuthTokenState, *classes: Clients) -> float:
    """Return the 401 ratio of these classes at the gateway; 0.6 % are ordinary expiries."""
    accepted = 1.05 * sum(c.good for c in classes)
    rejected = sum(rejects(world, c) for c in classes)
    total = accepted + rejected
    return (rejected + 0.006 * accepted) / total if total else 0.0


def by_reason(world: AuthTokenState) -> dict[str, float]:
    """Return the refusals a second by the reason that verifiers give."""
    # Overloaded clients hit the refetch cool-down of the verifiers now and then; never more than a trickle.
    found = {"signature": 0.0, "unknown_kid": min(2.0, 100 * (1 - world.useful)), "not_yet_valid": 0.0}
    found[world.reason()] += sum(rejects(world, c) for c in world.classes) / MINUTE
    return found


def mint_p95(world: AuthTokenState) -> float:
    """Return the 95th percentile of mint latency in seconds: queueing, then time-outs."""
    load = world.demand / world.capacity
    queue = min(load, 0.9875) / (1 - min(load, 0.9875))
    return min(5.0, 0.0405 + 0.0115 * queue + 2.0 * max(0.0, load - 1))


def replicas(world: AuthTokenState) -> int:
    """Return how many of the 24 pods take traffic."""
    return round(24 * world.available * world.serving())


def _refresh(world: AuthTokenState, c: Clients) -> float:
    return (c.good / world.lifetime + c.rho * world.patience() * (c.bad + c.refused + c.poisoned)) / MINUTE


def _bots(world: AuthTokenState) -> float:
    return 0.0 if world.now < BOTS else 0.08 * (1 - world.knob["asn_block"])


def _session_db(world: AuthTokenState) -> float:
    return 0.012 if world.now < DB_SLOW or world.knob["sessiondb_failover"] >= 1 else 0.045


def _idp(world: AuthTokenState) -> float:
    return 0.35 if world.now < IDP_SLOW or world.knob["idp_failover"] >= 1 else 1.1


def observe(world: AuthTokenState) -> dict[str, float]:
    """Return every observable: ratios 0-1, rates a second (tickets and mint demand a minute), seconds, counts."""
    web, mobile, knob = world.web, world.mobile, world.knob
    rejects_web, rejects_mobile = rejects(world, web) / MINUTE, rejects(world, mobile) / MINUTE
    refused = rejects_web + rejects_mobile
    reasons = by_reason(world)
    throttled = 0.6 * knob["throttle"] * sum(c.rho * (c.bad + c.refused + c.poisoned) for c in world.classes)
    load = world.demand / world.capacity
    return {
        "ratio_401": ratio(world, *world.classes),
        "ratio_401_web": ratio(world, web),
        "ratio_401_mobile": ratio(world, mobile),
        "ratio_403": 0.0025 + 1e-8 * world.locked(),
        "ratio_503": 1 - world.useful,
        "ratio_429": throttled / (world.demand + throttled),
        "fail_expired": EXPIRED * (web.good + mobile.good) / MINUTE,
        "fail_refused": refused,
        "fail_refused_mobile": rejects_mobile,
        "fail_signature": reasons["signature"],
        "fail_unknown_kid": reasons["unknown_kid"],
        "fail_not_yet_valid": reasons["not_yet_valid"],
        "minted": world.demand * world.useful / MINUTE,
        "mint_new_kid": world.new_kid,
        "mint_new_kid_bad_zone": world.new_kid * (1 - knob[f"zone_{world.zone}"]) / world.serving(),
        "mint_old_kid": 1 - world.new_kid,
        "mint_p95": mint_p95(world),
        "cpu": min(0.97, 0.12 + 0.8 * load),
        "refresh_web": _refresh(world, web),
        "refresh_mobile": _refresh(world, mobile),
        "invalid_grant": world.patience() * (web.rho * web.poisoned + mobile.rho * mobile.poisoned) / MINUTE,
        "poisoned": world.poisoned(),
        "failed_logins": world.failing,
        "login_forced": (web.forced + mobile.forced) / RELOGS,
        "jwks_age": float(_jwks_age(world)),
        "tickets": 2.0 + world.tickets_rate,
        "flag_web": 1.0 if knob["flag_web"] >= 0.5 else 0.0,
        "flag_mobile": 1.0 if knob["flag_mobile"] >= 0.5 else 0.0,
        "replicas": float(replicas(world)),
        "crashloop": 6.0 if world.stalled() else 0.0,
        "session_db_p95": _session_db(world),
        "node_offset": _node_offset(world),
        "invalid_password": 3.1 * (1 + _bots(world)),
        "bot_lines": 500 * _bots(world),
        "idp_p95": _idp(world),
        "traffic": 1.05 * (web.good + mobile.good) / MINUTE + refused,
    }


def _by_class(web: float, mobile: float) -> dict[str, int]:
    return {"web": round(web), "mobile": round(mobile), "total": round(web + mobile)}


def _zone_rows(world: AuthTokenState, c: Clients) -> list[dict[str, Any]]:
    rows = []
    everywhere = world.reason() == "unknown_kid"
    for zone, tilt in (("a", 1.004), ("b", 1.0), ("c", 0.997)):
        faulty = zone == world.zone
        minted = round(c.minted_bad if faulty else c.minted * tilt)
        failed = round(0.9987 * min(minted, c.failed)) if faulty else round(0.002 * minted)
        if everywhere:
            failed = min(minted, round(tilt * c.failed / 3))
        share = failed / minted if minted else 0.0
        rows.append({"zone": f"eu-1{zone}", "client": c.name, "minted": minted, "failed": failed, "share": share})
    return rows


def _nodes(world: AuthTokenState) -> list[dict[str, Any]]:
    """Return what the clocks of some nodes say, in seconds ahead of true time."""
    ahead = world.clock_ahead * (1 - world.knob["clock_sync"]) if world.now >= world.fault_at else 0.0
    b7 = -_node_offset(world)
    offsets = (("a2", 0.001), ("a5", -0.002), ("b3", 0.002), ("b7", b7), ("c1", 0.001), ("c4", -0.001), ("c9", 0.002))
    return [
        {"node": f"node-{name}", "zone": f"eu-1{name[0]}", "offset": off + (ahead if name[0] == world.zone else 0.0)}
        for name, off in offsets
    ]


def _jwks_age(world: AuthTokenState) -> int:
    """Return the age in seconds of the key set in the gateways' cache: a saw-tooth, begun anew by a purge."""
    return (world.now + 7340 if world.purged_at is None else world.now - world.purged_at) % 600


def _node_offset(world: AuthTokenState) -> float:
    return 0.002 if world.now < NODE_OFF or world.knob["clock_sync"] >= 1 else 0.8


def figures(world: AuthTokenState) -> dict[str, float]:
    """Return the true value of every figure people may state."""
    rejected = [rejects(world, c) for c in world.classes]
    harm = world.harm()
    return {
        "locked_users": round(world.locked(), 1),
        "reject_ratio_pct": round(100 * ratio(world, *world.classes), 3),
        "poisoned_sessions": round(world.poisoned(), 1),
        "rejects_mobile_share_pct": round(100 * rejected[1] / sum(rejected), 2) if sum(rejected) > 1 else 0.0,
        "tickets_total": round(world.tickets_total, 2),
        "locked_user_minutes": round(harm["locked_user_minutes"], 1),
        "failed_logins": round(harm["failed_logins"], 1),
        "tickets": round(harm["tickets"], 2),
    }


def context(world: AuthTokenState) -> dict[str, Any]:
    """Return what templates print: tables, counts and states as plain data."""
    web, mobile, knob = world.web, world.mobile, world.knob
    rejected = _by_class(rejects(world, web), rejects(world, mobile))
    published = knob["publish_key"]
    return {
        "zones": [row for c in world.classes for row in _zone_rows(world, c)],
        "by_reason": by_reason(world),
        "stale": world.stale() if world.late_share > 0 else 0.0,
        "released": world.fault_at + round(world.late),
        "bad_zone": f"eu-1{world.zone}",
        "ahead": round(world.clock_ahead * (1 - knob["clock_sync"])),
        "paths": [{"path": path, "rejects": round(share * rejected["total"])} for path, share in PATHS],
        "rejects": rejected,
        "mobile_share": rejected["mobile"] / rejected["total"] if rejected["total"] else 0.0,
        "ratio": {"all": ratio(world, *world.classes), "web": ratio(world, web), "mobile": ratio(world, mobile)},
        "expired": round(EXPIRED * (web.good + mobile.good)),
        "locked": _by_class(web.locked(), mobile.locked()),
        "poisoned": _by_class(web.poisoned, mobile.poisoned),
        "revoke_seconds": round(world.poisoned() / REVOKED_A_MINUTE * MINUTE),
        "sessions": round(ALL_SESSIONS) + 1077,
        "stampede": round(ALL_SESSIONS / RELOGS),
        "demand": round(world.demand),
        "capacity": round(world.capacity),
        "load": world.demand / world.capacity,
        "useful": world.useful,
        "mint_p95": mint_p95(world),
        "replicas": replicas(world),
        "probe": {c.name: round(60 * c.rejected * (1 - published)) for c in world.classes},
        "flag": {c.name: "ON" if knob[f"flag_{c.name}"] >= 0.5 else "OFF" for c in world.classes},
        "cordoned": [zone for zone in ("a", "b", "c") if knob[f"zone_{zone}"] > 0],
        "patched": world.patched(),
        "rolled_back": world.rolled_back,
        "rolling_back": knob["rollback"] >= 0.5,
        "stalled": world.stalled(),
        "compatible": knob["compat"] >= 1,
        "published": published > 0,
        "throttled": knob["throttle"] > 0,
        "merged": world.merged,
        "tickets": {
            "all": round(world.tickets_total + 2 * max(0.0, world.now + 900) / MINUTE),
            "incident": round(world.tickets_total), "mobile": round(0.62 * world.tickets_total),
            "rate": 2 + world.tickets_rate,
        },
        "failed_logins": round(world.failing),
        "bots": {"blocked": knob["asn_block"] >= 1, "rate": 3.1 * (1 + _bots(world)) * MINUTE},
        "jwks_age": _jwks_age(world),
        "edge_reverted": knob["edge_revert"] >= 1,
        "session_db_p95": _session_db(world),
        "idp_p95": _idp(world),
        "node_offset": _node_offset(world),
        "nodes": _nodes(world),
        "figures": figures(world),
    }  # fmt: skip
