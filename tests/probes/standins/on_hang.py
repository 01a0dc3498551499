"""A stand-in that never comes back, and has started a process of its own."""

import subprocess
import sys
import time

VARIANTS = {"plain": {"modules": ("numpy",), "install": "numpy"}}

def start(threads, device, variant):
    return {"version": "1.0", "device": "cpu", "devices": ["cpu"]}

def wait(state):
    pass

def gemm(inputs, sizes):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", __file__])
    time.sleep(600)
