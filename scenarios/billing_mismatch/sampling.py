"""Samples of scenario B: what a random draw of invoices shows, and how much that says."""

from __future__ import annotations

import math
from typing import Any

from scenarios.billing_mismatch.books import Counts

Z = 1.96
SHOCKS = (0.1, -0.4, 0.7, -0.9, 0.3, -0.1, 0.5, -0.6, 0.0, 0.9, -0.3, 0.2)
"""How far a draw is off, in standard deviations; which one depends on the second it is made."""


def wilson(found: int, of: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share, honest also for no finding at all."""
    if of == 0:
        return 0.0, 1.0
    share, z2 = found / of, Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def drawn(share: float, of: int, at: int, which: int) -> dict[str, Any]:
    """Return what a sample of `of` invoices finds of something `share` of them have, with its interval."""
    share = min(1.0, max(0.0, share))
    shock = SHOCKS[(at // 15 + 5 * which) % len(SHOCKS)]
    found = min(of, max(0, round(of * share + shock * math.sqrt(of * share * (1 - share)))))
    low, high = wilson(found, of)
    return {"found": found, "share": found / of if of else 0.0, "low": low, "high": high}


def sample(counts: Counts, of: int, at: int) -> dict[str, Any]:
    """Return a sample of `of` invoices out of (invoices, duplicates, doubles, lost)."""
    invoices, duplicates, doubles, lost = counts
    base = max(1.0, invoices)
    return {
        "of": of,
        "dup": drawn(duplicates / base, of, at, 0),
        "double": drawn(doubles / base, of, at, 1),
        "missing": drawn(lost / base, of, at, 2),
    }


def between(since: Counts, until: Counts) -> Counts:
    """Return the counts of a stretch from those at its ends."""
    return until[0] - since[0], until[1] - since[1], until[2] - since[2], until[3] - since[3]
