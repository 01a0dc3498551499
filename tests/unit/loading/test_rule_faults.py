"""Every fault in the rulebook is a problem with file, line, key, expectation and the nearest word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from advisor.loading.folders import Folder
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.loading.rules import read_rules
from advisor.model.knowledge import KnowledgeBase
from advisor.model.rule import Rule

FILE = "rules/caution/made_up.yaml"
SOUND = """\
sources:
  own: {ref: here, observed: "2026-01-01", grade: judged}
rules:
- id: CAU-900
  title: Made up
  when: {domain: cv}
  then: {flag: [ask_more]}
  message: The domain is {domain}.
  reason: None.
  source: own
  examples:
    fires: {answers: {domain: cv}, option: pytorch}
    misses: {answers: {domain: nlp}, option: pytorch}
"""


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return load(use_cache=False)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A folder of rules over the words of the real knowledge base."""

    folder: Path
    base: KnowledgeBase

    def read(self, text: str, file: str = FILE) -> tuple[tuple[Rule, ...], list[str]]:
        """The rules of a file beside one that is sound, and what is wrong."""
        path = self.folder.parent / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        problems = Problems()
        criteria = {criterion.id for criterion in self.base.criteria}
        rules = read_rules((Folder(self.folder),), self.base.vocabulary, criteria, self.base.components, problems)
        return rules, sorted(map(str, problems.found))

    def problems(self, text: str, file: str = FILE) -> list[str]:
        return self.read(text, file)[1]


@pytest.fixture
def rulebook(tmp_path: Path, base: KnowledgeBase) -> Rulebook:
    rulebook = Rulebook(tmp_path / "rules", base)
    assert not rulebook.problems(SOUND.replace("CAU-900", "CAU-001"), "rules/caution/flags.yaml")
    return rulebook


def test_the_sound_rule_is_read_from_any_depth_below_its_phase(rulebook: Rulebook) -> None:
    rules, problems = rulebook.read(SOUND, "rules/caution/team/x.yaml")
    assert not problems
    assert [(rule.id, rule.phase, rule.source.ref) for rule in rules] == [
        ("CAU-001", "caution", "here"),
        ("CAU-900", "caution", "here"),
    ]


@pytest.mark.parametrize("name", ["CAU-901", "team.CAU_1", "9"])
def test_letters_digits_dots_dashes_and_underscores_make_an_id(rulebook: Rulebook, name: str) -> None:
    rules, problems = rulebook.read(SOUND.replace("CAU-900", f'"{name}"'))
    assert not problems
    assert [rule.id for rule in rules] == ["CAU-001", name]


