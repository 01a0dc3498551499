"""The published schemas hold what other programs were promised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from advisor.loading.knowledge import load

if TYPE_CHECKING:
    from cli.program import Run

NAMES = (
    "answers",
    "recommendation",
    "explanation",
    "measurements",
    "portfolio",
    "fleet-decision",
    "fleet-probe",
    "intake",
    "policy",
    "decision",
    "check",
    "diff",
)

PROMISED = {
    "recommendation": {
        "Recommendation": (
            "schema id status recommendation ranking excluded flags findings questions sensitivity evidence "
            "measurements provenance"
        ),
        "Verdict": "primary stack confidence tied_with",
        "StackPart": "layer component place findings",
        "Confidence": "p_best p_top2 expected_regret p_accept level",
        "Ranked": "option score interval contributions",
        "Contribution": "criterion weight value contribution evidence grade",
        "Excluded": "option findings revive",
        "Change": "change why",
        "Flag": "code message findings",
        "Finding": "id rule message facts evidence",
        "OpenQuestion": "key value_of_information could_become",
        "Sensitivity": "stays_first flips",
        "Flip": "change to",
        "Evidence": "id statement grade source observed expires",
        "MeasurementsUsed": "used share",
        "Provenance": "advisor knowledge rules measurements seed",
    },
    "policy": {
        "Policy": (
            "schema name mode allow deny licences support hardware priorities weights required confidence evidence"
        ),
        "Denial": "name reason severity remedy until exceptions",
        "Exemption": "who until why",
    },
    "explanation": {
        "Explanation": "text kind id holds because source observed grade expires expired origin change more",
    },
    "decision": {
        "Decision": (
            "schema basis answers options machine measurements verdict evidence thresholds seal chosen outcomes history"
        ),
        "DecidedAnswers": "given understood origins",
        "Basis": "advisor knowledge rules overlays as_of",
        "DecidedVerdict": "status primary stack confidence tied_with ranking excluded findings policy",
        "Choice": "option on why",
        "Outcome": "on text",
    },
    "check": {
        "Check": "schema decision decided as_of outcome primary points causes",
        "Point": "kind level subject key message",
        "Causes": "basis answers facts findings_new findings_gone scores",
    },
    "diff": {"DecisionDiff": "schema before after same_verdict differences", "Difference": "part key before after"},
    "fleet-probe": {
        "FleetProbe": "schema ray suite kinds nodes",
        "NodeKind": "name fingerprint machine nodes wanted runs",
        "NodeFate": "node address kind fate reason run seconds",
    },
    "portfolio": {
        "Portfolio": "schema projects bad statuses primaries compared common knowledge rules as_of",
        "Project": "line id status primary tied_with stack p_best level costs",
        "Cost": "option lost tied reason speed",
        "Common": "option ruled_out lost most",
    },
    "fleet-decision": {
        "FleetDecision": "schema overall kinds standings answers knowledge rules as_of",
        "Overall": "status primary confidence tied_with ranking excluded",
        "Kind": "id name machine nodes share measurement measured foreign recommendation stack",
        "Standing": ("kind option place score lost lost_interval tied relative_time time_interval reason findings"),
    },
    "intake": {
        "Survey": "schema parts meant why files read left_out",
        "Part": "path name python uses readings",
        "Reading": "key answer sure candidates",
        "Candidate": "answer sure why where seen",
        "Use": "part versions sure where",
        "Place": "file line",
    },
    "measurements": {
        "Measurements": "schema machine frameworks results classes elapsed_s",
        "Machine": "fingerprint cpu memory_gb accelerators os quiet",
        "FrameworkRun": "framework variant version device python outcome reason",
        "ProbeResult": "framework variant probe device dtype value unit interval samples outcome flags",
        "ClassResult": "name workload_class framework variant relative_time interval first_step_s",
    },
}


@pytest.fixture(scope="module")
def schemas(run: Run) -> dict[str, Any]:
    """Every schema, by name."""
    return {name: run("schema", name).document for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one(schemas: dict[str, Any], name: str) -> None:
    assert schemas[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schemas[name])
    assert schemas[name]["additionalProperties"] is False


@pytest.mark.parametrize(("name", "model"), [(name, model) for name, models in PROMISED.items() for model in models])
def test_what_was_promised_is_there(schemas: dict[str, Any], name: str, model: str) -> None:
    definitions = {schemas[name]["title"]: schemas[name], **schemas[name]["$defs"]}
    assert set(PROMISED[name][model].split()) <= set(definitions[model]["properties"])
    assert definitions[model]["additionalProperties"] is False


def test_the_statuses_and_outcomes_are_closed_sets(schemas: dict[str, Any]) -> None:
    statuses = "decided tie low_confidence needs_more_info out_of_scope no_feasible_option contradictory"
    assert set(schemas["recommendation"]["properties"]["status"]["enum"]) == set(statuses.split())
    outcomes = "ok unstable failed timed_out not_installed not_applicable skipped"
    for model in ("FrameworkRun", "ProbeResult"):
        outcome = schemas["measurements"]["$defs"][model]["properties"]["outcome"]
        assert set(outcome["enum"]) == set(outcomes.split())


def test_every_answer_is_described_with_its_words(schemas: dict[str, Any]) -> None:
    vocabulary = load(use_cache=False).vocabulary
    properties = schemas["answers"]["properties"]
    assert list(properties) == [attribute.name for attribute in vocabulary.answers]
    for attribute in vocabulary.answers:
        assert properties[attribute.name]["description"] == attribute.meaning
        if attribute.kind == "word":
            assert set(properties[attribute.name]["enum"]) >= {*attribute.words, "unknown"}
            assert len(set(properties[attribute.name]["enum"])) == len(properties[attribute.name]["enum"])
