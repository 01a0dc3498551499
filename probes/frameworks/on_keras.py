"""What Keras 3 does itself, on each of its back ends, as `train_on_batch` and `predict_on_batch` run it."""

from __future__ import annotations

import contextlib

import keras
import numpy as np

VARIANTS = {
    "jax": {
        "modules": ("keras", "jax", "jaxlib"),
        "install": "keras jax",
        "environment": {"KERAS_BACKEND": "jax"},
        "compiles": True,
    },
    "tensorflow": {
        "modules": ("keras", "tensorflow"),
        "install": "keras tensorflow",
        "environment": {"KERAS_BACKEND": "tensorflow"},
    },
    "torch": {
        "modules": ("keras", "torch"),
        "install": "keras torch",
        "environment": {"KERAS_BACKEND": "torch"},
    },
}

NOT_APPLICABLE = {
    "Keras hands single operations to its back end: see that framework's own row": (
        "dispatch",
        "gemm",
        "gemm_skinny",
        "gemm_batched",
        "gemm_bf16",
        "conv",
        "conv_depthwise",
        "attention",
        "stream",
        "normalise",
        "reduction",
        "gather",
        "scatter",
        "upload",
        "download",
    )
}

LAYOUT = "NHWC"

_here = {"backend": None}


def start(threads, device, variant, matched):
    """Prepare the back end; Keras itself chooses its device."""
    chosen = keras.backend.backend()
    if chosen != variant:
        raise RuntimeError(f"Keras runs on {chosen}, and {variant} was asked for")
    _here["backend"] = backend = {"jax": Jax, "tensorflow": TensorFlow, "torch": Torch}[variant](device)
    if matched:
        backend.match(threads)
    seen = backend.devices()
    return {"version": keras.__version__, "device": seen[0], "devices": seen, "threads": backend.threads()}


def wait(state):
    """Wait for what the back end has queued."""
    _here["backend"].wait(_arrays(state))


def terms(state):
    """Tell what the arrays of a state are, and in which order its layers take images."""
    arrays = _arrays(state)
    layers = getattr(getattr(state, "model", None), "layers", ())
    orders = {layer.data_format for layer in layers if isinstance(layer, keras.layers.Conv2D)}
    return {
        "devices": sorted({_here["backend"].kind(array) for array in arrays}),
        "dtypes": sorted({keras.backend.standardize_dtype(array.dtype) for array in arrays}),
        "layout": {"channels_last": "NHWC", "channels_first": "NCHW"}[orders.pop()] if len(orders) == 1 else None,
    }


def compilations():
    """Count what has been compiled so far, where the back end tells."""
    return _here["backend"].compiled


def cache_hits():
    """Count what was found in a cache on disk, where the back end tells."""
    return _here["backend"].found


def reset_peak_memory():
    """Begin to watch the device's memory anew."""
    _here["backend"].watch()


def peak_memory():
    """Give the most bytes held on the device since; None where nothing tells."""
    return _here["backend"].peak()


