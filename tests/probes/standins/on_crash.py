"""A stand-in that dies of a bad memory access in its second probe."""

import os
import signal

VARIANTS = {"plain": {"modules": ("numpy",), "install": "numpy"}}

def start(threads, device, variant):
    return {"version": "1.0", "device": "cpu", "devices": ["cpu"]}

def wait(state):
    pass

def gemm(inputs, sizes):
    return inputs["x"], lambda x: x @ inputs["w"], lambda x: [x]

def stream(inputs, sizes):
    os.write(2, b"about to fall over\n")
    os.kill(os.getpid(), signal.SIGSEGV)
