"""Releases that must never be recommended: what cannot be matched is refused rather than passed over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from overlaying import Overlay

SOURCE = {"ref": "here", "observed": "2026-01-01", "grade": "judged"}


def denying(root: Path, package: str, *versions: str) -> Overlay:
    """An overlay in which these releases are denied."""
    overlay = Overlay(root)
    entry = {"package": package, "versions": versions, "why": "x", "instead": "x", "source": SOURCE}
    overlay.write("ours/denied.yaml", json.dumps([entry]))
    return overlay


@pytest.mark.parametrize("written", ["red-frame", "Red_Frame", "red.frame", "RED--FRAME"])
def test_a_package_is_denied_however_its_name_is_written(tmp_path: Path, written: str) -> None:
    entry = denying(tmp_path, written, "1.0", "2.0.dev20221225", "2.0+cpu", "v3").load().denied[-1]
    assert (entry.package, entry.versions) == ("red-frame", ("1.0", "2.0.dev20221225", "2.0+cpu", "v3"))


@pytest.mark.parametrize(
    ("package", "versions", "says"),
    [
        ("red", ["not a version"], "'not a version' is not a version."),
        ("red", ["1.0", ">=2.12"], "'>=2.12' is not a version."),
        ("red", ["1" * 5000], "is not a version."),
        ("red", [], "no release is named."),
        ("red frame", ["1.0"], "'red frame' is not the name of a package."),
        ("", ["1.0"], "'' is not the name of a package."),
    ],
)
def test_what_denies_nothing_is_refused_with_its_place(
    tmp_path: Path, package: str, versions: list[str], says: str
) -> None:
    (problem,) = denying(tmp_path, package, *versions).problems()
    assert problem.startswith("ours/denied.yaml:1 [0]: ")
    assert says in problem
