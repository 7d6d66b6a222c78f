"""What can be seen of scenario C's world: observable quantities and the data templates print.

Exact values; the measurement layer adds scrape, lag and noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from scenarios.permission_leak.pops import REGIONS, SHARES, STORE, Pops
from scenarios.permission_leak.state import RESEARCHER, PermissionLeakState

PREVIEWS = 61_204
"""Preview objects the shared cache holds while every worker lets them through."""
TOKENS = 38_400
"""Valid viewer tokens that were issued on a cached decision."""
ROUTE = 1900.0
"""Requests a minute on the preview route."""
ORIGIN = 974.0
"""Authorisation decisions a minute for previews before the release."""
HIT_RATIO = 0.61
RESOLVED = 0.34
"""Share of links that share-svc resolves from memory."""
CRAWLER, CRAWLER_ENDS = 420, 2700
"""Seconds at which the search crawler comes and goes."""


TRAFFIC = {region: sum(SHARES[place] for place in places) for region, places in REGIONS.items()}
"""Share of the traffic that a region's places have."""


def by_region(world: PermissionLeakState, region: str, value: Callable[[Pops], float]) -> float:
    """Return the mean of a group's value over the places of a region, weighted by their traffic."""
    return sum([SHARES[place] * value(world.at[place]) for place in REGIONS[region]]) / TRAFFIC[region]


def previews(world: PermissionLeakState) -> int:
    """Return the preview objects in the shared cache."""
    return round(PREVIEWS * sum(one.weight * one.stock(world.now) for one in world.pops))


def tokens(world: PermissionLeakState) -> int:
    """Return the valid viewer tokens that were issued on a cached decision."""
    return round(TOKENS * sum(one.weight * one.tokens for one in world.pops))


def exposed(world: PermissionLeakState) -> dict[str, float]:
    """Return the shares of copies and of tokens by which strangers still get in."""
    return {
        "previews": sum(one.weight * one.readable(world.now) for one in world.pops),
        "tokens": sum(one.weight * one.accepted() for one in world.pops),
    }


def hit_ratio(world: PermissionLeakState, one: Pops) -> float:
    """Return the share of decisions that a group takes from the worker's own cache."""
    if not one.fills:
        return 0.0
    return HIT_RATIO * (0.4 if one.emptied(world.now) else 1.0)


def serves(world: PermissionLeakState, place: str) -> float:
    """Return the share of traffic that a place serves now; what is drained from fra goes to lhr."""
    if world.knob["drain_fra"] <= 0:
        return SHARES[place]
    return {"fra": 0.0, "lhr": SHARES["lhr"] + SHARES["fra"]}.get(place, SHARES[place])


def gets(world: PermissionLeakState, one: Pops) -> str:
    """Return what a stranger gets who comes to a place after a member.

    `worker`, `copy` or `origin` (who lets them in), `closed` or `denied`.
    """
    if world.knob["block"] > 0:
        return "closed"
    if one.way.copies_only and (one.open or one.stock(world.now) > 0.01):
        return "copy"
    if _leaks(one, world.now):
        return "worker" if one.way.by_version else "origin"
    return "copy" if one.readable(world.now) > 0.01 else "denied"


def _leaks(one: Pops, now: int) -> float:
    return 1.0 if one.open and not one.quiet(now) else 0.0


def _stored(one: Pops, now: int) -> bool:
    """Tell whether a worker's store holds what it has collected since the release."""
    # Where the store holds the trace, it is gone for good; elsewhere it only takes a while to fill again.
    return one.version == 57 and not (one.trace_lost if one.way == STORE else one.emptied(now))


def _kept_answers(world: PermissionLeakState) -> float:
    """Return the share of links that share-svc resolves from memory: an old habit, or what the fault began."""
    if world.knob["resolver_off"] > 0:
        return 0.0
    if world.way.by_version:
        return RESOLVED
    return RESOLVED if world.now >= world.fault_at else 0.0


def _crawler(world: PermissionLeakState) -> float:
    return 140.0 if CRAWLER <= world.now < CRAWLER_ENDS and world.knob["waf_rule"] <= 0 else 0.0


