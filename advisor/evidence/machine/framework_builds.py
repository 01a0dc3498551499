"""What each framework was built for, from the files of its packages: nothing is imported.

The interpreter that has them is asked for the names of what is installed and for the literals of two files in which
PyTorch and TensorFlow write down how they were built. The rest follows from the names: the builds of JAX, MLX and ONNX
Runtime for accelerators are packages of their own.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

from advisor.errors import AdvisorError, Problem
from advisor.frozen import dataclass, field

QUERY = r"""
import sys
sys.path[:] = [entry for entry in sys.path if entry]
import ast, json, os, re

FILES = {"torch": "torch/version.py", "tensorflow": "tensorflow/python/platform/build_info.py"}
packages, built = {}, {}

def literals(path):
    found = {}
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read(100000))
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and value is not None:
            try:
                told = ast.literal_eval(value.args[0] if isinstance(value, ast.Call) else value)
                found.update(dict(told) if isinstance(value, ast.Call) else {target.id: told})
            except (ValueError, TypeError, IndexError):
                pass
    return {name: value for name, value in found.items() if isinstance(value, (str, bool))}

for entry in sys.path:
    try:
        names = sorted(os.listdir(entry))
    except OSError:
        continue
    for name in names:
        stem, end = os.path.splitext(name)
        if end in (".dist-info", ".egg-info") and "-" in stem:
            package, version = stem.split("-")[:2]
            packages.setdefault(re.sub(r"[-_.]+", "-", package).lower(), version)
    for framework, path in FILES.items():
        if framework not in built:
            try:
                built[framework] = literals(os.path.join(entry, *path.split("/")))
            except (OSError, ValueError, SyntaxError):
                pass
print()
print(json.dumps({"python": sys.version.split()[0], "platform": sys.platform, "packages": packages, "built": built}))
"""
LIMIT_S = 20.0

SERVES = {
    "cuda": ("nvidia_gpu",),
    "rocm": ("amd_gpu",),
    "xpu": ("intel_gpu",),
    "metal": ("apple_gpu",),
    "tpu": ("google_tpu",),
    "neuron": ("aws_trainium",),
    "hpu": ("intel_gaudi",),
    "npu": ("huawei_ascend",),
    "directml": ("nvidia_gpu", "amd_gpu", "intel_gpu"),
    "openvino": ("intel_gpu",),
}
"""Kind of build to the accelerators that it can drive; `cpu` drives none."""
UNTOLD = "unknown"
"""Where the file that would tell is missing."""
TELLING = re.compile(
    r"torch|jax|libtpu|tensorflow|keras|mlx|mxnet|onnxruntime|nvidia-|habana-|intel-extension-for-|pytorch-|neuronx"
)
"""Names of packages that say something here; the others are nobody's business."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """What an interpreter has, as it said."""

    interpreter: str
    python: str
    platform: str
    """`sys.platform` there."""
    packages: Mapping[str, str]
    """Normalised name to version, of those that say something about frameworks."""
    built: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """`torch` and `tensorflow` to the literals they write down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One framework in one interpreter."""

    framework: str
    version: str
    package: str
    """The package that it comes from."""
    interpreter: str
    python: str
    built_for: tuple[str, ...]
    """`cpu`, `cuda 12.6`, `rocm 6.4`, `metal`, ...: the processor always, and these accelerators."""
    backends: tuple[str, ...] = ()
    """Frameworks of the same interpreter that it runs on, where it has no kernels of its own."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The same without versions."""
        return tuple(kind.partition(" ")[0] for kind in self.built_for)

    @property
    def serves(self) -> frozenset[str]:
        """The accelerators that it can drive, in the words of `train_hw`."""
        return frozenset(vendor for kind in self.kinds for vendor in SERVES.get(kind, ()))


def packages_of(interpreter: str) -> Packages:
    """Ask an interpreter; raises AdvisorError where it cannot be asked."""
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter is the user's choice
            [interpreter, "-c", QUERY], capture_output=True, timeout=LIMIT_S, check=False, text=True, errors="replace"
        )
        return packages_from(interpreter, json.loads(done.stdout.strip().splitlines()[-1]))
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError):
        message = "it could not be asked what its frameworks are built for; expected a Python of 3.9 or later."
        hint = "Name the Python of an environment that works."
        raise AdvisorError(Problem(place=interpreter, message=message, hint=hint)) from None


def packages_from(interpreter: str, said: Any) -> Packages:
    """Read what an interpreter said; what makes no sense is left out."""
    told = said if isinstance(said, dict) else {}
    packages, built = told.get("packages"), told.get("built")
    return Packages(
        interpreter=interpreter,
        python=str(told.get("python", "")),
        platform=str(told.get("platform", "")),
        packages={
            name: version
            for name, version in (packages.items() if isinstance(packages, dict) else ())
            if isinstance(version, str) and TELLING.match(name)
        },
        built={
            name: values
            for name, values in (built.items() if isinstance(built, dict) else ())
            if isinstance(values, dict)
        },
    )


