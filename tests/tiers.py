"""How much of what could be tried is tried: some by a build, all by `make soak`."""

from __future__ import annotations

import pytest

HOW_MANY = (pytest.param(False, id="some"), pytest.param(True, id="all", marks=pytest.mark.long))
"""Values for a parameter that asks whether everything is wanted."""
