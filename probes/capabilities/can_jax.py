"""What JAX can do, tried as its users would."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

NEEDS = {
    "export_onnx": {"jax2onnx": "jax2onnx"},
    "export_savedmodel": {"tensorflow": "tensorflow"},
    "export_litert": {"tensorflow": "tensorflow"},
    "export_coreml": {"stablehlo_coreml": "stablehlo-coreml-experimental", "coremltools": "coremltools"},
}
NOT_APPLICABLE = {
    "torch.export captures PyTorch alone": ("export_torch_export",),
    "JAX's gradient of a look-up is as large as the table: differentiate by the rows that were looked up instead": (
        "sparse_embedding_gradient",
    ),
}


def use(framework):
    """Take nothing: JAX computes on its default device."""


def _forward(p, x):
    return jnp.tanh(x @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"]


def _params(inputs):
    return {name: jnp.asarray(inputs[name]) for name in ("w1", "b1", "w2", "b2")}


def export_onnx(inputs, folder):
    """Convert by jax2onnx."""
    import jax2onnx  # noqa: PLC0415
    import onnx  # noqa: PLC0415 - it comes with that

    params, file = _params(inputs), str(folder / "network.onnx")
    onnx.save(jax2onnx.to_onnx(lambda x: _forward(params, x), [inputs["x"].shape]), file)
    return file


def export_stablehlo(inputs, folder):
    """Export, write, read and call."""
    from jax import export  # noqa: PLC0415 - not in the oldest releases

    params, x = _params(inputs), jnp.asarray(inputs["x"])
    file = folder / "network.stablehlo"
    exported = export.export(jax.jit(lambda x: _forward(params, x)))(jax.ShapeDtypeStruct(x.shape, x.dtype))
    if "stablehlo." not in exported.mlir_module():
        raise RuntimeError("what was exported is not StableHLO")
    file.write_bytes(exported.serialize())
    return [export.deserialize(bytearray(file.read_bytes())).call(x)]


def export_savedmodel(inputs, folder):
    """Convert by jax2tf, and save by TensorFlow."""
    return _saved(inputs, folder)


def export_litert(inputs, folder):
    """Convert the SavedModel by TensorFlow's converter."""
    import tensorflow as tf  # noqa: PLC0415

    file = folder / "network.tflite"
    file.write_bytes(tf.lite.TFLiteConverter.from_saved_model(_saved(inputs, folder)).convert())
    return file


def export_coreml(inputs, folder):
    """Convert StableHLO."""
    import coremltools  # noqa: PLC0415
    from jax import export  # noqa: PLC0415
    from jax._src.interpreters import mlir  # noqa: PLC0415 - as the converter's own guide does
    from jax._src.lib.mlir import ir  # noqa: PLC0415
    from stablehlo_coreml import DEFAULT_HLO_PIPELINE  # noqa: PLC0415
    from stablehlo_coreml.converter import convert  # noqa: PLC0415

    params, file = _params(inputs), str(folder / "network.mlpackage")
    shape = jax.ShapeDtypeStruct(inputs["x"].shape, jnp.float32)
    exported = export.export(jax.jit(lambda x: _forward(params, x)))(shape)
    with mlir.make_ir_context():
        module = ir.Module.parse(exported.mlir_module())
        program = convert(module, minimum_deployment_target=coremltools.target.iOS18)
    options = {"source": "milinternal", "pass_pipeline": DEFAULT_HLO_PIPELINE}
    precision = coremltools.precision.FLOAT32
    target = coremltools.target.iOS18
    converted = coremltools.convert(program, minimum_deployment_target=target, compute_precision=precision, **options)
    converted.save(file)
    return file


