"""`advisor recommend --fleet`: one framework for many kinds of machine, from files and from what is stored."""

from __future__ import annotations

import json
from errno import EACCES
from pathlib import Path
from typing import Any, NoReturn

import jsonschema
import pytest
from cli.program import Ran, Run
from cli.stored import found_here
from cli.stored import measured as measured_here

from advisor.cli.exports import read_exports
from advisor.cli.fleets import gathered
from advisor.errors import InputError
from advisor.evidence.keeping import store
from advisor.evidence.portable import identified
from advisor.frozen import replace
from advisor.model.measurement import TERMS
from kinds.made_up import APPLE, CPU, NVIDIA, exported, fleet, measured

TUNING = ("--set", "domain=llm", "--set", "task=finetune", "--set", "here=train", "--as-of", "2026-11-29")
FORMATS = ("text", "detail", "json", "markdown", "adr", "html")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fleet(tmp_path_factory.mktemp("fleet"))


@pytest.fixture(scope="module")
def decided(run: Run, folder: Path) -> Any:
    return answered(run, folder).document


def answered(run: Run, *paths: str | Path, more: tuple[str, ...] = ()) -> Ran:
    ran = run("recommend", *TUNING, *more, "--json", "--fleet", *paths)
    assert ran.exit == 0, ran.stderr
    return ran


def kinds(document: Any) -> dict[str, Any]:
    return {kind["id"]: kind for kind in document["kinds"]}


def test_it_is_as_the_schema_says(run: Run, decided: Any) -> None:
    jsonschema.validate(decided, run("schema", "fleet-decision").document)
    assert decided["schema"] == "advisor/fleet/1"
    for kind in decided["kinds"]:
        jsonschema.validate(kind["recommendation"], run("schema", "recommendation").document)


def test_each_kind_has_an_answer_of_its_own_machine(decided: Any) -> None:
    found = {kind: one["recommendation"] for kind, one in kinds(decided).items()}
    assert set(found) == {CPU.fingerprint, NVIDIA.fingerprint, APPLE.fingerprint}
    hardware = {kind: one["answers"]["train_hw"] for kind, one in found.items()}
    assert hardware == {CPU.fingerprint: "cpu", NVIDIA.fingerprint: "nvidia_gpu", APPLE.fingerprint: "apple_gpu"}
    assert (
        found[APPLE.fingerprint]["recommendation"]["primary"] != found[NVIDIA.fingerprint]["recommendation"]["primary"]
    )
    for kind, one in found.items():
        assert one["measurements"]["used"] == [kinds(decided)[kind]["measurement"]]


def test_what_one_kind_rules_out_is_ruled_out_for_all(decided: Any) -> None:
    out: dict[str, list[str]] = {}
    for kind in decided["kinds"]:
        for excluded in kind["recommendation"]["excluded"]:
            out.setdefault(excluded["option"], []).append(kind["id"])
    assert decided["overall"]["excluded"] == out
    assert not set(out) & {each["option"] for each in decided["overall"]["ranking"]}
    for standing in decided["standings"]:
        assert (standing["place"] is None) == bool(standing["reason"]) == bool(standing["findings"])


def test_what_the_common_one_costs_is_said_against_the_best_of_each_kind(decided: Any) -> None:
    primary = decided["overall"]["primary"]
    costs = {each["kind"]: each for each in decided["standings"] if each["option"] == primary}
    on_apple = costs[APPLE.fingerprint]
    assert on_apple["place"] > 1
    assert on_apple["time_interval"][0] < on_apple["relative_time"] < on_apple["time_interval"][1]
    assert 1.3 < on_apple["relative_time"] < 1.9
    for kind, own in costs.items():
        ranking = kinds(decided)[kind]["recommendation"]["ranking"]
        score = next(each["score"] for each in ranking if each["option"] == primary)
        assert own["lost"] == pytest.approx(ranking[0]["score"] - score, abs=2e-6)
        assert own["lost_interval"][0] <= own["lost"] + 1e-6
        assert own["lost"] <= own["lost_interval"][1] + 1e-6


def test_the_order_of_the_files_is_irrelevant(run: Run, folder: Path, decided: Any) -> None:
    files = sorted(folder.rglob("*.json"))
    assert answered(run, *files).document == answered(run, *reversed(files)).document == decided


