"""Keeps watch over what is known: what is missing, unused, stale or contradictory, and what has changed."""
