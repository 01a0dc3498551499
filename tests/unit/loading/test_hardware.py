"""Chips: one place for what is published of them, each figure with its source; a mistake is told with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from overlaying import Overlay

from advisor.evidence.machine.accelerators import CHIPS
from advisor.intake.chips import chip_named
from advisor.intake.situation import complete
from advisor.loading.knowledge import load
from advisor.model.hardware import FIGURES

BASE = load(use_cache=False)
KINDS = {
    *(
        "nvidia",
        "rtx",
        "gtx",
        "titan",
        "quadro",
        "quadro_p",
        "geforce",
        "jetson",
        "dgx",
        "grace",
        "grace_hopper",
        "grace_blackwell",
        "grace_cpu",
        "amd",
        "instinct",
        "radeon",
        "rx",
    ),
    *(
        "ryzen_ai",
        "radeon_vii",
        "vega",
        "rx_vega",
        "vega_56",
        "vega_64",
        "polaris",
        "arc",
        "data_center_gpu_max",
        "gaudi",
    ),
    *("apple", "tpu", "trn", "trainium", "inferentia", "wse", "cerebras", "ascend", "atlas_800", "atlas_900", "cpu"),
}
"""Names that mean more than one chip."""

CHIP = """\
maker: Ours
vendor: nvidia_gpu
sources:
  own: {ref: here, observed: "2026-01-01", grade: official}
chips:
- {id: ours_1, name: Ours One, source: own, figures: {memory_gb: 48, bf16_tflops: 100}}
"""


@pytest.fixture
def overlay(tmp_path: Path) -> Overlay:
    return Overlay(tmp_path)


def test_every_figure_has_a_source_and_a_unit() -> None:
    assert len(BASE.hardware) > 100
    for chip in BASE.hardware.values():
        assert {*chip.figures} <= {*FIGURES}
        for figure in chip.figures.values():
            assert figure.source.ref
            assert figure.source.observed >= "2026-01-01"
            assert figure.source.grade != "measured"
        assert all(seen.source.grade == "measured" for seen in chip.measured)


def test_every_single_chip_that_a_text_can_name_is_there() -> None:
    """Architectures as compilers name them, and cards of a generation that is no longer served, stand for several."""
    missing = []
    for naming in BASE.vocabulary.namings:
        if naming.key == "accelerator":
            for name in naming.like:
                several = name in KINDS or re.fullmatch(r"gfx\d\w+|rx_[45]\d0|wx_\d+", name)
                if not several and chip_named(name, BASE.hardware) is None:
                    missing.append(name)
    assert missing == []


def test_no_number_of_a_chip_stands_elsewhere() -> None:
    """What detection takes for the memory of a chip that tells none is what is published of it."""
    differing = {}
    for known in CHIPS.values():
        chip = chip_named(known.name, BASE.hardware)
        if chip is not None and chip.vendor == known.vendor and known.memory_gb and chip.memory_gb:
            differing[known.name] = (known.memory_gb, chip.memory_gb)
    assert len(differing) >= 10
    assert {name: both for name, both in differing.items() if both[0] != both[1]} == {}


@pytest.mark.parametrize(
    ("text", "memory"),
    [
        ("h100", 80.0),
        ("NVIDIA A100-SXM4-80GB", 80.0),
        ("a100", None),
        ("mi300x", 192.0),
        ("tpu_v5p", 95.0),
        ("m3_max", None),
        ("gaudi2", 96.0),
        ("trn1", 32.0),
    ],
)
def test_the_memory_follows_from_the_name_where_all_have_the_same(text: str, memory: float | None) -> None:
    situation = complete({"accelerator": text}, BASE.vocabulary, None)
    assert situation.answers.get("accel_mem_gb") == memory
    assert "train_hw" in situation.answers


def test_an_overlay_adds_a_chip(overlay: Overlay) -> None:
    overlay.write("ours/hardware/ours.yaml", CHIP)
    base = overlay.load()
    assert base.hardware["ours_1"].origin.endswith("ours")
    assert complete({"accelerator": "ours_1"}, base.vocabulary, None).answers["accel_mem_gb"] == 48
    assert overlay.load(use_cache=True).hardware["ours_1"] == base.hardware["ours_1"]
    assert overlay.load(use_cache=True).hardware["h100"] == BASE.hardware["h100"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("vendor: nvidia_gpu", "vendor: nvidia", "'nvidia' is not a word of train_hw"),
        ("vendor: nvidia_gpu", "vendor: none", "'none' is not a word of train_hw"),
        ("source: own,", "source: ours,", "'ours' is not a source of this file"),
        ("source: own,", "", "'' is not a source of this file"),
        ("memory_gb: 48", "memory: 48", "'memory' is not a figure of a chip"),
        ("memory_gb: 48", "memory_gb: 0", "0 is no figure"),
        ("memory_gb: 48", "memory_gb: .inf", "inf is no figure"),
        ("memory_gb: 48", "memory_gb: 48, most_memory_gb: 96", "the memory stands there twice"),
        ("memory_gb: 48", "memory_gb: much", "'much' should be"),
        ("id: ours_1", "id: Ours-1", "'Ours-1' is no name of a chip"),
        ('observed: "2026-01-01"', "observed: yesterday", "observed 'yesterday' should be a day"),
        ("- {id: ours_1", "- {id: ours_1, name: Two}\n- {id: ours_1", "the id 'ours_1' stands there twice"),
    ],
)
def test_a_mistake_is_told_with_its_place(overlay: Overlay, old: str, new: str, told: str) -> None:
    overlay.write("ours/hardware/ours.yaml", CHIP.replace(old, new, 1))
    problems = overlay.problems()
    assert any(told in problem for problem in problems), problems
    assert all("hardware/ours.yaml" in problem for problem in problems)
