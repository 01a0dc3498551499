"""A chip that somebody names, and the one that a machine reports."""

from __future__ import annotations

import pytest

from advisor.intake.chips import same_chip
from advisor.loading.knowledge import load

CHIPS = load().hardware


@pytest.mark.parametrize(
    ("named", "reported"),
    [
        ("h100", "NVIDIA H100 80GB HBM3"),
        ("a100_80gb", "NVIDIA A100-SXM4-80GB"),
        ("a100", "NVIDIA A100-SXM4-80GB"),
        ("rtx_4070", "NVIDIA GeForce RTX 4070"),
        ("m3_max", "Apple M3 Max"),
        ("mi300x", "AMD Instinct MI300X"),
        ("frobnicator_9", "ACME Frobnicator 9 Pro"),
    ],
)
def test_the_chip_that_is_named_is_recognised(named: str, reported: str) -> None:
    assert same_chip(named, reported, CHIPS)


@pytest.mark.parametrize(
    ("named", "reported"),
    [
        ("h20", "NVIDIA H200"),
        ("a10", "NVIDIA A100-SXM4-80GB"),
        ("l4", "NVIDIA L40S"),
        ("m1", "Apple M1 Max"),
        ("a100_40gb", "NVIDIA A100-SXM4-80GB"),
        ("h100", "NVIDIA GeForce RTX 4070"),
        ("frobnicator_9", "ACME Frobnicator 90"),
    ],
)
def test_another_one_is_not_whatever_its_name_begins_with(named: str, reported: str) -> None:
    assert not same_chip(named, reported, CHIPS)