def test_nodes_count_where_they_are_told(run: Run, folder: Path, decided: Any) -> None:
    ran = answered(run, folder, more=("--nodes", "h100=62", "--nodes", "epyc=1"))
    counted = kinds(ran.document)
    assert {kind: one["share"] for kind, one in counted.items()} == {
        CPU.fingerprint: pytest.approx(1 / 64, abs=1e-6),
        NVIDIA.fingerprint: pytest.approx(62 / 64, abs=1e-6),
        APPLE.fingerprint: pytest.approx(1 / 64, abs=1e-6),
    }
    assert [counted[each.fingerprint]["nodes"] for each in (CPU, NVIDIA, APPLE)] == [1, 62, None]
    for kind, one in kinds(decided).items():
        assert counted[kind]["recommendation"] == one["recommendation"]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_names_every_kind_and_option(run: Run, folder: Path, decided: Any, form: str) -> None:
    said = run("recommend", *TUNING, "--fleet", folder, "--format", form).stdout
    options = {each["option"] for each in decided["standings"]}
    for name in (*options, *(kind["name"] for kind in decided["kinds"])):
        assert name in said
    assert decided["overall"]["primary"] in said


def test_one_kind_is_one_machine_and_says_so(run: Run, tmp_path: Path) -> None:
    ran = answered(run, exported(measured(CPU), tmp_path / "cpu.json"))
    assert "one kind of machine, AMD EPYC 9654 (96 cores). This is the answer for that machine." in ran.stderr
    (kind,), overall = ran.document["kinds"], ran.document["overall"]
    alone = kind["recommendation"]
    assert overall["status"] == alone["status"]
    assert overall["primary"] == alone["recommendation"]["primary"]
    assert overall["confidence"] == alone["recommendation"]["confidence"]
    assert [(each["option"], each["score"]) for each in overall["ranking"]] == [
        (each["option"], each["score"]) for each in alone["ranking"]
    ]


def test_of_two_runs_of_a_kind_the_newer_one_counts(run: Run, folder: Path, tmp_path: Path) -> None:
    older, newer = measured(CPU, 1), measured(CPU, 2, {"jax/jit": 1.0, "pytorch/eager": 9.0})
    file = exported(newer, tmp_path / "newer.json")
    ran = answered(run, folder, file)
    assert kinds(ran.document)[CPU.fingerprint]["measurement"] == newer.id
    said = f"the run {newer.id[:8]} counts; of the same kind, and passed over: {older.id[:8]}."
    assert f"AMD EPYC 9654 (96 cores): {said}" in ran.stderr


def test_a_run_under_other_terms_is_told_and_compared_with_none(run: Run, folder: Path, tmp_path: Path) -> None:
    older = identified(replace(measured(CPU, 20), terms=TERMS - 1))
    file = exported(older, tmp_path / "older.json")
    ran = answered(run, folder, file)
    assert kinds(ran.document)[CPU.fingerprint]["measurement"] == measured(CPU).id
    said = f"measurement {older.id[:8]}: it was measured under version {TERMS - 1} of the terms of comparison"
    assert said in ran.stderr
    alone = run("recommend", *TUNING, "--fleet", file)
    assert (alone.exit, alone.stdout) == (2, "")
    assert said in alone.stderr
    assert "--fleet: none of these runs can be used." in alone.stderr


def test_the_store_has_the_runs_of_this_machine_and_of_others(run: Run, tmp_path: Path, folder: Path) -> None:
    home = {"ADVISOR_HOME": str(tmp_path)}
    nothing = run("recommend", *TUNING, "--fleet", env=home)
    assert nothing.exit == 2
    assert "nothing is stored that could be used" in nothing.stderr
    for file in folder.rglob("*.json"):
        assert run("measurements", "import", file, env=home).exit == 0
    own = store.save(measured_here(), tmp_path, found_here())
    # A run of this kind of machine from elsewhere gives way to the one that was measured here.
    store.add(replace(measured_here(2), id=""), tmp_path)
    document = run("recommend", *TUNING, "--json", "--fleet", env=home).document
    assert set(kinds(document)) == {*(each.fingerprint for each in (CPU, NVIDIA, APPLE)), own.machine.fingerprint}
    assert kinds(document)[own.machine.fingerprint]["measurement"] == own.id
    assert [kind["foreign"] for kind in document["kinds"]].count(False) == 1
    alone = run("recommend", *TUNING, "--json", "--depth", "core", env=home).document
    here = kinds(document)[own.machine.fingerprint]["recommendation"]
    assert {**here, "id": None} == {**alone, "id": None}


def test_a_whole_name_is_not_taken_for_part_of_another() -> None:
    one = replace(APPLE, accelerators=(replace(APPLE.accelerators[0], name="Apple M3"),), fingerprint="1" * 16)
    runs = [measured(APPLE), identified(replace(measured(APPLE), machine=one))]
    assert gathered(runs, [("apple m3", 7)]).nodes == {one.fingerprint: 7}
    with pytest.raises(InputError, match="several kinds"):
        gathered(runs, [("apple", 7)])


def test_a_folder_whose_files_may_not_be_looked_at_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_: Path) -> NoReturn:
        raise PermissionError(EACCES, "Permission denied")

    monkeypatch.setattr(Path, "is_file", forbidden)
    with pytest.raises(InputError, match="it cannot be read: Permission denied"):
        read_exports([str(folder)])


