"""Runs what was exported, whichever framework wrote it: one function for each format, `(path, x) -> outputs`.

Where nothing here can run it, the outputs are the reason why not.
"""

from __future__ import annotations

import importlib.util
import sys

import numpy as np


def export_onnx(path, x):
    """Run by ONNX Runtime, or by the evaluator that comes with ONNX."""
    if _there("onnxruntime"):
        import onnxruntime  # noqa: PLC0415 - here it is known to be installed

        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        return session.run(None, {session.get_inputs()[0].name: x})[:1]
    if not _there("onnx"):
        return "neither onnxruntime nor onnx is installed"
    from onnx.reference import ReferenceEvaluator  # noqa: PLC0415

    evaluator = ReferenceEvaluator(str(path))
    return evaluator.run(None, {evaluator.input_names[0]: x})[:1]


def export_savedmodel(path, x):
    """Load and run by TensorFlow."""
    if not _there("tensorflow"):
        return "tensorflow is not installed"
    import tensorflow as tf  # noqa: PLC0415

    loaded = tf.saved_model.load(str(path))
    signature = loaded.signatures["serving_default"]
    (name,) = signature.structured_input_signature[1]
    return [value.numpy() for value in signature(**{name: tf.constant(x)}).values()][:1]


def export_litert(path, x):
    """Run by LiteRT's interpreter, or by the one in TensorFlow."""
    if _there("ai_edge_litert"):
        from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415
    elif _there("tensorflow"):
        import tensorflow as tf  # noqa: PLC0415

        Interpreter = tf.lite.Interpreter  # noqa: N806 - it is a class
    else:
        return "neither ai-edge-litert nor tensorflow is installed"
    interpreter = Interpreter(model_path=str(path))
    (taken,), given = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(taken["index"], x.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(taken["index"], x)
    interpreter.invoke()
    return [np.array(interpreter.get_tensor(given[0]["index"]))]


def export_torch_export(path, x):
    """Load and run by PyTorch."""
    import torch  # noqa: PLC0415 - what wrote it is there

    return [torch.export.load(str(path)).module()(torch.from_numpy(x)).detach().numpy()]


def export_coreml(path, x):
    """Run by the system, which only macOS does."""
    if sys.platform != "darwin":
        return "only macOS runs Core ML"
    import coremltools  # noqa: PLC0415 - what wrote it is there

    model = coremltools.models.MLModel(str(path))
    (name,) = (taken.name for taken in model.get_spec().description.input)
    return [*model.predict({name: x}).values()][:1]


def _there(module):
    return importlib.util.find_spec(module) is not None
