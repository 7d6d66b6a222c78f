"""Scenarios and playbooks as data, and what reads, checks and plays them."""

from scenarios.difficulty import DIFFICULTIES
from scenarios.loader import DRAWN, catalogue, draw, load, names, variants

__all__ = ["DIFFICULTIES", "DRAWN", "catalogue", "draw", "load", "names", "variants"]
