"""How a capability is tried, in the interpreter that has the framework, after `worker.py` has started it.

The file of a framework, `can_<id>.py`, offers:

    use(framework)  is given `frameworks/on_<id>.py` as a module, already started, before any other function is called
    NOT_APPLICABLE  reason -> capabilities that the framework does not have (optional)
    NEEDS           capability -> {module: what pip is given for it}, besides the framework (optional)
    <capability>(inputs, folder) -> outputs
                    tries it on the inputs of `reference.py`, and may write into the folder; outputs are arrays in the
                    order that the reference names, or the path of what was exported, which `running.py` runs

What works is held against the reference; what raises has failed.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
from pathlib import Path

import numpy as np


def attempt(file, capability, load):
    """Try a capability in a framework's file and give the finding with its reason; `load` imports a file by path."""
    here = Path(__file__).parent
    for reason, names in getattr(file, "NOT_APPLICABLE", {}).items():
        if capability in names:
            return _finding("not_applicable", reason)
    if not hasattr(file, capability):
        return _finding("not_applicable", f"there is no function {capability} in {Path(file.__file__).name}")
    missing = _missing(getattr(file, "NEEDS", {}).get(capability, {}))
    if missing:
        return _finding("not_installed", f"it needs {' and '.join(missing)}")
    trial = getattr(load(here / "reference.py"), capability)()
    with tempfile.TemporaryDirectory() as folder:
        outputs = getattr(file, capability)(trial.inputs, Path(folder))
        if isinstance(outputs, (str, os.PathLike)):
            if not Path(outputs).exists():
                return _finding("failed", "nothing was written")
            outputs = getattr(load(here / "running.py"), capability)(Path(outputs), trial.inputs["x"])
            if isinstance(outputs, str):
                return _finding("ok", f"written, and not run here: {outputs}")
    differs = trial.differs([np.array(output) for output in outputs])
    return _finding("wrong" if differs else "ok", differs)


def _finding(found, reason):
    return {"found": found, "why": reason}


def _missing(needs):
    """Name the packages of modules that cannot be imported; none is imported here."""
    return [package for module, package in needs.items() if importlib.util.find_spec(module) is None]