def builds(there: Packages) -> tuple[Build, ...]:
    """Every framework that an interpreter has, with what it was built for."""
    found: list[Build] = []
    for framework, look in _LOOKS.items():
        for package, kinds in look(there):
            found.append(
                Build(
                    framework=framework,
                    version=there.packages[package],
                    package=package,
                    interpreter=there.interpreter,
                    python=there.python,
                    built_for=tuple(dict.fromkeys(kinds)) or ("cpu",),
                )
            )
    if "keras" in there.packages:
        behind = [build for build in found if build.framework in ("tensorflow", "jax", "pytorch")]
        together = dict.fromkeys(kind for build in behind for kind in build.built_for)
        found.append(
            Build(
                framework="keras",
                version=there.packages["keras"],
                package="keras",
                interpreter=there.interpreter,
                python=there.python,
                built_for=tuple(together),
                backends=tuple(build.framework for build in behind),
            )
        )
    return tuple(sorted(found, key=lambda build: (build.framework, build.package)))


Found = Iterator[tuple[str, list[str]]]
"""A package and the kinds it was built for."""


def _pytorch(there: Packages) -> Found:
    if "torch" not in there.packages:
        return
    said = there.built.get("torch", {})
    local = there.packages["torch"].partition("+")[2] or str(said.get("__version__", "")).partition("+")[2]
    kinds = []
    for kind, names in (("cuda", ("cuda",)), ("rocm", ("rocm", "hip")), ("xpu", ("xpu",))):
        version = next((_short(said[name]) for name in names if isinstance(said.get(name), str)), "")
        if version:
            kinds.append(f"{kind} {version}" if kind != "xpu" else kind)
    if not said and (named := re.match(r"cu(\d+)(\d)$", local)):
        kinds.append(f"cuda {named[1]}.{named[2]}")
    elif not said and local.startswith(("rocm", "xpu")):
        kinds.append(re.sub(r"^rocm", "rocm ", local))
    if there.platform == "darwin" and not kinds:
        kinds.append("metal")
    elif not said and not local:
        kinds.append(UNTOLD)
    extra = (
        ("torch-xla", "libtpu", "tpu"),
        ("torch-neuronx", "torch-neuronx", "neuron"),
        ("habana-torch-plugin", "habana-torch-plugin", "hpu"),
        ("torch-npu", "torch-npu", "npu"),
        ("torch-directml", "torch-directml", "directml"),
    )
    kinds += [kind for one, other, kind in extra if one in there.packages and other in there.packages]
    yield "torch", kinds


def _jax(there: Packages) -> Found:
    if "jax" not in there.packages and "jaxlib" not in there.packages:
        return
    kinds = []
    for name in there.packages:
        if plugin := re.fullmatch(r"jax-(cuda|rocm)(\d+)-plugin", name):
            digits = plugin[2]
            kinds.append(f"{plugin[1]} {digits if plugin[1] == 'cuda' or len(digits) == 1 else digits[0]}")
    if "libtpu" in there.packages or "libtpu-nightly" in there.packages:
        kinds.append("tpu")
    for package, kind in (
        ("jax-metal", "metal"),
        ("intel-extension-for-openxla", "xpu"),
        ("jax-neuronx", "neuron"),
    ):
        if package in there.packages:
            kinds.append(kind)
    if "+cuda" in there.packages.get("jaxlib", ""):
        kinds.append("cuda " + re.sub(r"\D.*", "", there.packages["jaxlib"].partition("+cuda")[2])[:2])
    yield "jax" if "jax" in there.packages else "jaxlib", kinds


def _tensorflow(there: Packages) -> Found:
    said = there.built.get("tensorflow", {})
    for package in ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tensorflow-macos", "tensorflow-rocm"):
        if package not in there.packages:
            continue
        kinds = []
        if said.get("is_cuda_build") is True and package == "tensorflow":
            kinds.append(f"cuda {_short(said.get('cuda_version', ''))}".strip())
        if said.get("is_rocm_build") is True or package == "tensorflow-rocm":
            kinds.append("rocm")
        if "tensorflow-metal" in there.packages:
            kinds.append("metal")
        if "intel-extension-for-tensorflow" in there.packages:
            kinds.append("xpu")
        if not said and not kinds and package == "tensorflow":
            kinds.append(UNTOLD)
        yield package, kinds
        return


def _mlx(there: Packages) -> Found:
    if "mlx" not in there.packages:
        return
    kinds = [
        f"cuda {name.removeprefix('mlx-cuda').strip('-')}".strip()
        for name in there.packages
        if name.startswith("mlx-cuda")
    ]
    if "mlx-metal" in there.packages or there.platform == "darwin":
        kinds.append("metal")
    yield "mlx", kinds


def _mxnet(there: Packages) -> Found:
    for package in there.packages:
        if named := re.fullmatch(r"mxnet(?:-cu(\d+)(\d))?(?:-?mkl)?", package):
            yield package, [f"cuda {named[1]}.{named[2]}"] if named[1] else []


def _onnxruntime(there: Packages) -> Found:
    kinds = {"gpu": "cuda", "directml": "directml", "openvino": "openvino", "rocm": "rocm", "migraphx": "rocm"}
    for package in there.packages:
        if package == "onnxruntime" or package.partition("-")[0] == "onnxruntime":
            kind = kinds.get(package.partition("-")[2])
            if package == "onnxruntime" or kind:
                yield package, [kind] if kind else []


_LOOKS = {
    "pytorch": _pytorch,
    "jax": _jax,
    "tensorflow": _tensorflow,
    "mlx": _mlx,
    "mxnet": _mxnet,
    "onnxruntime": _onnxruntime,
}


def _short(version: object) -> str:
    """The first two numbers of a version."""
    return ".".join(re.findall(r"\d+", str(version))[:2])
