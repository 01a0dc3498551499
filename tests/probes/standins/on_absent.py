"""A stand-in whose framework is not installed."""

VARIANTS = {"plain": {"modules": ("no_such_framework",), "install": "no-such-framework[cpu] numpy"}}

def start(threads, device, variant):
    return {"version": "1.0", "device": "cpu", "devices": ["cpu"]}

def wait(state):
    pass