def bf16(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Multiply in bfloat16."""
    product = jnp.matmul(jnp.asarray(inputs["a"], jnp.bfloat16), jnp.asarray(inputs["b"], jnp.bfloat16))
    if product.dtype != jnp.bfloat16:
        raise TypeError(f"the result is of the type {product.dtype.name}")
    return [product.astype(jnp.float32)]


def fp64(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Multiply in float64, switched on for it."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)  # noqa: FBT003 - JAX's signature
    try:
        return [np.array(jnp.matmul(jnp.asarray(inputs["a"]), jnp.asarray(inputs["b"])))]
    finally:
        jax.config.update("jax_enable_x64", before)


def compile(inputs, folder):  # noqa: A001, ARG001 - the capability's name; the contract's arguments
    """Compile by jax.jit."""
    traced = []

    @jax.jit
    def compiled(p, x):
        traced.append(x)
        return _forward(p, x)

    params, x = _params(inputs), jnp.asarray(inputs["x"])
    outputs = [compiled(params, x), compiled(params, -x)]
    if len(traced) != 1:
        raise RuntimeError(f"the function was traced {len(traced)} times for two inputs of one shape")
    return outputs


def vmap(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Map by jax.vmap."""
    function = jax.vmap(lambda x, w: jnp.sin(w @ x).sum(), in_axes=(0, None))
    return [function(jnp.asarray(inputs["xs"]), jnp.asarray(inputs["w"]))]


def per_example_gradients(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Map over the gradient function."""

    def loss(p, x, y):
        return jnp.sum((_forward(p, x) - y) ** 2)

    each = jax.vmap(jax.grad(loss), in_axes=(None, 0, 0))(_params(inputs), inputs["x"], inputs["y"])
    return [each[name] for name in ("w1", "b1", "w2", "b2")]


def jvp_of_jvp(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Nest jax.jvp."""
    f, (x, u, v) = _curved(inputs), (jnp.asarray(inputs[name]) for name in "xuv")
    (value, slope), (_, bend) = jax.jvp(lambda x: jax.jvp(f, (x,), (u,)), (x,), (v,))
    return [value, slope, bend]


def hessian(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Take jax.hessian."""
    return [jax.hessian(_curved(inputs))(jnp.asarray(inputs["x"]))]


def dynamic_shapes(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Call one compiled function; each new shape is compiled again."""
    compiled, params = jax.jit(_forward), _params(inputs)
    return [compiled(params, inputs["x"][:batch]) for batch in inputs["batches"]]


def control_flow(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Loop by jax.lax.while_loop."""

    @jax.jit
    def halve(x):
        def larger(state):
            return jnp.sum(state[0] ** 2) > 1

        return jax.lax.while_loop(larger, lambda state: (state[0] / 2, state[1] + 1), (x, 0.0))

    x = jnp.asarray(inputs["x"])
    return [*halve(x), *halve(100 * x)]


def custom_gradient(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Decorate with jax.custom_vjp."""

    @jax.custom_vjp
    def rounded(x):
        return jnp.round(x)

    rounded.defvjp(lambda x: (jnp.round(x), None), lambda _, gradient: (2 * gradient,))
    total = jax.value_and_grad(lambda x: jnp.sum(inputs["c"] * rounded(x)))
    return [*total(jnp.asarray(inputs["x"]))]


def deterministic(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Train twice; there is a switch for GPUs only, in XLA_FLAGS, which is read at the start."""
    x, y = jnp.asarray(inputs["x"]), jnp.asarray(inputs["y"])

    @jax.jit
    def step(p):
        gradients = jax.grad(lambda p: jnp.mean((_forward(p, x) - y) ** 2))(p)
        return jax.tree_util.tree_map(lambda param, gradient: param - inputs["rate"] * gradient, p, gradients)

    def train():
        params = _params(inputs)
        for _ in range(inputs["steps"]):
            params = step(params)
        return [np.array(params[name]) for name in ("w1", "b1", "w2", "b2")]

    return [*train(), *train()]


def _curved(inputs):
    w, c = jnp.asarray(inputs["w"]), jnp.asarray(inputs["c"])
    return lambda x: jnp.sum(c * jnp.sin(w @ x))


def _saved(inputs, folder):
    import tensorflow as tf  # noqa: PLC0415
    from jax.experimental import jax2tf  # noqa: PLC0415

    place, params, module = str(folder / "saved"), _params(inputs), tf.Module()
    signature = [tf.TensorSpec(inputs["x"].shape, tf.float32, name="x")]
    converted = jax2tf.convert(lambda x: _forward(params, x))
    module.f = tf.function(converted, autograph=False, input_signature=signature)
    tf.saved_model.save(module, place, signatures=module.f.get_concrete_function())
    return place