def optimiser(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Step by Keras's own AdamW, compiled where the training loop of the back end is."""
    variables = [keras.Variable(array) for array in inputs["params"].values()]
    gradients = [keras.ops.convert_to_tensor(array) for array in inputs["gradients"].values()]
    adam = keras.optimizers.AdamW(
        inputs["rate"],
        weight_decay=inputs["decay"],
        beta_1=inputs["beta1"],
        beta_2=inputs["beta2"],
        epsilon=inputs["epsilon"],
    )
    adam.build(variables)
    state, step = _here["backend"].updated(adam, variables, gradients)
    return state, step, lambda state: [keras.ops.convert_to_numpy(array) for array in _arrays(state[0])]


def retrace(inputs, sizes):
    """Call with a new shape every time; the function is made anew when it has seen them all."""
    hidden = keras.layers.Dense(sizes["mlp_width"], activation="relu")
    model = keras.Sequential([keras.Input((sizes["width"],)), hidden, keras.layers.Dense(sizes["width"])])
    _fill(model, inputs["params"])

    def step(state):
        model, _, mean, calls = state
        turn = calls % sizes["shapes"]
        model.make_predict_function(force=turn == 0)
        y = model.predict_on_batch(inputs["x"][: sizes["batch"] + turn] + np.float32(inputs["nudge"]) * mean)
        return model, y, y.mean(axis=0), calls + 1

    return (model, None, inputs["mean"], 0), step, lambda state: state[1:3]


def _fill(model, params):
    """Fill the model, whose variables come in the order of the parameters."""
    for variable, array in zip(model.trainable_variables, params.values()):  # noqa: B905 - `strict` came with Python 3.10
        variable.assign(array.reshape(variable.shape))


def _arrays(state):
    """List the back end's arrays in a state: a model has those of its variables."""
    if isinstance(state, keras.Model):
        return _arrays(state.variables)
    if isinstance(state, (list, tuple)):
        return [array for part in state for array in _arrays(part)]
    if isinstance(state, keras.Variable):
        return [state.value]
    return [state] if keras.ops.is_tensor(state) else []


class Jax:
    """JAX below Keras."""

    def __init__(self, device):
        import jax  # noqa: PLC0415 - each back end is another package

        self._jax, self._watched, self.compiled, self.found = jax, {}, 0, 0
        if device == "cpu":
            jax.config.update("jax_platforms", "cpu")
        jax.monitoring.register_event_duration_secs_listener(self._listen)
        jax.monitoring.register_event_listener(self._listen)

    def match(self, threads):  # noqa: ARG002 - JAX takes its threads from the affinity mask alone
        """Set full float32 precision, and have a processor compute each call in the thread that makes it."""
        with contextlib.suppress(AttributeError):  # an older JAX, which does so anyway
            self._jax.config.update("jax_cpu_enable_async_dispatch", False)  # noqa: FBT003 - JAX's own signature
        self._jax.config.update("jax_default_matmul_precision", "highest")

    def threads(self):
        """Give None: JAX does not tell."""

    def devices(self):
        """Name the devices, the one that is used first."""
        return [self._named(found) for found in self._jax.devices()]

    def kind(self, array):
        """Name the device of an array."""
        return self._named(next(iter(array.devices())))

    def wait(self, arrays):
        """Wait for every array: JAX is asynchronous on processors too."""
        self._jax.block_until_ready(arrays)

    def watch(self):
        """Note what is held by now, and the most that was."""
        self._watched = self._memory()

    def peak(self):
        """Give the most bytes since; unknown where it was more before, since JAX forgets no peak."""
        now = self._memory()
        if not now:
            return None
        if now.get("num_allocs", -1) == self._watched.get("num_allocs"):
            return now["bytes_in_use"]
        return (
            now["peak_bytes_in_use"] if now["peak_bytes_in_use"] > self._watched.get("peak_bytes_in_use", 0) else None
        )

    def _memory(self):
        """Give what the device's allocator counts; nothing on processors."""
        return self._jax.local_devices()[0].memory_stats() or {}

    def updated(self, adam, variables, gradients):
        """Give the state and the step of an optimiser: a function from what it changes to what it changed."""
        update = self._jax.jit(adam.stateless_apply, donate_argnums=(0, 2))
        # The variables keep their own arrays: those of the state are given away.
        state = tuple([self._jax.numpy.array(each.value) for each in group] for group in (variables, adam.variables))
        return state, lambda state: update(state[1], gradients, state[0])

    def _named(self, found):
        """Name a device; JAX calls the cards of every vendor gpu."""
        if found.platform != "gpu":
            return found.platform
        return "rocm" if "rocm" in str(getattr(found.client, "platform_version", "")).lower() else "cuda"

    def _listen(self, event, *duration, **facts):  # noqa: ARG002 - JAX's own signature
        self.compiled += event == "/jax/core/compile/backend_compile_duration"
        self.found += event == "/jax/compilation_cache/cache_hits"


class TensorFlow:
    """TensorFlow below Keras; it does not tell what XLA has compiled."""

    compiled = found = 0

    def __init__(self, device):
        import tensorflow as tf  # noqa: PLC0415 - each back end is another package

        self._tf, self._cards = tf, tf.config.list_physical_devices("GPU")
        if device == "cpu":
            tf.config.set_visible_devices([], "GPU")
            self._cards = []

    def match(self, threads):
        """Set threads and full float32 precision."""
        self._tf.config.threading.set_intra_op_parallelism_threads(threads)
        self._tf.config.threading.set_inter_op_parallelism_threads(1)
        self._tf.config.experimental.enable_tensor_float_32_execution(False)  # noqa: FBT003 - TensorFlow's own signature

    def threads(self):
        """Give what was set; TensorFlow says 0 where nothing was."""
        return self._tf.config.threading.get_intra_op_parallelism_threads() or None

    def devices(self):
        """Name the devices, the one that is used first."""
        return [self._named("GPU")] * len(self._cards) + ["cpu"]

    def kind(self, array):
        """Name the device of an array."""
        return self._named(self._tf.DeviceSpec.from_string(array.device).device_type)

    def wait(self, arrays):  # noqa: ARG002 - TensorFlow waits for its devices
        """Wait until everything queued is done."""
        if self._cards:
            self._tf.test.experimental.sync_devices()

    def watch(self):
        """Begin to watch the card's memory anew."""
        if self._cards:
            self._tf.config.experimental.reset_memory_stats("GPU:0")

    def peak(self):
        """Give the most bytes since; None without a card."""
        return self._tf.config.experimental.get_memory_info("GPU:0")["peak"] if self._cards else None

    def updated(self, adam, variables, gradients):
        """Give the state and the step of an optimiser: a graph, which Keras has compiled by XLA on cards alone."""
        update = self._tf.function(lambda gradients: adam.apply(gradients, variables), jit_compile=bool(self._cards))

        def step(state):
            update(gradients)
            return state

        return (variables, adam.variables), step

    def _named(self, word):
        """Name a device; TensorFlow calls the cards of every vendor GPU."""
        if word != "GPU":
            return word.lower()
        return "rocm" if self._tf.test.is_built_with_rocm() else "cuda"


class Torch:
    """PyTorch below Keras, which compiles nothing there unless it is told to."""

    compiled = found = 0

    def __init__(self, device):  # noqa: ARG002 - the environment tells Keras where to run
        import torch  # noqa: PLC0415 - each back end is another package

        self._torch = torch
        # Keras chooses the device itself, by an order of its own.
        self._device = keras.ops.ones((1,)).device.type

    def match(self, threads):
        """Set threads and full float32 precision."""
        self._torch.set_num_threads(threads)
        self._torch.set_num_interop_threads(1)
        self._torch.set_float32_matmul_precision("highest")
        self._torch.backends.cudnn.allow_tf32 = False

    def threads(self):
        """Give what PyTorch says."""
        return self._torch.get_num_threads()

    def devices(self):
        """Name the devices, the one that is used first."""
        return list(dict.fromkeys([self._named(self._device), "cpu"]))

    def kind(self, array):
        """Name the device of an array."""
        return self._named(array.device.type)

    def wait(self, arrays):  # noqa: ARG002 - PyTorch waits for a device
        """Wait until everything queued is done."""
        getattr(self._module(), "synchronize", int)()

    def watch(self):
        """Begin to watch the device's memory anew, where PyTorch counts it."""
        getattr(self._module(), "reset_peak_memory_stats", int)()

    def peak(self):
        """Give the most bytes since; None where PyTorch does not count."""
        return getattr(self._module(), "max_memory_allocated", lambda: None)()

    def _module(self):
        """Give what drives the device; nothing for a processor."""
        return getattr(self._torch, self._device) if self._device != "cpu" else None

    def updated(self, adam, variables, gradients):
        """Give the state and the step of an optimiser, as it stands."""

        def step(state):
            with self._torch.no_grad():
                adam.apply(gradients, variables)
            return state

        return (variables, adam.variables), step

    def _named(self, kind):
        """Name a kind of device; a build for AMD cards calls them cuda as well."""
        return "rocm" if kind == "cuda" and self._torch.version.hip else kind
