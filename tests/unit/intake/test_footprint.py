"""The memory that a model needs: held against measured peaks, published figures and laws."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from advisor.frozen import replace
from advisor.intake import derivatives
from advisor.intake.architectures import architecture
from advisor.intake.footprint import Setup, fewest, fit, needed, verdict
from advisor.loading.knowledge import load
from advisor.model.answers import Answer
from advisor.model.knowledge import StateBytes
from advisor.model.memory import Architecture, Details, Sharding, Way

MEMORY = load(use_cache=False).memory
TESTS = Path(__file__).resolve().parents[2]
MEASURED = json.loads((TESTS / "benchmarks" / "memory.json").read_text(encoding="utf-8"))["models"]
MODELS = yaml.safe_load((TESTS / "truth" / "models.yaml").read_text(encoding="utf-8"))["models"]

ADAM = MEMORY.train_fp32
MOMENTUM = StateBytes(weights=4, gradients=4, optimiser=4, numbers=4)
SPARSE_ADAM = StateBytes(weights=4, optimiser=8, numbers=4)
SPARSE = StateBytes(weights=4, numbers=4)
"""Of tables whose gradients are rows, next to nothing beside the tables."""

TRAINED: dict[str, tuple[StateBytes, Details]] = {
    "gpt_train": (ADAM, Details()),
    "bert_finetune": (ADAM, Details(dropout=True, fused=False, logits=False)),
    "resnet_train": (MOMENTUM, Details()),
    "dlrm_train": (SPARSE, Details()),
    "ncf_train": (SPARSE_ADAM, Details()),
    "dqn_train": (ADAM, Details(target=True)),
    "pinn_train": (ADAM, Details()),
    "ode_train": (ADAM, Details()),
}
SERVED = ("gpt_generate", "resnet_infer", "vit_infer")
MIB, GIB = 2**20, 2**30


def test_within_a_tenth_of_what_was_measured() -> None:
    off = {}
    for name in (*TRAINED, *SERVED):
        for size, sizes in MODELS[name]["sizes"].items():
            each, details = TRAINED.get(name, (MEMORY.serve_fp32, Details()))
            model = architecture(sizes, details)
            assert model is not None
            setup = Setup(way="train_fp32" if name in TRAINED else "serve_fp32")
            need = needed(model, setup, replace(MEMORY, train_fp32=each, serve_fp32=each))
            found = MEASURED[f"{name} {size}"]
            off[f"{name} {size}"] = need.gb * 1e9 / found["peak_bytes"]
            assert model.parameters * model.copies == pytest.approx(found["parameters"], rel=0.03), name
    assert set(off) == set(MEASURED)
    assert {key: ratio for key, ratio in off.items() if not 0.9 < ratio < 1.1} == {}


@pytest.mark.parametrize(
    ("billions", "devices", "sharding", "gigabytes"),
    [
        # Rajbhandari et al. 2020, arXiv:1910.02054, figure 1, and section 3.1 for GPT-2.
        (7.5, 64, "ddp", 120),
        (7.5, 64, "zero1", 31.4),
        (7.5, 64, "zero2", 16.6),
        (7.5, 64, "zero3", 1.9),
        (1.5, 1, "none", 24),
    ],
)
def test_states_as_published(billions: float, devices: int, sharding: Sharding, gigabytes: float) -> None:
    model = Architecture(kind="model", parameters=billions * 1e9)
    need = needed(model, Setup(way="train", devices=devices, sharding=sharding), MEMORY)
    assert need.gb == pytest.approx(gigabytes, rel=0.02)
    assert not need.counted


@pytest.mark.parametrize(
    ("layers", "width", "heads", "kv_heads", "tokens", "size"),
    [
        # https://huggingface.co/dranger003/c4ai-command-r-v01-iMat.GGUF/discussions/6, as llama.cpp allocates it.
        (32, 4096, 32, 8, 2048, 256 * MIB),  # Llama 3 8B
        (80, 8192, 64, 8, 2048, 640 * MIB),  # Llama 3 70B
        (40, 8192, 64, 64, 2048, 2560 * MIB),  # Command R 35B
        # https://huggingface.co/TheBloke/Yi-34B-200K-GGUF/discussions/1
        (60, 7168, 56, 8, 50_000, 11718.75 * MIB),
        # https://pypi.org/project/kvplan/0.1.1: Llama 3.1 8B at the longest request.
        (32, 4096, 32, 8, 131_072, 16 * GIB),
    ],
)
def test_keys_and_values_as_published(  # noqa: PLR0913, PLR0917  (a model's shape has so many numbers)
    layers: int, width: int, heads: int, kv_heads: int, tokens: int, size: float
) -> None:
    sizes = {"layers": layers, "width": width, "heads": heads, "sequence": tokens - 1, "new_tokens": 1}
    model = architecture(sizes, Details(kv_heads=kv_heads))
    assert model is not None
    parts = {part.name: part.gb for part in needed(model, Setup(way="serve"), MEMORY).parts}
    assert parts["cache"] * 1e9 == pytest.approx(size)


def test_weights_as_published() -> None:
    """Llama 3 8B takes 14.96 GiB in vLLM: https://github.com/vllm-project/vllm/issues/12330."""
    model = Architecture(kind="model", parameters=8.03e9)
    assert needed(model, Setup(way="serve"), MEMORY).gb * 1e9 == pytest.approx(14.96 * GIB, rel=0.01)


