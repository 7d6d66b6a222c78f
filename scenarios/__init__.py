"""Scenarios and playbooks as data, and what reads, checks and plays them."""

from scenarios.loader import load, names

__all__ = ["load", "names"]