def _render_load(world: PermissionLeakState) -> float:
    busy = 0.35 if 0 <= world.now - world.purged_at < 360 else 0.0
    slow = 0.12 if world.now >= -1200 else 0.0
    return (0.46 + slow) * (1 + busy) / (1 + 0.5 * world.knob["render_scale"])


def _log_age(world: PermissionLeakState) -> float:
    """Return the hours of access log that are kept, from 26 h 40 min at T+0, cut back to 26 at each rotation."""
    if world.knob["hold"] > 0 or world.knob["log_hold"] > 0:
        return 26.67 + max(0.0, world.now / 3600)
    return 26 + (world.now / 3600 + 2 / 3) % 1


def observe(world: PermissionLeakState) -> dict[str, float]:
    """Return every observable: rates a minute, ratios 0-1, seconds, hours, counts."""
    main, now = world.main, world.now
    hit = sum(one.weight * hit_ratio(world, one) for one in world.pops)
    kept = _kept_answers(world)
    passes = 0.0 if world.knob["block"] > 0 else 1.0
    load = _render_load(world)
    crawler = _crawler(world)
    probed = passes if world.knob["probe"] > 0 else math.nan
    return {
        "route_requests": ROUTE + crawler + world.scanning,
        "ratio_4xx": 0.011 + 0.00002 * crawler + (0.052 if not passes else 0.0),
        "ratio_5xx": 0.0004 + (0.0012 if load > 0.75 else 0.0),
        "preview_p95": (0.118 if hit > 0.3 else 0.19) * (1 + max(0.0, load - 0.6) + 0.04 * world.knob["exp_409"]),
        "authz_hit": hit,
        **{f"authz_hit_{region}": by_region(world, region, lambda one: hit_ratio(world, one)) for region in REGIONS},
        "authz_origin": ORIGIN * (1 - hit) * passes,
        "authz_origin_all": 5200 + ORIGIN * (1 - hit) * passes,
        "authz_p95": 0.031,
        "org_views": 1130.0 * passes,
        "public_views": 640.0 * passes,
        "resolved_kept": kept * passes,
        "resolver_asks": (1770.0 - 600 * kept) * passes,
        "version_min": float(min(one.version for one in world.pops)),
        "version_max": float(max(one.version for one in world.pops)),
        "previews_public": float(previews(world)),
        "preview_age": min(3600.0, 60 * (1 - math.exp(-4 * main.stock(now))) * 60) if previews(world) > 20 else 0.0,
        "cdn_hit": 0.72 if now - world.purged_at > 900 else 0.72 * max(0.1, (now - world.purged_at) / 900),
        "tokens_cached": float(tokens(world)),
        "tokens_issued": 310.0 * passes,
        "epoch_lag": float(world.epoch - min(one.epoch for one in world.pops)),
        "log_hours": _log_age(world),
        "trace_mb": 13_200.0 * sum(one.weight for one in world.pops if _stored(one, now)),
        "render_load": load,
        "waf_blocked": 18 + crawler,
        "sessions_new": 2_410.0 + (60.0 if world.knob["sign_out"] > 0 else 0.0),
        "login_failed": 11.0,
        "role_cache_age": float((now + (7100 if world.knob["role_cache"] > 0 else 7000)) % 300),
        "share_errors": 0.4,
        "distinct_links": 212.0 + 40 * world.scanning * (1 if any(one.open for one in world.pops) else 0.2),
        **{f"probe_{region}": probed * by_region(world, region, lambda one: _leaks(one, now)) for region in REGIONS},
        "cached_lines": 4.0 * hit / HIT_RATIO,
        "origin_lines": 3.0 * passes,
        "cross_lines": min(6.0, 0.05 * (world.intensity / 0.015) ** 0.5 * (1.0 if world.open_share() > 0 else 0.0)),
        "scan_lines": min(6.0, world.scanning) * passes,
        "crawler_lines": crawler / 40,
        "render_lines": 2.0 + (4.0 if load > 0.75 else 0.0),
    }


