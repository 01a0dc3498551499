"""What tells, of a run that came from elsewhere, that it was measured with something else than is here."""

from __future__ import annotations

import pytest

from advisor.evidence.keeping.age import aged, packages
from advisor.frozen import replace
from advisor.model.framework import Framework
from advisor.model.measurement import TERMS, Accelerator, FrameworkRun, Machine, Measurements, ProbeResult

HERE = Machine(fingerprint="0", os="linux", arch="x86_64", cpu="any", cores=4, memory_gb=16.0)


def measured(version: str, driver: str = "") -> Measurements:
    card = Accelerator(vendor="nvidia_gpu", name="H100", driver=driver)
    common = {"framework": "red", "variant": "eager", "device": "cpu", "outcome": "ok"}
    return Measurements(
        machine=replace(HERE, accelerators=(card,)) if driver else HERE,
        frameworks=(FrameworkRun(**common, version=version, python="3.11.7"),),  # type: ignore[arg-type]
        results=(ProbeResult(**common, probe="gemm", dtype="float32", value=1.0),),  # type: ignore[arg-type]
        classes=(),
        elapsed_s=1.0,
        measured="2026-01-01T00:00:00Z",
        terms=TERMS,
    )


@pytest.mark.parametrize(
    ("version", "found", "told"),
    [
        ("2.9.0", {"2.9.0"}, []),
        ("2.9.0+cpu", {"2.9.0+cu126"}, []),
        ("2.9.0", {"2.8.0", "2.9.0"}, []),
        ("2.9.0", set(), []),
        ("", {"2.9.0"}, []),
        ("2.9.0", {"2.10.0"}, ["red was measured at 2.9.0, and is 2.10.0 here now."]),
    ],
)
def test_a_framework_is_another_one_where_only_other_versions_are_here(
    version: str, found: set[str], told: list[str]
) -> None:
    assert [message for _, message in aged(measured(version), HERE, {"red": found})] == told


def test_a_driver_is_another_one_where_it_has_another_version_or_tells_none() -> None:
    run = measured("1.0", driver="550.1")
    assert aged(run, run.machine, {}) == ()
    ((subject, message),) = aged(run, HERE, {})
    assert (subject, message) == ("driver", "It was measured with driver 550.1, which is unknown now.")


def test_a_run_under_other_terms_is_out_of_date_whatever_is_installed() -> None:
    ((subject, message),) = aged(replace(measured("1.0"), terms=TERMS - 1), HERE, {})
    assert subject == "terms"
    assert message == f"It was measured under version {TERMS - 1} of the terms of comparison, which is {TERMS} now."


def test_a_framework_is_looked_for_under_the_name_of_each_of_its_builds() -> None:
    red = Framework(id="red", name="Red", summary="", package="red", binary_package="red-intel")
    names = packages(measured("1.0"), {"red": red})
    assert names == {"red": ("red", "red-cpu", "red-gpu", "red-macos", "red-intel")}
    assert all(red.comes_as(name) for name in names["red"])
    assert packages(measured("1.0"), {}) == {}