MISTAKES = (
    (("--fleet", "{fleet}", "--probe", "run"), "--probe run: the machines were measured before."),
    (("--fleet", "{fleet}", "--no-detect"), "--no-detect: the machines are what was detected there."),
    (("--fleet", "{fleet}", "--machine", "cores=4"), "--machine: the machines are what was detected there."),
    (("--fleet", "{fleet}", "--lock"), "--lock: a decision file is about one machine."),
    (("--fleet", "{fleet}", "--format", "uv"), "--format uv: what is installed is for one machine."),
    (("--nodes", "h100=2"), "--nodes: there are no kinds of machine to count."),
    (("--fleet", "{fleet}", "--nodes", "tpu=2"), "'tpu' is part of the name of no kind of machine."),
    (
        ("--fleet", "{fleet}", "--nodes", "h100=2", "--nodes", "nvidia=3"),
        "--nodes: the nodes of 8 x NVIDIA H100 80GB HBM3 are counted twice.",
    ),
    (("--fleet", "{fleet}", "--nodes", "m3=0"), "'m3=0' is not KIND=N"),
    (("--fleet", "{empty}"), "there is no run in this folder"),
    (("--fleet", "{fleet}", "{wrong}"), "its id is"),
    (("--fleet", "{fleet}", "x" * 5000), "x: it cannot be read: "),
    (("--fleet", "{fleet}", "nowhere.json"), "nowhere.json: it cannot be read"),
)


@pytest.mark.parametrize(("arguments", "told"), MISTAKES, ids=[" ".join(given)[:60] for given, _ in MISTAKES])
def test_a_mistake_is_told(run: Run, folder: Path, tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    changed = json.loads(exported(measured(CPU), tmp_path / "run.json").read_text(encoding="utf-8"))
    changed["elapsed_s"] = 1.0
    (tmp_path / "run.json").write_text(json.dumps(changed), encoding="utf-8")
    (tmp_path / "empty").mkdir()
    places = {"fleet": folder, "empty": tmp_path / "empty", "wrong": tmp_path / "run.json"}
    ran = run("recommend", *TUNING, *(text.format(**places) for text in arguments))
    assert (ran.exit, ran.stdout) == (2, "")
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_batch_is_for_one_machine(run: Run, folder: Path) -> None:
    ran = run("recommend", "--batch", "-", "--json", "--fleet", folder)
    assert (ran.exit, ran.stdout) == (2, "")
    assert "--batch: a batch is answered for one machine." in ran.stderr


def test_where_the_machines_stand_for_is_said_if_nobody_answered_it(run: Run, folder: Path) -> None:
    ran = run("recommend", "--set", "domain=cv", "--fleet", folder)
    assert "the machines are taken for those that you develop on. Add --set here=train" in ran.stderr


def test_without_a_common_framework_it_says_so_and_what_each_kind_has(run: Run, folder: Path) -> None:
    asked = (*TUNING, "--options", "jax,tensorflow", "--fleet", folder)
    ran = run("recommend", *asked)
    assert ran.exit == 4
    assert ran.stdout.startswith("Build on   no one framework  (no option satisfies every answer)\n")
    assert "no answer on Apple M3 Max." in " ".join(ran.stdout.split())
    document = run("recommend", *asked, "--json").document
    assert (document["overall"]["status"], document["overall"]["ranking"]) == ("no_feasible_option", [])
    assert kinds(document)[NVIDIA.fingerprint]["recommendation"]["recommendation"]["primary"] == "jax"


@pytest.mark.parametrize("form", FORMATS)
def test_the_name_of_a_machine_is_data(run: Run, tmp_path: Path, form: str) -> None:
    trap = replace(CPU, cpu="\x1b[31m<script>alert(1)</script>|\u202e# *x*\n\n# y", fingerprint="0" * 16)
    there = replace(measured(CPU), machine=trap)
    ran = run("recommend", *TUNING, "--fleet", exported(identified(there), tmp_path / "trap.json"), "--format", form)
    assert ran.exit == 0
    for said in (ran.stdout, ran.stderr):
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert "\n# y" not in said
    assert form not in ("html", "markdown", "adr") or "<script" not in ran.stdout


@pytest.mark.parametrize(
    ("figure", "value"),
    [("relative_time", 0.0), ("relative_time", 1e-320), ("utilisation", -1.0), ("interval", (1e-300, 1e300))],
)
def test_figures_that_cannot_be_are_a_mistake_of_the_file(run: Run, tmp_path: Path, figure: str, value: Any) -> None:
    sound = measured(CPU)
    first, *others = sound.classes
    exported(identified(replace(sound, classes=(replace(first, **{figure: value}), *others))), tmp_path / "run.json")
    ran = run("recommend", *TUNING, "--fleet", tmp_path)
    assert ran.exit == 2
    assert f"classes.0.{figure}: " in ran.stderr
    assert "Traceback" not in ran.stderr