def _where(world: PermissionLeakState) -> str:
    """Return in which places there is still a trace, in words."""
    there = [place for one in world.pops if not one.trace_lost for place in one.places]
    if len(there) == len(SHARES):
        return "all places"
    gone = [place for place in SHARES if place not in there]
    few, word = (there, "only") if len(there) <= len(gone) else (gone, "missing")
    return f"{', '.join(few)} {word}" if few else "no place"


def figures(world: PermissionLeakState) -> dict[str, float]:
    """Return the true value of every figure people may state."""
    harm = {name: round(value, 3) for name, value in world.harm().items()}
    return harm | {
        "reads_total": round(world.reads + RESEARCHER, 2),
        "tenants_to_tell": round(world.tenants_to_tell(), 1),
        "open_traffic_pct": round(100 * world.open_share(), 2),
        "previews_public": float(previews(world)),
        "tokens_valid": float(tokens(world)),
        "hours_lost": round(world.hours_lost, 2),
        "token_reads": round(world.token_reads, 3),
    }


def context(world: PermissionLeakState) -> dict[str, Any]:
    """Return what templates print: tables, counts and states as plain data."""
    main, pinned, k, now = world.main, world.pinned, world.knob, world.now
    passes = k["block"] <= 0
    hit = sum(one.weight * hit_ratio(world, one) for one in world.pops)
    return {
        "pops": [
            {
                "name": pop, "share": SHARES[pop], "serves": serves(world, pop), "version": one.version,
                "hit": hit_ratio(world, one), "epoch": one.epoch,
                "leaks": bool(_leaks(one, now)) and passes, "gets": gets(world, one),
                "tokens": one.accepted(), "objects": round(PREVIEWS * SHARES[pop] * one.stock(now)),
                "exposed": round(PREVIEWS * SHARES[pop] * one.readable(now)), "tagged": one.tagged,
                "trace": not one.trace_lost,
                "age": round(3480 * one.stock(now)) if one.stock(now) > 0.001 else 0, "pinned": one.pinned,
            }
            for pop, one in world.at.items()
        ],
        "source": world.way.source,
        "reads": round(world.reads + RESEARCHER),
        "tenants": round(world.tenants_to_tell()),
        "tenants_exact": round(11 + world.new_tenants()),
        "scope": {"exact": world.trace_lost <= 0, "links": round(26 + 3114 * world.trace_lost)},
        "previews": previews(world),
        "tagged": round(PREVIEWS * sum(one.weight * one.stock(now) for one in world.pops if one.tagged)),
        "tokens": tokens(world),
        "exposed": exposed(world),
        "epoch": world.epoch,
        "epoch_lagging": pinned.epoch,
        "stuck": world.stuck,
        "hit": hit,
        "origin": round(ORIGIN * (1 - hit) * passes),
        "kept_answers": _kept_answers(world),
        "resolver_on": k["resolver_off"] <= 0,
        "route": round(ROUTE + _crawler(world) + world.scanning) if passes else 0,
        "versions": {"main": main.version, "pinned": pinned.version},
        "open_pct": 100 * world.open_share(),
        "place": world.pinned_place,
        "pinned": k["unpin"] <= 0,
        "patched": k["patch"] > 0,
        "blocked": not passes,
        "merged": world.merged,
        "held": k["hold"] > 0,
        "log_hold": k["log_hold"] > 0,
        "trace": {"main": not main.trace_lost, "pinned": not pinned.trace_lost, "where": _where(world)},
        "trace_lost": world.trace_lost,
        "withdrawn": k["revoke_links"] > 0,
        "log_hours": _log_age(world),
        "hours_lost": world.hours_lost,
        "scanning": world.scanning > 0,
        "scan_rate": world.scanning,
        "public": world.public_at is not None,
        "aware": k["aware"] > 0,
        "room": k["room"] > 0,
        "ui_off": k["ui_flag"] > 0,
        "purged": k["purge"] + k["purge_paths"] > 0,
        "render_load": _render_load(world),
        "crawler": {"rate": round(18 + _crawler(world)), "on": CRAWLER <= now < CRAWLER_ENDS,
                    "blocked": k["waf_rule"] > 0},
        "distinct": round(212 + 40 * world.scanning),
        "notice": k["status_page"] > 0,
        "figures": figures(world),
    }  # fmt: skip
