"""Which AI framework, and which stack around it, should we build this on?"""

__version__ = "0.1.0"
