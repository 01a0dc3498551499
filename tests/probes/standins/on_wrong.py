"""A stand-in whose product is off by a part in a thousand, as in reduced precision."""

VARIANTS = {"plain": {"modules": ("numpy",), "install": "numpy"}}

def start(threads, device, variant):
    return {"version": "1.0", "device": "cpu", "devices": ["cpu"]}

def wait(state):
    pass

def gemm(inputs, sizes):
    return inputs["x"], lambda x: x @ inputs["w"] * 1.001, lambda x: [x]

def stream(inputs, sizes):
    return inputs["y"], lambda y: y * float("nan"), lambda y: [y]
