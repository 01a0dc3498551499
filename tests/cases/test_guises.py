"""The same situation, told in other words of the vocabulary, is warned of all the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cli.program import Run

TRAINING = {"domain": "cv", "task": "train"}
SERVING = {"domain": "llm", "task": "inference", "train_hw": "none", "deploy_target": "onprem_server"}
TENSORFLOW = {**TRAINING, "requested_framework": "tensorflow"}

GUISES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "TensorFlow on the GPU of a Windows machine": (
        "stale_folklore",
        [
            {**TENSORFLOW, "train_hw": "nvidia_gpu", "train_os": "windows_native"},
            {**TENSORFLOW, "train_hw": "nvidia_gpu", "constraints": ["native_windows_only"]},
            {**TENSORFLOW, "develop_hw": "nvidia_gpu", "develop_os": "windows_native"},
            {**TRAINING, "existing_code": "keras2", "train_hw": "nvidia_gpu", "train_os": "windows_native"},
        ],
    ),
    "a wish that the hardware does not serve": (
        "contradiction",
        [
            {**TENSORFLOW, "train_hw": "nvidia_gpu", "train_os": "windows_native"},
            {**TENSORFLOW, "train_hw": "nvidia_gpu", "constraints": ["native_windows_only"]},
            {**TENSORFLOW, "train_hw": "intel_gpu"},
            {**TRAINING, "requested_framework": "mlx", "accelerator": "mi300x"},
            {**SERVING, "requested_framework": "mlx", "deploy_hw": "mi300x"},
        ],
    ),
    "a chip of a cloud on a closed site": (
        "contradiction",
        [
            {**TRAINING, "train_hw": "google_tpu", "constraints": ["air_gapped"]},
            {**TRAINING, "accelerator": "h100+tpu_v5p", "constraints": ["no_cloud"]},
            {**SERVING, "deploy_hw": "tpu_v5e", "constraints": ["air_gapped"]},
            {**SERVING, "deploy_hw": "inf2", "constraints": ["no_cloud"]},
        ],
    ),
    "a back end that nobody calls finished": (
        "experimental_backend",
        [
            {**TRAINING, "train_hw": "intel_gpu", "train_os": "linux"},
            {**TRAINING, "accelerator": "arc_b580"},
            {**TRAINING, "train_hw": "amd_gpu", "train_os": "windows_native"},
            {**TRAINING, "train_hw": "amd_gpu", "constraints": ["native_windows_only"]},
            {**TRAINING, "develop_hw": "amd_gpu", "develop_os": "windows_native"},
        ],
    ),
    "a card that new builds leave out": (
        "version_pin_needed",
        [
            {**TRAINING, "accelerator": "v100", "train_os": "linux"},
            {**SERVING, "accelerator": "v100"},
            {**SERVING, "deploy_hw": "v100"},
            {**SERVING, "deploy_hw": "mi50"},
        ],
    ),
    "PyTorch before a chip that runs .tflite files": (
        "conflict_train_deploy",
        [
            {**TRAINING, "deploy_target": "edge_tpu", "existing_code": "pytorch", "code_size": "large"},
            {**TRAINING, "deploy_target": "edge_tpu", "requested_framework": "pytorch"},
            {**TRAINING, "deploy_target": "microcontroller", "team_skill": "pytorch"},
        ],
    ),
    "a NumPy program that is to be differentiated": (
        "migration_needed",
        [
            {"domain": "scientific_ml", "existing_code": "numpy", "code_size": "large", "needs": ["ode_sde_solvers"]},
            {"domain": "scientific_ml", "existing_code": "numpy", "needs": ["autodiff_through_simulation"]},
            {"domain": "bayesian", "task": "train", "existing_code": "numpy", "needs": ["bayesian_mcmc"]},
        ],
    ),
    "a fleet whose chips are not named": (
        "ask_more",
        [
            {"domain": "llm", "task": "pretrain", "train_hw": "mixed"},
            {"domain": "general", "train_hw": "mixed", "constraints": ["portable_across_accelerators"]},
        ],
    ),
    "a device that its chip denies": (
        "contradiction",
        [
            {**TRAINING, "deploy_target": "edge_tpu", "deploy_hw": "jetson_orin"},
            {**TRAINING, "deploy_target": "ios", "deploy_hw": "snapdragon_8"},
            {**TRAINING, "deploy_target": "desktop_mac", "deploy_hw": "rtx_4090"},
            {**TRAINING, "deploy_target": "cloud_api", "deploy_hw": "esp32_s3"},
        ],
    ),
}


@pytest.fixture(scope="module")
def raised(run: Run) -> dict[str, list[set[str]]]:
    """The flags of each guise, by what they tell; all in one batch."""
    told = [(what, answers) for what, (_, guises) in GUISES.items() for answers in guises]
    lines = "".join(json.dumps({"id": what, "answers": answers}) + "\n" for what, answers in told)
    ran = run("recommend", "--batch", "-", "--no-detect", "--json", stdin=lines)
    assert (ran.exit, ran.stderr) == (0, "")
    found: dict[str, list[set[str]]] = {what: [] for what in GUISES}
    for document in ran.lines:
        found[document["id"]].append({flag["code"] for flag in document["flags"]})
    return found


@pytest.mark.parametrize("what", GUISES)
def test_every_guise_is_warned_of(raised: dict[str, list[set[str]]], what: str) -> None:
    flag, guises = GUISES[what]
    assert [answers for answers, flags in zip(guises, raised[what], strict=True) if flag not in flags] == []
