"""From facts to findings: what fires, and why."""