def test_adapters_over_four_bits_as_published() -> None:
    """65 billion parameters on one card of 48 GB, and not without: Dettmers et al. 2023, arXiv:2305.14314."""
    model = Architecture(kind="model", parameters=65e9)
    assert verdict(needed(model, Setup(way="four_bit"), MEMORY), 48, MEMORY) == "fits"
    assert needed(model, Setup(way="train"), MEMORY).gb > 780


@pytest.mark.parametrize(("tensor", "bytes_each"), [(1, 34), (8, 13)])
def test_activations_of_a_layer_as_published(tensor: int, bytes_each: int) -> None:
    """s b h (10 + 24 / t) bytes: Korthikanti et al. 2022, arXiv:2205.05198, equation 2, attention computed again."""
    sizes = {"layers": 96, "width": 12288, "heads": 96, "sequence": 2048, "batch": 1}
    model = architecture(sizes, Details(dropout=True, recompute="selective"))
    assert model is not None
    parts = {
        part.name: part.gb for part in needed(model, Setup(way="train", devices=tensor, tensor=tensor), MEMORY).parts
    }
    outside = 2 * 2048 * 12288 * 2
    assert parts["activations"] * 1e9 - outside == pytest.approx(96 * 2048 * 12288 * bytes_each)


SETUPS = st.builds(
    Setup,
    way=st.sampled_from(("train", "train_fp32", "train_bf16", "adapters", "four_bit")),
    devices=st.sampled_from((2, 4, 8, 64, 1024)),
    tensor=st.sampled_from((1, 2)),
)
BILLIONS = st.floats(0.001, 2000)


@given(SETUPS, BILLIONS)
def test_dividing_more_never_needs_more(setup: Setup, billions: float) -> None:
    model = Architecture(kind="model", parameters=billions * 1e9)
    ways: tuple[Sharding, ...] = ("none", "ddp", "zero1", "zero2", "zero3")
    needs = [needed(model, replace(setup, sharding=sharding), MEMORY).gb for sharding in ways]
    assert needs == sorted(needs, reverse=True)
    assert needed(model, replace(setup, sharding="fsdp"), MEMORY).gb == needs[-1]


