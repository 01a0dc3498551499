"""From answers and what was detected to facts."""
