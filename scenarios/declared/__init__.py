"""Drills in one file: what an author writes, and the scenario, world, book and courses that follow from it."""