@given(SETUPS, BILLIONS, st.floats(1, 300))
def test_the_fewest_devices_have_room_and_half_of_them_have_not(setup: Setup, billions: float, room: float) -> None:
    model = Architecture(kind="model", parameters=billions * 1e9)
    count = fewest(model, setup, room, MEMORY)
    if count is None:
        return

    def holds(devices: int) -> bool:
        spread = replace(setup, devices=devices, sharding="fsdp" if devices > 1 else "none")
        return verdict(needed(model, spread, MEMORY), room, MEMORY) == "fits"

    assert holds(count)
    assert count == setup.tensor or not holds(count // 2)


@given(st.integers(1, 64), st.integers(1, 64))
def test_more_of_everything_keeps_more(batch: int, layers: int) -> None:
    sizes = {"width": 256, "heads": 4, "sequence": 128, "vocabulary": 1000, "layers": layers, "batch": batch}
    less, more = architecture(sizes), architecture({**sizes, "batch": batch + 1, "layers": layers + 1})
    assert less is not None
    assert more is not None
    assert more.saved > less.saved
    assert more.parameters > less.parameters
    again = architecture(sizes, Details(recompute="full"))
    assert again is not None
    assert again.saved + again.saved_whole <= less.saved + less.saved_whole + less.saved_whole / layers


@pytest.mark.parametrize(
    ("layers", "order", "narrow", "wide"),
    [
        # Of one layer: its result; for each of two first derivatives a gradient before and behind tanh; and so on.
        (1, 1, 4, 5),
        (1, 2, 6, 5 + 5),
        (1, 3, 8, 5 + 5 + 7),
        (4, 2, 6, 43),
        (4, 3, 8, 95),
    ],
)
def test_each_derivative_keeps_what_the_way_back_through_it_asks_for(
    layers: int, order: int, narrow: int, wide: int
) -> None:
    for width in (8, 64):
        assert derivatives.numbers_kept(2, width, layers, order) == narrow + wide * width


@pytest.mark.parametrize("order", range(1, 7))
def test_each_further_layer_keeps_as_much_as_the_one_before(order: int) -> None:
    assert derivatives.numbers_kept(2, 8, 6, order) == derivatives._kept((2, *[8] * 6, 1), order)


def test_derivatives_that_are_not_counted_make_no_model() -> None:
    sizes = {"points": 100, "mlp_width": 16, "mlp_layers": 10**9, "derivative_order": derivatives.MOST}
    assert architecture(sizes) is not None
    assert architecture({**sizes, "derivative_order": derivatives.MOST + 1}) is None


def test_a_target_network_is_held_only_while_values_are_learnt() -> None:
    sizes = {"batch": 32, "width": 8, "mlp_width": 64, "mlp_layers": 2}
    model = architecture(sizes, Details(target=True))
    alone = architecture(sizes)
    assert model is not None
    assert alone is not None
    assert needed(model, Setup(way="serve"), MEMORY) == needed(alone, Setup(way="serve"), MEMORY)
    less, more = (needed(one, Setup(way="train_fp32"), MEMORY) for one in (alone, model))
    assert more.gb - less.gb == pytest.approx(4e-9 * alone.parameters)


@pytest.mark.parametrize(
    ("answers", "way", "said"),
    [
        ({"model_params_b": 7, "accel_mem_gb": 24, "task": "finetune"}, "adapters", "fits"),
        ({"model_params_b": 13, "accel_mem_gb": 24, "task": "finetune"}, "four_bit", "fits"),
        ({"model_params_b": 7, "accel_mem_gb": 24, "task": "pretrain"}, "train", "does_not_fit"),
        ({"model_params_b": 7, "accel_mem_gb": 80, "task": "pretrain", "accelerator_count": 8}, "train", "fits"),
        ({"model_params_b": 70, "accel_mem_gb": 80, "task": "inference"}, "serve_four_bit", "fits"),
        (
            {"model_params_b": 7, "accel_mem_gb": 15.9, "task": "inference", "accelerator_count": 1},
            "serve_four_bit",
            "fits",
        ),
        ({"model_params_b": 5, "accel_mem_gb": 85, "task": "train"}, "train", "tight"),
    ],
)
def test_what_an_answer_says_of_its_model(answers: dict[str, Answer], way: Way, said: str) -> None:
    found = fit(answers, MEMORY)
    assert found is not None
    assert (found.way, found.verdict) == (way, said)


def test_nothing_is_said_where_parameters_or_memory_are_open() -> None:
    assert fit({"accel_mem_gb": 80}, MEMORY) is None
    assert fit({"model_params_b": 7}, MEMORY) is None
    assert fit({"accel_mem_gb": 80, "sizes": {"batch": 8}}, MEMORY) is None


def test_nothing_is_said_of_weights_outside_the_chip() -> None:
    assert fit({"model_params_b": 70, "accel_mem_gb": 44, "train_hw": "cerebras"}, MEMORY) is None
