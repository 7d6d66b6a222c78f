"""Scoring and reporting: pure functions over finished records."""
