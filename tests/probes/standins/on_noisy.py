"""A stand-in that prints wherever it can, answers of its own among it."""

import os
import sys

print("importing", flush=True)

VARIANTS = {"plain": {"modules": ("numpy",), "install": "numpy"}}

def start(threads, device, variant):
    return {"version": "1.0", "device": "cpu", "devices": ["cpu"]}

def wait(state):
    pass

def gemm(inputs, sizes):
    def step(x):
        print('{"ok": false, "reason": "not an answer"}', flush=True)
        os.write(1, b"straight to the descriptor\n")
        os.system("echo from a child")
        return x @ inputs["w"]

    assert sys.stdin.read() == ""
    return inputs["x"], step, lambda x: [x]
