"""A stand-in whose framework is installed and cannot be imported."""

VARIANTS = {"plain": {"modules": ("numpy",), "install": "numpy"}}

def start(threads, device, variant):
    return {"version": "1.0", "device": "cpu", "devices": ["cpu"]}

def wait(state):
    pass

raise ImportError("libsomething.so.1: cannot open shared object file")
