"""Chips that one does not have: listed, shown, compared, fitted to a model, and trained on in an answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.program import Run

LLM = ("--set", "domain=llm", "--set", "task=pretrain", "--set", "model_params_b=7")
TRAP = """\
maker: "Evil\\e[31m"
vendor: nvidia_gpu
sources:
  own: {ref: "<script>\\u202e", observed: "2026-01-01", grade: official}
chips:
- {id: trap, name: "Trap\\e]0;x\\a", source: own, figures: {memory_gb: {value: 8, note: "\\u202eN"}}}
"""


def test_every_chip_is_listed_by_its_maker(run: Run) -> None:
    listed = run("hardware", "list")
    assert (listed.exit, listed.stderr) == (0, "")
    assert "  h100 " in listed.stdout
    only = run("hardware", "list", "--vendor", "google_tpu", "--json").document["chips"]
    assert {chip["vendor"] for chip in only} == {"google_tpu"}


def test_what_was_measured_stands_apart_from_what_is_published(run: Run) -> None:
    shown = run("hardware", "show", "epyc").stdout
    published, _, measured = shown.partition("Measured by this project")
    assert "TFLOPS" not in published
    assert "0.37 TFLOPS" in measured
    document = run("hardware", "show", "epyc", "--json").document
    assert document["figures"] == {}
    assert document["measured"][0]["machine"].startswith("AMD EPYC")
    assert "0.37" not in run("hardware", "compare", "epyc", "h100").stdout


def test_chips_stand_side_by_side_and_what_is_unknown_says_so(run: Run) -> None:
    rows = run("hardware", "compare", "h100", "tpu_v5p", "h20").stdout.splitlines()
    assert rows[0].split() == ["h100", "tpu_v5p", "h20"]
    assert rows[1].split() == ["memory", "80", "95", "-", "GB"]


def test_a_model_is_fitted_part_by_part(run: Run) -> None:
    document = run("hardware", "fit", *LLM, "--on", "h100,h100x8,rtx_4090,h20", "--json").document
    assert {part["name"]: part["gb"] for part in document["needed"]["parts"]} == {
        "weights": 14.0,
        "gradients": 14.0,
        "optimiser": 84.0,
    }
    fitted = {(row["chip"], row["devices"]): (row["verdict"], row["fewest"]) for row in document["chips"]}
    assert fitted == {
        ("h100", 1): ("does_not_fit", 2),
        ("h100", 8): ("fits", 2),
        ("rtx_4090", 1): ("does_not_fit", 8),
        ("h20", 1): ("unknown", None),
    }


def test_how_devices_divide_the_work_is_as_the_command_line_says(run: Run) -> None:
    def needed(*given: str) -> float:
        (row,) = run("hardware", "fit", *LLM, *given, "--json").document["chips"]
        return float(row["needed_gb"])

    serve = ("--way", "serve", "--on", "h100x8")
    assert needed(*serve, "--tensor", "2") == pytest.approx(4 * needed(*serve))
    assert needed("--on", "h100x8", "--sharding", "none") == pytest.approx(needed("--on", "h100"))
    assert needed("--on", "h100x8") < needed("--on", "h100") / 2


@pytest.mark.parametrize(
    ("arguments", "smaller"),
    [
        (
            ("--set", "accelerator_count=8", "--sharding", "zero3"),
            ("--set", "accelerator_count=8", "--sharding", "ddp"),
        ),
        (("--way", "four_bit"), ("--way", "adapters")),
        (("--recompute", "full"), ()),
        (("--tensor", "8"), ("--tensor", "2")),
    ],
)
def test_each_way_of_saving_memory_saves_some(run: Run, arguments: tuple[str, ...], smaller: tuple[str, ...]) -> None:
    sizes = {"layers": 32, "width": 4096, "heads": 32, "sequence": 4096, "batch": 4, "vocabulary": 32000}
    shape = [part for word, number in sizes.items() for part in ("--set", f"sizes.{word}={number}")]

    def needs(*said: str) -> float:
        needed: float = run("hardware", "fit", *LLM, *shape, *said, "--on", "h100", "--json").document["needed"]["gb"]
        return needed

    assert needs(*arguments) < needs(*smaller)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("hardware", "show", "h10"), "Did you mean 'h100'?"),
        (("hardware", "fit", "--set", "domain=llm"), "neither the parameters of the model nor sizes"),
        (("hardware", "fit", *LLM, "--on", "h100,abacus,sundial"), "--on: 'sundial' names no chip"),
        (("hardware", "fit", *LLM, "--kv-heads", "8"), "an unknown number of queries"),
        (("hardware", "fit", *LLM, "--tensor", "8", "--on", "h100x2"), "2 devices cannot be put into groups of 8"),
        (("hardware", "list", "--vendor", "amd"), "Did you mean 'amd_gpu'?"),
        (("recommend", *LLM, "--no-detect", "--hardware", "abacus"), "--hardware: 'abacus' names no chip"),
        (("recommend", *LLM, "--no-detect", "--hardware", "fly=h100"), "--hardware: 'fly=h100' names no chip"),
        (("recommend", *LLM, "--no-detect", "--hardware", "h100x0"), "--hardware: 'h100x0' names no chip"),
        (("recommend", *LLM, "--no-detect", "--hardware", "h100x1000000"), "'h100x1000000' names no chip"),
        (
            ("recommend", *LLM, "--no-detect", "--hardware", "h100x8", "--set", "accelerator_count=4"),
            "'h100x8' says that accelerator_count is 8, and it is answered 4",
        ),
        (
            ("recommend", *LLM, "--no-detect", "--hardware", "h100", "--set", "accelerator=a100"),
            "'h100' says that accelerator is 'h100', and it is answered 'a100'",
        ),
        (("recommend", "--batch", "-", "--json", "--hardware", "h100"), "a batch has its own answers"),
    ],
)
def test_a_mistake_is_told(run: Run, arguments: tuple[str, ...], told: str) -> None:
    ran = run(*arguments)
    assert (ran.exit, ran.stdout) == (2, "")
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_machine_that_is_named_is_answered_word_for_word(run: Run) -> None:
    named = run("recommend", *LLM, "--no-detect", "--json", "--hardware", "h100x8", "--hardware", "deploy=mi300x")
    words = {"accelerator": "h100", "accelerator_count": "8", "deploy_hw": "mi300x", "deploy_chip": "amd_gpu"}
    settings = [part for key, word in words.items() for part in ("--set", f"{key}={word}")]
    said = run("recommend", *LLM, "--no-detect", "--json", *settings)
    assert (named.exit, said.exit) == (0, 0)
    assert named.stdout == said.stdout
    memory = named.document["memory"]
    assert (memory["way"], memory["devices"], memory["device_gb"], memory["verdict"]) == ("train", 8, 80.0, "fits")


def test_an_answer_that_a_chip_contradicts_is_named(run: Run) -> None:
    ran = run("recommend", *LLM, "--no-detect", "--json", "--hardware", "h100", "--set", "train_hw=amd_gpu")
    assert "contradiction" in {flag["code"] for flag in ran.document["flags"]}


def test_another_name_of_the_same_chip_is_no_contradiction(run: Run) -> None:
    ran = run("recommend", *LLM, "--no-detect", "--json", "--hardware", "h100", "--set", "accelerator=NVIDIA H100 80GB")
    assert ran.exit == 0
    assert ran.document["answers"]["accelerator"] == "NVIDIA H100 80GB"


def test_a_model_that_does_not_fit_is_told_at_once(run: Run) -> None:
    ran = run("recommend", *LLM, "--no-detect", "--hardware", "h100")
    told = " ".join(ran.stdout.split())
    assert "Memory 7 billion parameters, trained in mixed precision with Adam, need 112 GB on one device" in told
    assert "does not fit; 2 of them would do" in told
    assert "Memory" not in run("recommend", *LLM, "--no-detect", "--hardware", "h100x8").stdout


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            "domain=rl sizes.batch=512 sizes.width=8 sizes.mlp_width=256 sizes.mlp_layers=3",
            "Value network and its target of 134,916 parameters",
        ),
        (
            "sizes.points=2048 sizes.derivative_order=2 sizes.mlp_width=64 sizes.mlp_layers=4",
            "Physics-informed network of 12,737 parameters",
        ),
        (
            "sizes.batch=16 sizes.width=2 sizes.mlp_width=50 sizes.solver_steps=20",
            "Neural differential equation of 252 parameters",
        ),
    ],
)
def test_small_networks_are_fitted_by_their_sizes(run: Run, settings: str, told: str) -> None:
    given = [part for one in settings.split() for part in ("--set", one)]
    said = run("hardware", "fit", *given, "--way", "train_fp32", "--on", "h100").stdout
    assert said.startswith(told)
    assert "Activations are not counted" not in said


def test_what_an_overlay_says_of_a_chip_stays_text(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "ours" / "hardware"
    folder.mkdir(parents=True)
    (folder / "trap.yaml").write_text(TRAP, encoding="utf-8")
    for command in (("list",), ("show", "trap"), ("compare", "trap"), ("fit", *LLM, "--on", "trap")):
        said = run("hardware", *command, "--knowledge", tmp_path / "ours").stdout
        assert "trap" in said
        assert not {"\x1b", "\x07", "\u202e"} & {*said}
    document = run("hardware", "show", "trap", "--knowledge", tmp_path / "ours", "--json").document
    assert json.dumps(document)