def test_a_rule_of_an_overlay_knows_its_folder(rulebook: Rulebook) -> None:
    rulebook.read(SOUND)
    problems = Problems()
    criteria = {criterion.id for criterion in rulebook.base.criteria}
    folder = Folder(rulebook.folder, "ours")
    rules = read_rules((folder,), rulebook.base.vocabulary, criteria, rulebook.base.components, problems)
    assert {rule.origin for rule in rules} == {"ours"}
    assert {rule.origin for rule in rulebook.base.rules} == {""}


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        (
            "  title",
            "  titel: x\n  title",
            "5 rules[0].titel",
            "the key 'titel' is not known here. Did you mean 'title'?",
        ),
        ("  reason: None.\n", "", "4 rules[0].reason", "the key 'reason' is missing."),
        ("id: CAU-900", "id: CAU-001", "4 rules[0].id", "the rule id 'CAU-001' is used twice. Ids are never reused."),
        (
            "id: CAU-900",
            'id: "CAU 900\\nx"',
            "4 rules[0].id",
            r"'CAU 900\nx' cannot be the id of a rule. Letters, digits, ., - and _ make an id.",
        ),
        ("id: CAU-900", "id: ''", "4 rules[0].id", "'' cannot be the id of a rule."),
        ("id: CAU-900", "id: -x", "4 rules[0].id", "'-x' cannot be the id of a rule."),
        ("id: CAU-900", "id: \u00e9", "4 rules[0].id", "'\u00e9' cannot be the id of a rule."),
        ("source: own", "source: onw", "10 rules[0].source", "'onw' is not a source of this file. Did you mean 'own'?"),
        ("{domain}", "{domian}", "8 rules[0].message", "the message names 'domian'. Did you mean 'domain'?"),
        ("{domain}", "{domain", "8 rules[0].message", "the message cannot be filled in"),
        ("{domain}", "{}", "8 rules[0].message", "the message names ''."),
        ("[ask_more]", "[ask_mor]", "7 rules[0].then", "'ask_mor' is not a flag. Did you mean 'ask_more'?"),
        ("{flag: [ask_more]}", "{}", "7 rules[0].then", "a rule needs an effect."),
        ("flag: [", "flags: [", "7 rules[0].then.flags", "the key 'flags' is not known here. Did you mean 'flag'?"),
        (
            "{flag: [ask_more]}",
            "{exclude: true}",
            "7 rules[0].then",
            "a rule of caution cannot exclude. Allowed: flag.",
        ),
        ("{flag: [ask_more]}", "{exclude: sure}", "7 rules[0].then.exclude", "'sure' should be a valid boolean"),
        ("grade: judged", "grade: juged", "2 sources.own.grade", "'juged' is not allowed. Did you mean 'judged'?"),
        ("{domain: cv}\n  then", "{domian: cv}\n  then", "6 rules[0].when.domian", "not known. Did you mean 'domain'?"),
        ("{domain: cv}\n  then", "{domain: vc}\n  then", "6 rules[0].when.domain", "'vc' is not a word of domain."),
        ("{domain: cv}\n  then", "{domain: 5}\n  then", "6 rules[0].when.domain", "5 is not a word of domain."),
        ("{domain: cv}\n  then", "{domain: [cv, 5]}\n  then", "6 rules[0].when.domain[1]", "5 is not a word"),
        ("{domain: cv}\n  then", "{domain: []}\n  then", "6 rules[0].when.domain", "[] is not a word"),
        ("{domain: cv}\n  then", "{any: []}\n  then", "6 rules[0].when.any", "any needs a list of conditions"),
        ("{domain: cv}\n  then", "{all: []}\n  then", "6 rules[0].when.all", "all needs a list of conditions"),
        ("{domain: cv}\n  then", "{}\n  then", "6 rules[0].when", "{} is not a condition"),
        ("{domain: cv}\n  then", "cv\n  then", "6 rules[0].when", "'cv' is not a condition"),
        ("{domain: cv}\n  then", "{not: cv}\n  then", "6 rules[0].when.not", "'cv' is not a condition"),
        (
            "{domain: cv}\n  then",
            "{any: [{domain: cv}, {x: y}]}\n  then",
            "6 rules[0].when.any[1].x",
            "'x' is not known",
        ),
        ("{domain: cv}\n  then", "{scope: unknown}\n  then", "6 rules[0].when.scope", "is never unknown"),
        ("{domain: cv}\n  then", "{sizes: known}\n  then", "6 rules[0].when.sizes", "a rule can not read sizes."),
        (
            "{domain: cv}\n  then",
            "{accelerator: h100}\n  then",
            "6 rules[0].when.accelerator",
            "only ask known or unknown",
        ),
        ("{domain: cv}\n  then", "{latency_ms: 5}\n  then", "6 rules[0].when.latency_ms", "Write `{gte: 8}`"),
        ("{domain: cv}\n  then", "{latency_ms: {ge: 5}}\n  then", "6 rules[0].when.latency_ms", "Write `{gte: 8}`"),
        (
            "{domain: cv}\n  then",
            "{latency_ms: {lt: x}}\n  then",
            "6 rules[0].when.latency_ms.lt",
            "'x' is not a number",
        ),
        (
            "{domain: cv}\n  then",
            "{latency_ms: {lt: .nan}}\n  then",
            "6 rules[0].when.latency_ms.lt",
            "nan is not a number",
        ),
        (
            "{domain: cv}\n  then",
            f"{{latency_ms: {{lt: {'9' * 399}}}}}\n  then",
            "6 rules[0].when.latency_ms.lt",
            "9… is",
        ),
    ],
)
def test_a_fault_names_file_line_key_expectation_and_nearest_word(
    rulebook: Rulebook, old: str, new: str, place: str, says: str
) -> None:
    assert old in SOUND
    problems = rulebook.problems(SOUND.replace(old, new, 1))
    assert len(problems) == 1, problems
    assert problems[0].startswith(f"{FILE}:{place}: ")
    assert says in problems[0]


@pytest.mark.parametrize(
    ("phase", "effect", "problem"),
    [
        ("derive", "{derive: {scop: outside}}", "'scop' is not a derived attribute. Did you mean 'scope'?"),
        ("derive", "{derive: {scope: outsid}}", "'outsid' is not a word of scope. Did you mean 'outside'?"),
        ("derive", "{weigh: {speed: 1}}", "a rule of derive cannot weigh. Allowed: derive."),
        ("preference", "{weigh: {sped: 1}}", "'sped' is not a criterion. Did you mean 'speed'?"),
        ("preference", "{weigh: {speed: 2}}", "the shift 2.0 of speed is outside -1 to 1."),
        ("eligibility", "{put: [{component: optax, place: train}]}", "cannot put. Allowed: exclude, flag."),
        ("stack", "{put: [{component: optaks, place: train}]}", "not a known component. Did you mean 'optax'?"),
        ("stack", "{put: [{component: optax, place: trian}]}", "'trian' is not allowed. Did you mean 'train'?"),
    ],
)
def test_each_phase_has_its_own_effects(rulebook: Rulebook, phase: str, effect: str, problem: str) -> None:
    file = f"rules/{phase}/made_up.yaml"
    problems = rulebook.problems(SOUND.replace("{flag: [ask_more]}", effect), file)
    assert len(problems) == 1, problems
    assert problems[0].startswith(f"{file}:7 rules[0].then")
    assert problem in problems[0]


def test_the_faults_of_several_rules_are_all_said_at_once(rulebook: Rulebook) -> None:
    rule = SOUND.partition("rules:\n")[2]
    text = SOUND + rule.replace("CAU-900", "CAU-901").replace("own", "onw") + rule.replace("{domain: cv}\n", "{x: y}\n")
    places = [problem.split(": ")[0] for problem in rulebook.problems(text)]
    assert places == [f"{FILE}:{place}" for place in ("20 rules[1].source", "24 rules[2].id", "26 rules[2].when.x")]


def test_a_folder_that_is_no_phase_is_not_passed_over(rulebook: Rulebook) -> None:
    (problem,) = rulebook.problems(SOUND, "rules/cautoin/x.yaml")
    assert problem.startswith("rules/cautoin/x.yaml: 'cautoin' is not a phase")
    assert problem.endswith("Did you mean 'caution'?")
