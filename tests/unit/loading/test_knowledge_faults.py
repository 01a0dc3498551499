"""Every fault in the files of knowledge is a problem with file, line, key, expectation and the nearest word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from seeding import Folders, copied

VOCABULARY, CRITERIA = "knowledge/vocabulary.yaml", "knowledge/criteria.yaml"
JAX, RUNTIME = "knowledge/frameworks/jax.yaml", "knowledge/components/runtime.yaml"
QUESTIONS = "knowledge/questions.yaml"
WHEELS = r"^  wheels\.linux:.*(\n    .*)*"
"""A fact in whatever form it stands there."""
HARDWARE = r"^- id: hardware\n(.*\n)*?  "


def _component(name: str, **changed: str) -> str:
    """The beginning of a file's components, with one more of that name."""
    entry = {
        "name": "x",
        "purpose": "y",
        "status": "active",
        "source": "ort-npm",
        "licence": "MIT",
        "requires": "any",
        "excludes": "[]",
        "platforms": "any",
        "replaces": "[]",
        "successor": '""',
        "package": "x",
    }
    said = ", ".join(f"{key}: {value}" for key, value in {**entry, **changed}.items())
    return f"components:\n  {name}: {{{said}}}\n"


@dataclass(frozen=True, slots=True)
class Fault:
    file: str
    pattern: str
    new: str
    key: str
    says: str
    hint: str = ""


