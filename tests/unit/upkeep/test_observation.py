"""Made-up facts held against what was made up to be tried."""

from __future__ import annotations

from dataclasses import replace

import pytest
from upkeep_making import fact, framework

from advisor.model.capability import CapabilityDefinition
from advisor.model.fact import Fact
from advisor.model.measurement import CapabilityResult, Machine, Measurements
from advisor.upkeep.observation import observed, refuted

MACHINE = Machine(fingerprint="f", os="linux", arch="x86_64", cpu="c", cores=2, memory_gb=8.0)
TRIED = CapabilityResult(
    framework="red", variant="plain", capability="mapping", outcome="ok", version="2.13.0+cpu", device="cpu"
)
SCALE = CapabilityDefinition(
    id="mapping", title="t", shows="s", attribute="need.map", working_refutes=("none",), failing_refutes=("native",)
)
LIST = CapabilityDefinition(id="mapping", title="t", shows="s", attribute="export", entries=("onnx",))


def measured(*results: CapabilityResult) -> Measurements:
    return Measurements(
        machine=MACHINE,
        frameworks=(),
        results=(),
        classes=(),
        elapsed_s=1.0,
        measured="2026-11-29T12:00:00Z",
        id="abc",
        capabilities=results,
    )


def denies(
    documented: Fact, outcome: str, definition: CapabilityDefinition = SCALE, *others: CapabilityResult, **more: str
) -> bool:
    tried = replace(TRIED, outcome=outcome, **more)  # type: ignore[arg-type]
    found = refuted({"red": framework("red", documented)}, [definition], measured(tried, *others))
    return any(one.result is tried for one in found)


@pytest.mark.parametrize(
    ("word", "outcome", "refutes"),
    [
        ("native", "ok", False),
        ("native", "failed", True),
        ("native", "wrong", True),
        ("native", "timed_out", False),
        ("native", "not_installed", False),
        ("native", "not_applicable", False),
        ("library", "failed", False),
        ("possible", "failed", False),
        ("possible", "ok", False),
        ("none", "ok", True),
        ("none", "failed", False),
        ("not_supported", "ok", True),
        ("not_supported", "failed", False),
        ("unknown", "ok", False),
        ("unknown", "failed", False),
        ("not_applicable", "ok", False),
    ],
)
def test_a_word_of_a_scale_is_refuted_by_what_cannot_be(word: str, outcome: str, refutes: bool) -> None:  # noqa: FBT001
    assert denies(fact("red.need.map", word), outcome) is refutes


@pytest.mark.parametrize(
    ("value", "outcome", "refutes"),
    [
        (("pt2", "onnx"), "failed", True),
        (("pt2", "onnx"), "ok", False),
        (("pt2", "onnx (by a converter)"), "wrong", True),
        (("pt2",), "failed", False),
        (("pt2",), "ok", False),
        (("onnx (fancy)",), "failed", False),
        (("onnx (plain and fancy)",), "failed", True),
        ("pt2, onnx; others", "failed", True),
        ("pt2; onnx in training", "failed", False),
        ("pt2, not onnx", "failed", False),
        ("unknown", "failed", False),
        ("not_supported", "ok", True),
    ],
)
def test_an_entry_of_a_list_is_refuted_where_it_claims_the_variant_without_a_reservation(
    value: str | tuple[str, ...],
    outcome: str,
    refutes: bool,  # noqa: FBT001
) -> None:
    other = replace(TRIED, variant="fancy")
    assert denies(fact("red.export", value), outcome, LIST, other) is refutes


def test_a_fact_of_other_releases_is_not_refuted() -> None:
    assert denies(fact("red.need.map", "native", versions=">=2.4,<3"), "failed")
    assert not denies(fact("red.need.map", "native", versions="<2"), "failed")
    assert not denies(fact("red.need.map", "native", versions=">=2"), "failed", version="unheard of")


def test_what_is_documented_of_the_device_counts_before_what_holds_in_general() -> None:
    general, limited = fact("red.need.map", "native"), fact("red.need.map@nvidia_gpu", "possible")
    known = {"red": framework("red", general, limited)}
    on_card = replace(TRIED, outcome="failed", device="cuda")
    found = refuted(known, [SCALE], measured(on_card, replace(TRIED, outcome="failed")))
    assert [one.result.device for one in found] == ["cpu"]


def test_nothing_is_refuted_of_what_is_not_known() -> None:
    failed = replace(TRIED, outcome="failed")
    assert refuted({}, [SCALE], measured(failed)) == ()
    assert refuted({"red": framework("red")}, [SCALE], measured(failed)) == ()
    assert refuted({"red": framework("red", fact("red.need.map", "native"))}, [], measured(failed)) == ()


def test_a_capability_is_a_fact_with_its_version_and_day() -> None:
    (found,) = observed(measured(replace(TRIED, outcome="wrong", reason="it is off by one")))
    assert (found.id, found.attribute, found.value) == ("red/plain.mapping", "mapping", "wrong")
    assert (found.versions, found.note) == ("==2.13.0+cpu", "it is off by one")
    assert (found.source.grade, found.source.observed) == ("measured", "2026-11-29")
    assert found.source.ref == "measurement:abc (red==2.13.0+cpu on cpu)"


def test_both_sides_are_said_with_source_day_and_version() -> None:
    documented = fact("red.need.map", "native", note="It maps.")
    failed = replace(TRIED, outcome="failed", reason="RuntimeError: no.")
    (one,) = refuted({"red": framework("red", documented)}, [SCALE], measured(failed))
    assert one.said == (
        "red/plain, mapping: documented: need.map is native (r, 2024-06-01) (It maps); observed here with 2.13.0+cpu "
        "on cpu: failed: RuntimeError: no."
    )
