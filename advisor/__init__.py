"""Answers which AI framework, and which stack around it, to build on."""

__version__ = "0.1.0"
