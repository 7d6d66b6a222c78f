"""Worlds that are declared in YAML: formulas, blocks, and the world that they make."""
