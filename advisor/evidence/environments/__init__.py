"""Environments of its own for each framework: what there is, and how one is made."""
