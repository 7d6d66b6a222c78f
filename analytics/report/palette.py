"""Colours of charts: read on dark and on light ground alike, and told apart with any common colour blindness.

`tests/analytics/test_palette.py` holds contrast and distance. A colour is still never all that says something.
"""

from __future__ import annotations

TEAM, NOBODY, BEST = "#3c87f0", "#a54b2d", "#699687"
"""The three courses: what this team did, nobody acting, the best found."""
ALERT, DECIDED, OTHER = "#d27800", "#693cff", "#2d6996"
PALETTE = (TEAM, NOBODY, BEST, ALERT, DECIDED, OTHER)
"""All of them, in the order in which lines of one chart take them."""
QUIET, FAINT, HAIR = "rgba(128,138,150,0.42)", "rgba(128,138,150,0.18)", "rgba(128,138,150,0.55)"
"""Ground of a chart: bars behind marks, bands, thin lines."""
