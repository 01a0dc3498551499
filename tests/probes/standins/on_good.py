"""A stand-in that does what it should."""

VARIANTS = {
    "plain": {"modules": ("numpy",), "install": "numpy"},
    "fancy": {"modules": ("numpy",), "install": "numpy", "environment": {"FANCY": "1"}},
}
NOT_APPLICABLE = {"it has no vectors": ("attention",)}

def start(threads, device, variant):
    import os

    assert variant == ("fancy" if os.environ.get("FANCY") else "plain")
    return {"version": "1.0", "device": "cpu", "devices": ["cpu"], "threads": threads, "asked": device}

def wait(state):
    pass

def gemm(inputs, sizes):
    return inputs["x"], lambda x: x @ inputs["w"], lambda x: [x]

def stream(inputs, sizes):
    return inputs["y"], lambda y: inputs["a"] * inputs["x"] + y, lambda y: [y]
