"""The probes in JAX, each step compiled by `jax.jit`."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp

VARIANTS = {"jit": {"modules": ("jax", "jaxlib"), "install": "jax"}}

_counted = {"compilations": 0}


def start(threads, device, variant):  # noqa: ARG001 - JAX takes its threads from the affinity mask alone
    """Set full float32 precision, choose the device, listen for compilations."""
    if device == "cpu":
        jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_default_matmul_precision", "highest")
    jax.monitoring.register_event_duration_secs_listener(_listen)
    seen = [_kind(found) for found in jax.devices()]
    return {"version": jax.__version__, "device": seen[0], "devices": seen}


def _kind(found):
    """Name a device as the other frameworks do; JAX calls the cards of every vendor gpu."""
    if found.platform != "gpu":
        return found.platform
    return "rocm" if "rocm" in str(getattr(found.client, "platform_version", "")).lower() else "cuda"


def wait(state):
    """Wait for every array: JAX is asynchronous on processors too."""
    jax.block_until_ready(state)


def compilations():
    """Count what XLA has compiled so far."""
    return _counted["compilations"]


def dispatch(inputs, sizes):
    """Chain tiny additions."""
    b = jax.device_put(inputs["b"])

    @jax.jit
    def chain(x, b):
        for _ in range(sizes["depth"]):
            x = b - x
        return x

    return jax.device_put(inputs["x"]), lambda x: chain(x, b), _outputs


def gemm(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply matrices."""
    w, product = jax.device_put(inputs["w"]), jax.jit(jnp.matmul)
    return jax.device_put(inputs["x"]), lambda x: product(x, w), _outputs


def conv(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Convolve, with both gradients."""
    x, c, nudge = jax.device_put((inputs["x"], inputs["c"], inputs["nudge"]))

    @jax.jit
    def both(x, w, c, nudge):
        y, pull = jax.vjp(_convolve, x, w)
        dx, dw = pull(c)
        return w + nudge * dw, y, dx, dw

    return (jax.device_put(inputs["w"]),), lambda state: both(x, state[0], c, nudge), lambda state: state[1:]


def attention(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Attend causally, with all gradients; JAX wants the heads behind the sequence."""
    q, k, v, c = (jax.device_put(inputs[name].transpose(0, 2, 1, 3)) for name in ("q", "k", "v", "c"))
    nudge = jax.device_put(inputs["nudge"])

    @jax.jit
    def both(q, k, v, c, nudge):
        y, pull = jax.vjp(functools.partial(jax.nn.dot_product_attention, is_causal=True), q, k, v)
        dq, dk, dv = pull(c)
        return q + nudge * dq, y, dq, dk, dv

    return (q,), lambda state: both(state[0], k, v, c, nudge), lambda s: [a.transpose(0, 2, 1, 3) for a in s[1:]]


def stream(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Scale and add, as one writes it."""
    a, x = jax.device_put((inputs["a"], inputs["x"]))
    update = jax.jit(lambda a, x, y: a * x + y)
    return jax.device_put(inputs["y"]), lambda y: update(a, x, y), _outputs


def step_mlp(inputs, sizes):
    """Train dense layers."""

    def loss(p, x, y):
        for layer in range(sizes["mlp_layers"]):
            x = jax.nn.relu(_dense(p, str(layer), x))
        return _cross_entropy(_dense(p, str(sizes["mlp_layers"]), x), y)

    return _training(loss, inputs)


def step_cnn(inputs, sizes):
    """Train convolutions."""

    def loss(p, x, y):
        for block in range(sizes["depth"]):
            x = jax.nn.relu(_convolve(x, p[f"{block}.filter"]) + p[f"{block}.bias"])
            x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        return _cross_entropy(_dense(p, "head", x.mean(axis=(1, 2))), y)

    return _training(loss, inputs)


def step_transformer(inputs, sizes):
    """Train a causal transformer."""

    def attend(p, layer, x):
        q, k, v = (
            (x @ p[f"{layer}.{name}"]).reshape(*x.shape[:2], sizes["heads"], -1) for name in ("query", "key", "value")
        )
        return jax.nn.dot_product_attention(q, k, v, is_causal=True).reshape(x.shape) @ p[f"{layer}.out"]

    def loss(p, x, y):
        h = p["tokens"][x] + p["positions"]
        for layer in range(sizes["layers"]):
            h = h + attend(p, layer, _norm(p, f"{layer}.norm1", h))
            up = jax.nn.gelu(_dense(p, f"{layer}.up", _norm(p, f"{layer}.norm2", h)), approximate=True)
            h = h + _dense(p, f"{layer}.down", up)
        return _cross_entropy(_norm(p, "norm", h) @ p["head"], y)

    return _training(loss, inputs)


def _training(loss, inputs):
    """Update parameters that are passed and returned; the old ones are donated, as training loops do."""
    params = {name: jnp.array(array) for name, array in inputs["params"].items()}
    x, y, rate = jax.device_put((inputs["x"], inputs["y"], inputs["rate"]))

    @functools.partial(jax.jit, donate_argnums=0)
    def update(params, x, y, rate):
        value, gradient = jax.value_and_grad(loss)(params, x, y)
        return {name: params[name] - rate * gradient[name] for name in params}, value

    def outputs(state):
        return [state[1], *(state[0][name] for name in inputs["params"])]

    return (params, None), lambda state: update(state[0], x, y, rate), outputs


def _dense(p, name, x):
    return x @ p[f"{name}.kernel"] + p[f"{name}.bias"]


def _norm(p, name, x):
    centred = x - x.mean(axis=-1, keepdims=True)
    scaled = centred * jax.lax.rsqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
    return scaled * p[f"{name}.scale"] + p[f"{name}.bias"]


def _convolve(x, w):
    return jax.lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def _cross_entropy(logits, labels):
    chosen = jnp.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]
    return (jax.nn.logsumexp(logits, axis=-1) - chosen).mean()


def _outputs(state):
    return [state]


def _listen(event, duration, **facts):  # noqa: ARG001 - JAX's own signature
    if event == "/jax/core/compile/backend_compile_duration":
        _counted["compilations"] += 1