FAULTS = {
    "path of an unknown answer": Fault(
        VOCABULARY, r"accelerator\.\{train_os\}", "accelerator.{train_oss}", "", "names 'train_oss'", "'train_os'?"
    ),
    "implication of an unknown word": Fault(
        VOCABULARY,
        r"implies: \{train_os: linux\}",
        "implies: {train_os: linus}",
        "",
        "'linus', which is no",
        "'linux'?",
    ),
    "words that exclude each other and are none": Fault(
        VOCABULARY,
        r"exclusive: \[\[training, inference_only\]",
        "exclusive: [[training, inference_onli]",
        "",
        "'inference_onli' is not a word of shape",
        "'inference_only'?",
    ),
    "mistyped path of a fact": Fault(
        JAX,
        r"^  accelerator\.linux\.cpu:",
        "  accelerator.linux.cpuu:",
        "facts.accelerator.linux.cpuu",
        "'accelerator.linux.cpuu' is not an attribute",
        "'accelerator.linux.cpu'?",
    ),
    "no draws": Fault(CRITERIA, r"draws: \d+", "draws: 0", "decision.draws", "at least one draw"),
    "benchmark of an unknown class": Fault(
        "knowledge/benchmarks/keras3.yaml",
        r"workload_class: vision_train",
        "workload_class: vison_train",
        "",
        "'vison_train' is not a class",
        "'vision_train'?",
    ),
    "unknown key": Fault(
        VOCABULARY, r"  kind: word\n", "  knd: word\n", "answers[0].knd", "'knd' is not known", "'kind'?"
    ),
    "wrong word": Fault(
        VOCABULARY, r"kind: word$", "kind: wrod", "answers[0].kind", "'wrod' is not allowed", "'word'?"
    ),
    "number for a list": Fault(VOCABULARY, r"^layers:\n", "layers: 3\nx:\n", "x", "the key 'x' is not known"),
    "unknown projection": Fault(
        CRITERIA,
        r"reads: at_train\.accelerator",
        "reads: at_tran.accelerator",
        "criteria[0].reads",
        "not a projection",
        "'at_train.accelerator'?",
    ),
    "word of a scale": Fault(
        CRITERIA, r"stable: 1\.0, beta", "stable: 1.0, betta", "criteria[0].scale.betta", "one side"
    ),
    "value of a scale": Fault(CRITERIA, r"stable: 1\.0", "stable: 1.5", "criteria[0].scale.stable", "outside 0 to 1"),
    "text in a scale": Fault(
        CRITERIA, r"scale: \{.*\}", "scale:\n    stable: 1\n    none: low", "criteria[0].scale.none", "'low' should be"
    ),
    "weight outside its band": Fault(CRITERIA, r"weight: .*", "weight: 0.99", "criteria[0].weight", "outside its band"),
    "weight in words": Fault(CRITERIA, r"weight: .*", "weight: heavy", "criteria[0].weight", "'heavy' should be"),
    "band of one": Fault(CRITERIA, r"band: .*", "band: [0.1]", "criteria[0].band", "the key 1 is missing"),
    "criterion twice": Fault(CRITERIA, r"- id: deployment", "- id: hardware", "criteria[5].id", "stands there twice"),
    "unknown question": Fault(
        QUESTIONS, r"key: domain", "key: domian", "[0].key", "'domian' is not a key", "'domain'?"
    ),
    "question twice": Fault(QUESTIONS, r"key: task", "key: domain", "[1].key", "stands there twice"),
    "number for a text": Fault(QUESTIONS, r"  text: .*", "  text: 5", "[0].text", "5 should be a valid string"),
    "unknown id": Fault(JAX, r"^id: jax", "id: jaxx", "id", "'jaxx' is not", ""),
    "unknown source": Fault(
        JAX,
        WHEELS,
        "  wheels.linux: {value: stable, source: inedx}",
        "facts.wheels.linux",
        "'inedx' is not a source",
        "'index'?",
    ),
    "wrong word of a fact": Fault(
        JAX,
        WHEELS,
        "  wheels.linux: {value: stabel, source: index}",
        "facts.wheels.linux",
        "'stabel' is not allowed",
        "'stable'?",
    ),
    "number for a word": Fault(
        JAX,
        WHEELS,
        "  wheels.linux: {value: 5, source: index}",
        "facts.wheels.linux.value",
        "5 should be a valid string",
    ),
    "several words for one": Fault(
        JAX,
        WHEELS,
        "  wheels.linux: {value: [stable], source: index}",
        "facts.wheels.linux",
        "not allowed",
        "'stable'?",
    ),
    "unknown grade": Fault(
        JAX, r"grade: official", "grade: oficial", "sources.", "'oficial' is not allowed", "'official'?"
    ),
    "unknown status": Fault(RUNTIME, r"status: active", "status: actve", "components.", "not allowed", "'active'?"),
    "unknown component": Fault(
        RUNTIME,
        r"^components:\n",
        _component("litret"),
        "components.litret",
        "'litret' is not a component",
        "'litert'?",
    ),
    "unknown primary": Fault(
        RUNTIME, r"requires: any", "requires: [pytroch]", "components.", "not a primary", "'pytorch'?"
    ),
    "unknown system": Fault(
        RUNTIME, r"platforms: any", "platforms: [lnux]", "components.", "operating system", "'linux'?"
    ),
    "unknown part": Fault(
        RUNTIME, r"excludes: \[\]", "excludes: [onnxruntme]", "components.", "not a component", "'onnxruntime'?"
    ),
    "ended without successor": Fault(
        RUNTIME,
        r"^components:\n",
        _component("litret", status="ended"),
        "components.litret.successor",
        "nothing takes its place",
        "Name the successor.",
    ),
    "day that is none": Fault(JAX, r"observed: \"\d.*?\"", 'observed: "2026-02-30"', "sources.", "should be a day"),
    "month for a day": Fault(JAX, r"observed: \"\d.*?\"", 'observed: "2026-02"', "sources.", "should be a day"),
    "range that is none": Fault(
        JAX,
        WHEELS,
        '  wheels.linux: {value: stable, source: index, versions: "2 to 3"}',
        "facts.wheels.linux",
        "is no range of versions",
    ),
    "range without a release": Fault(
        JAX,
        WHEELS,
        '  wheels.linux: {value: stable, source: index, versions: ">=99"}',
        "facts.wheels.linux",
        "no release of jax is in",
        "The newest is",
    ),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    return copied(tmp_path_factory.mktemp("seeded"))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_names_file_line_key_expectation_and_nearest_word(folders: Folders, name: str) -> None:
    fault = FAULTS[name]
    path = folders.root / fault.file
    sound = path.read_text(encoding="utf-8")
    try:
        line = folders.edit(fault.file, fault.pattern, fault.new)
        problems = folders.problems()
    finally:
        path.write_text(sound, encoding="utf-8")
    assert problems, "nothing was refused"
    where = f"{fault.file}:{line} {fault.key}"
    matching = [p for p in problems if p.place.startswith(where) and fault.says in p.message and fault.hint in p.hint]
    assert matching, "\n".join(map(str, problems))


@pytest.mark.parametrize(
    ("file", "pattern", "new", "message"),
    [
        (CRITERIA, r"^  must: .*\n", "", f"{CRITERIA}:5 criteria[0].must: the key 'must' is missing."),
        (QUESTIONS, r"^  why: .*\n", "", f"{QUESTIONS}:2 [0].why: the key 'why' is missing."),
        (JAX, r"^name: .*\n", "", f"{JAX}:1 name: the key 'name' is missing."),
    ],
)
def test_a_missing_key_is_placed_at_what_it_is_missing_from(
    tmp_path: Path, file: str, pattern: str, new: str, message: str
) -> None:
    folders = copied(tmp_path)
    folders.edit(file, pattern, new)
    assert message in map(str, folders.problems())


def test_several_faults_are_all_said_at_once_and_in_order(tmp_path: Path) -> None:
    folders = copied(tmp_path)
    chosen = ["weight outside its band", "unknown question", "unknown source", "unknown status"]
    places = [
        f"{FAULTS[name].file}:{folders.edit(FAULTS[name].file, FAULTS[name].pattern, FAULTS[name].new)}"
        for name in chosen
    ]
    rule = folders.edit("rules/eligibility/options.yaml", r"shape: training", "shape: trainin")
    places.append(f"rules/eligibility/options.yaml:{rule}")
    said = [str(problem) for problem in folders.problems()]
    assert all(any(text.startswith(place) for text in said) for place in places)
    lines = [(file, int(line)) for file, line in (text.split(" ")[0].split(":")[:2] for text in said)]
    assert lines == sorted(lines)


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    folders = copied(tmp_path)
    (tmp_path / CRITERIA).unlink()
    (problem,) = folders.problems()
    assert problem.place == CRITERIA
    assert "cannot be read" in problem.message


def test_broken_yaml_in_two_files_is_two_problems(tmp_path: Path) -> None:
    folders = copied(tmp_path)
    folders.write("knowledge/frameworks/jax.yaml", "id: 'jax\n")
    folders.write("knowledge/questions.yaml", "key: domain\n")
    said = {problem.place.split(":")[0]: problem.message for problem in folders.problems()}
    assert "broken YAML" in said[JAX]
    assert said[QUESTIONS] == "a list was expected."


def test_a_component_in_two_files_is_a_problem(tmp_path: Path) -> None:
    folders = copied(tmp_path)
    path = tmp_path / "knowledge/components/serving.yaml"
    path.write_text((tmp_path / RUNTIME).read_text(encoding="utf-8"), encoding="utf-8")
    assert any("stands in two files" in problem.message for problem in folders.problems())


def test_a_file_of_components_is_named_like_a_layer(tmp_path: Path) -> None:
    folders = copied(tmp_path)
    folders.write("knowledge/components/runtimes.yaml", "sources: {}\ncomponents: {}\n")
    (problem,) = folders.problems()
    assert str(problem) == ("knowledge/components/runtimes.yaml:1: 'runtimes' is not a layer. Did you mean 'runtime'?")
