"""An organisation's policy, from the command line: what it reports, what it keeps out, and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from cli.program import Ran, Run, example

HOUSE = "The house"
DENIED = {"deny": {"options": [{"name": "pytorch", "reason": "It is not run here", "remedy": "Take keras."}]}}
STACKED = {"deny": {"components": [{"name": "transformers", "reason": "Its weights are not reviewed"}]}}
HOSTILE = (
    "<script>alert(1)</script>",
    "[click](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "| a | b |",
    "`rm -rf /` **bold** # no heading",
    "{{ 7 * 7 }} {option} %s",
)

Write = Callable[..., Path]


@pytest.fixture
def policy(tmp_path: Path) -> Write:
    """Writes a policy, as JSON, which is YAML."""

    def write(**content: Any) -> Path:
        path = tmp_path / "policy.yaml"
        path.write_text(json.dumps({"name": HOUSE, **content}), encoding="utf-8")
        return path

    return write


def answered(run: Run, *more: str | Path, of: str = "document_understanding") -> Ran:
    return run("recommend", "--answers", example(of), "--no-detect", *more)


def judged(run: Run, path: Path, *more: str, of: str = "document_understanding") -> Any:
    return answered(run, "--json", "--depth", "core", "--policy", path, *more, of=of).document


def found(document: Any, severity: str = "error") -> set[tuple[str, str]]:
    return {(one["rule"], one["subject"]) for one in document["policy"]["violations"] if one["severity"] == severity}


def test_an_audit_reports_and_changes_nothing(run: Run, policy: Write) -> None:
    free = answered(run, "--json").document
    ran = answered(run, "--json", "--policy", policy(mode="audit", **DENIED, priorities={"upkeep": "must"}))
    assert (ran.exit, ran.stderr) == (0, "")
    held = ran.document
    assert found(held) == {("policy.deny.options", "pytorch")}
    for name in ("status", "recommendation", "ranking", "excluded", "findings", "weights", "sensitivity", "flags"):
        assert held[name] == free[name]
    said = answered(run, "--policy", policy(mode="audit", **DENIED)).stdout
    assert f"{HOUSE} (audited, which changes nothing) is violated: 1 error." in " ".join(said.split())


def test_what_is_enforced_keeps_the_first_from_ranking_and_the_next_takes_over(run: Run, policy: Write) -> None:
    free = answered(run, "--json", "--depth", "core").document
    path = policy(mode="enforce", **DENIED)
    ran = answered(run, "--json", "--policy", path)
    held = ran.document
    assert ran.exit == 0
    assert held["recommendation"]["primary"] == free["ranking"][1]["option"]
    assert "pytorch" not in [ranked["option"] for ranked in held["ranking"]]
    (out,) = (one for one in held["excluded"] if one["option"] == "pytorch")
    assert out["findings"] == ["policy.deny.options@pytorch"]
    (finding,) = (one for one in held["findings"] if one["id"] in out["findings"])
    assert f"The policy '{HOUSE}' keeps it out: pytorch is denied. It is not run here." in finding["message"]
    assert {*finding["evidence"]} <= {one["id"] for one in held["evidence"]}
    assert held["policy"]["kept_out"]["pytorch"] == out["findings"]
    assert [one["why"] for one in out["revive"]] == [
        f"The policy '{HOUSE}' would have to allow it; then nothing excludes pytorch."
    ]
    told = " ".join(run("why-not", "pytorch", *_given(), "--policy", path).stdout.split())
    assert "pytorch is denied. It is not run here." in told
    assert f"The policy '{HOUSE}' would have to allow it; then nothing excludes pytorch: it is first" in told


def test_what_if_and_why_speak_under_the_policy(run: Run, policy: Write) -> None:
    path = policy(mode="enforce", **DENIED, weights={"speed": 0.2}, priorities={"upkeep": "should"})
    first = judged(run, path)["recommendation"]["primary"]
    assert f"{first} is first of" in run("why", first, *_given(), "--policy", path).stdout
    changed = run("what-if", "priorities.upkeep=ignore", *_given(), "--policy", path)
    assert (changed.exit, changed.stderr) == (0, "")
    told = run("why", "keras", *_given(), "--policy", path, "--levels", "9").stdout
    assert "Where the answers have no priority: upkeep should." in told


def test_a_denied_component_leaves_nothing_dangling(run: Run, policy: Write) -> None:
    free = judged(run, policy())["recommendation"]["stack"]
    path = policy(mode="enforce", **STACKED)
    held = judged(run, path)
    there = {part["component"] for part in held["recommendation"]["stack"]}
    assert "transformers" in {part["component"] for part in free}
    assert "transformers" not in there
    known = {one["id"] for one in held["findings"]}
    assert all({*part["findings"]} <= known for part in held["recommendation"]["stack"])
    assert held["policy"]["kept_out"] == {"transformers": ["policy.deny.components@transformers.train"]}
    told = " ".join(run("why-not", "transformers", *_given(), "--policy", path).stdout.split())
    assert "transformers in train: the policy does not allow it." in told
    assert "Its weights are not reviewed." in told


@pytest.mark.parametrize(
    ("unknown", "severity", "kept"), [("allow", "", 1), ("report", "note", 1), ("deny", "error", 0)]
)
def test_a_licence_that_is_not_known_is_what_the_policy_says(
    run: Run, policy: Write, unknown: str, severity: str, kept: int
) -> None:
    given = ("--set", "train_hw=aws_trainium", "--set", "task=train", "--set", "domain=llm", "--set", "train_os=linux")
    path = policy(mode="enforce", licences={"unknown": unknown})
    held = run("recommend", *given, "--no-detect", "--json", "--depth", "core", "--policy", path).document
    there = {part["component"] for part in held["recommendation"]["stack"]}
    assert ("torchneuron" in there) == kept
    violations = {one["subject"]: one["severity"] for one in held["policy"]["violations"]}
    assert violations.get("torchneuron", "") == (severity if kept else "")
    assert ("torchneuron" in held["policy"]["kept_out"]) != kept


def test_a_class_of_licence_is_refused_unless_the_organisation_found_another(run: Run, policy: Write) -> None:
    licences = {"deny": ["permissive"], "unknown": "allow"}
    held = judged(run, policy(licences=licences))
    assert ("policy.licences", "pytorch") in found(held)
    (violation,) = (one for one in held["policy"]["violations"] if one["subject"] == "pytorch")
    assert violation["evidence"] == ["pytorch.licence_class"]
    held = judged(run, policy(licences={**licences, "known": {"pytorch": "proprietary"}}))
    assert ("policy.licences", "pytorch") not in found(held)


def test_support_is_held_against_what_is_known_of_its_end(run: Run, policy: Write) -> None:
    unknown = judged(run, policy(support={"months": 24}))
    assert ("policy.support", "pytorch") in found(unknown, "note")
    soon = {"support": {"months": 24, "ends": {"pytorch": "2027-06-30"}}}
    assert ("policy.support", "pytorch") in found(judged(run, policy(**soon)))
    late = {"support": {"months": 24, "ends": {"pytorch": "2030-06-30"}}}
    assert not any(one["subject"] == "pytorch" for one in judged(run, policy(**late))["policy"]["violations"])
    held = judged(run, policy(mode="enforce", **soon))
    assert held["recommendation"]["primary"] != "pytorch"
    assert "mxnet" in held["policy"]["kept_out"]


def test_hardware_that_cannot_be_had_violates_what_is_enforced(run: Run, policy: Write) -> None:
    path = policy(mode="enforce", hardware={"train": ["amd_gpu"], "deploy": ["cpu"]})
    ran = answered(run, "--json", "--policy", path)
    assert ran.exit == 7
    assert ("policy.hardware.train", "train_hw") in found(ran.document)
    assert ("policy.hardware.deploy", "deploy_chip") in found(ran.document, "note")
    assert answered(run, "--policy", policy(mode="audit", hardware={"train": ["amd_gpu"]})).exit == 0
    assert answered(run, "--policy", policy(mode="enforce", hardware={"train": ["nvidia_gpu"]})).exit == 0


def test_what_has_to_be_known_how_sure_and_how_fresh(run: Run, policy: Write) -> None:
    asked = {"required": {"answers": ["deploy_target", "constraints"]}, "evidence": {"unexpired": True, "days": 30}}
    held = judged(run, policy(**asked, confidence={"least": "high"}), "--set", "task=unknown")
    assert ("policy.required", "constraints") in found(held)
    assert ("policy.required", "deploy_target") not in found(held)
    assert {rule for rule, _ in found(held)} >= {"policy.evidence.expired", "policy.evidence.days"}
    known = {one["id"] for one in held["evidence"]}
    assert all({*one["evidence"]} <= known for one in held["policy"]["violations"])


def test_a_weight_says_what_the_policy_moved(run: Run, policy: Write) -> None:
    free = {one["criterion"]: one for one in judged(run, policy())["weights"]}
    path = policy(mode="enforce", priorities={"upkeep": "should", "skill": "ignore"}, weights={"deployment": 0.3})
    held = {one["criterion"]: one for one in judged(run, path)["weights"]}
    assert held["upkeep"]["moved_by"] == {**free["upkeep"]["moved_by"], "policy.priorities": 0.5}
    assert held["skill"]["final"] == 0
    assert held["deployment"]["moved_by"]["policy.weights"] == pytest.approx((0.3 - 0.14) / (0.35 - 0.14))
    assert held["deployment"]["final"] > free["deployment"]["final"]
    said = {one["criterion"]: one for one in judged(run, path, "--set", "priorities.upkeep=could")["weights"]}
    assert "policy.priorities" not in said["upkeep"]["moved_by"]


def test_an_exception_lifts_a_denial_until_its_day(run: Run, policy: Write) -> None:
    denial = {**DENIED["deny"]["options"][0], "exceptions": [{"who": "the board", "until": "2026-12-31"}]}
    path = policy(mode="enforce", deny={"options": [denial]})
    held = judged(run, path, "--as-of", "2026-12-31")
    assert held["recommendation"]["primary"] == "pytorch"
    assert found(held, "note") == {("policy.deny.options", "pytorch")}
    assert "By an exception of the board" in held["policy"]["violations"][0]["message"]
    held = judged(run, path, "--as-of", "2027-01-01")
    assert held["recommendation"]["primary"] != "pytorch"
    told = next(one["message"] for one in held["findings"] if one["rule"] == "policy")
    assert "The exception of the board ended on 2026-12-31." in told


def test_a_policy_that_denies_everything_is_named(run: Run, policy: Write) -> None:
    ran = answered(run, "--json", "--policy", policy(mode="enforce", allow={"options": []}))
    assert (ran.exit, ran.document["status"]) == (4, "no_feasible_option")
    assert all(
        any(
            f"The policy '{HOUSE}'" in one["message"]
            for one in ran.document["findings"]
            if one["id"] in out["findings"]
        )
        for out in ran.document["excluded"]
    )
    ran = run("policy", "check", policy(mode="enforce", allow={"options": []}))
    assert ran.exit == 2
    assert "problem: policy: Enforced, it leaves no option in any of" in ran.stdout


def test_a_batch_is_held_against_it_however_it_is_shared_out(run: Run, policy: Write, tmp_path: Path) -> None:
    lines = tmp_path / "lines.jsonl"
    each = {"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "train_os": "linux"}
    lines.write_text("".join(json.dumps({"id": i, "answers": each}) + "\n" for i in range(3)), encoding="utf-8")
    given = ("recommend", "--batch", lines, "--json", "--no-detect", "--policy", policy(mode="enforce", **DENIED))
    alone, shared = run(*given), run(*given, "--jobs", "2")
    assert (alone.exit, alone.stdout) == (shared.exit, shared.stdout)
    assert alone.exit == 0
    assert all(line["policy"]["name"] == HOUSE and "pytorch" in line["policy"]["kept_out"] for line in alone.lines)


@pytest.mark.parametrize("form", ["text", "detail", "markdown", "adr", "html", "json"])
def test_hostile_texts_stay_text(run: Run, policy: Write, form: str) -> None:
    said = " ".join(HOSTILE)
    denials = [{"name": name, "reason": said, "remedy": said} for name in ("pytorch", "keras")]
    denials[1]["severity"] = "note"
    path = policy(name=said, mode="enforce", deny={"options": denials}, required={"answers": ["constraints"]})
    ran = answered(run, "--format", form, "--depth", "core", "--policy", path)
    assert (ran.exit, ran.stderr) == (7, "")
    if form == "html":
        reader = _Elements()
        reader.feed(ran.stdout)
        assert not {"script", "img"} & reader.seen
        assert not any(address.startswith("javascript") for address in reader.leads)
    elif form in ("markdown", "adr"):
        assert not any(sign in ran.stdout for sign in ("<script", "[click](", "![x](", " `rm", "**bold"))
    elif form == "json":
        assert ran.document["policy"]["name"] == said


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\u202egnp.exe", "x" * 401])
def test_what_a_terminal_obeys_is_refused(run: Run, policy: Write, text: str) -> None:
    ran = answered(run, "--policy", policy(name=text))
    assert (ran.exit, ran.stdout) == (2, "")
    assert "longer than 400 characters or not printable" in ran.stderr
    assert not {"\x1b", "\u202e"} & {*ran.stderr}


def test_a_weight_outside_its_band_is_refused_with_its_place(run: Run, policy: Write) -> None:
    ran = answered(run, "--policy", policy(weights={"speed": 0.9}))
    assert ran.exit == 2
    assert "weights.speed: the weight 0.9 of speed is outside its band. Choose from 0.02 to 0.3." in ran.stderr


@pytest.mark.parametrize("content", ["", "{}", "# nothing\n"])
def test_an_empty_policy_asks_nothing(run: Run, tmp_path: Path, content: str) -> None:
    (tmp_path / "empty.yaml").write_text(content, encoding="utf-8")
    report = judged(run, tmp_path / "empty.yaml")["policy"]
    assert (report["mode"], report["violations"], report["asks"], report["kept_out"]) == ("audit", [], {}, {})


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_policy_that_cannot_be_read_is_named(run: Run, tmp_path: Path, name: str) -> None:
    ran = answered(run, "--policy", tmp_path / name)
    assert (ran.exit, ran.stdout) == (2, "")
    assert "the file cannot be read" in ran.stderr


def test_what_can_never_apply_is_a_problem_and_what_is_over_a_note(run: Run, policy: Write) -> None:
    denial = {"name": "keras", "reason": "No", "until": "2026-01-31"}
    path = policy(
        allow={"options": ["pytorch", "jax"]},
        deny={"options": [denial, {"name": "mlx", "reason": "No"}, {"name": "onnxruntime", "reason": "No"}]},
        required={"answers": []},
        evidence={},
        weights={"speed": 0.2},
    )
    ran = run("policy", "check", path, "--as-of", "2026-11-29")
    assert ran.exit == 2
    assert "note: policy.deny.options: keras was denied until 2026-01-31." in ran.stdout
    assert "note: policy.deny.options: onnxruntime is denied as an option, and may stand in a stack" in ran.stdout
    assert "note: policy.weights: In an audit it moves no weight." in ran.stdout
    assert "problem: policy.deny.options: mlx is denied, and not among the options that are allowed" in ran.stdout
    assert "problem: policy.required: It asks nothing." in ran.stdout
    assert "problem: policy.evidence: It asks nothing." in ran.stdout


def test_a_denial_that_is_stricter_than_what_is_allowed_is_no_problem(run: Run, policy: Write) -> None:
    deny = {"options": [{"name": "mlx", "reason": "No machine of ours runs it.", "severity": "error"}]}
    allow = {"options": ["pytorch", "jax"], "severity": "warning"}
    ran = run("policy", "check", policy(mode="enforce", allow=allow, deny=deny), "--json", "--as-of", "2026-11-29")
    assert (ran.exit, ran.document["problems"]) == (0, [])


def test_the_policy_that_comes_with_the_program_holds_together(run: Run) -> None:
    path = example("thin").parents[1] / "policies" / "example.yaml"
    ran = run("policy", "check", path, "--json", "--as-of", "2026-11-29")
    assert (ran.exit, ran.document["problems"]) == (0, [])
    assert 0 < ran.document["left"] <= ran.document["cases"]


class _Elements(HTMLParser):
    """The elements of a page, and where they lead."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.leads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.leads += [value or "" for name, value in attrs if name in ("href", "src")]


def _given() -> tuple[str | Path, ...]:
    return ("--answers", example("document_understanding"), "--no-detect")
