"""What folders of one's own add to the program's knowledge, or put in its place."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from overlaying import HEAD, MADE_UP, Overlay

from advisor.errors import InputError
from advisor.loading import knowledge_files
from advisor.loading.knowledge import load
from advisor.loading.structure import plain
from advisor.model.knowledge import KnowledgeBase

LATTICE, WITHOUT, LATER, PARTS, RULES = (MADE_UP / name for name in ("lattice", "without", "later", "parts", "rules"))
FACT = "  maintenance: {value: active, source: own}\n"
COMPONENT = (MADE_UP / "parts" / "components" / "serving.yaml").read_text(encoding="utf-8")
CRITERION = (MADE_UP / "parts" / "criteria.yaml").read_text(encoding="utf-8")
SPEED = """
speed: {typical_utilisation: 0.25, best_utilisation: 1, worst_utilisation: 0.01, sd_unpublished: 0.7,
        sd_distance: 0.6, source: {ref: here, observed: "2026-01-01", grade: judged}}
"""
DECISION = """
decision: {tie_margin: 0.01, switch_margin: 0.05, decided: 0.8, doubtful: 0.6, weight_spread: 0.35, draws: 50,
           acceptance: {level: 0.5, lead: 1.5, most: 4},
           source: {ref: here, observed: "2026-01-01", grade: judged}}
"""
SOURCE = '{ref: here, observed: "2026-01-01", grade: judged}'
TABLE = """\
id: ours
source: {ref: here, observed: "2026-01-01", grade: measured}
date: 2026-01
hardware: one of ours
accelerator: nvidia_gpu
reference: pytorch/eager
precision: float32
comparability: one machine
rows:
- {id: ours_fit, workload_class: vision_train, task: fit, batch: 1, unit: ms, times: {pytorch/eager: 2, jax/jit: 1}}
"""


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return load(use_cache=False)


@pytest.fixture
def ours(tmp_path: Path) -> Overlay:
    return Overlay(tmp_path)


def test_a_framework_is_added_and_nothing_else_changes(base: KnowledgeBase) -> None:
    after = load([LATTICE], use_cache=False)
    assert set(after.frameworks) - set(base.frameworks) == {"lattice"}
    assert {name: after.frameworks[name] for name in base.frameworks} == dict(base.frameworks)
    lattice = after.frameworks["lattice"]
    assert {fact.origin for fact in lattice.facts.values()} == {lattice.origin} == {str(LATTICE)}
    assert lattice.facts["maintenance"].expires > lattice.facts["maintenance"].source.observed
    assert set(after.vocabulary.primaries) - set(base.vocabulary.primaries) == {"lattice"}
    for part in ("components", "criteria", "rules", "questions", "benchmarks", "denied", "folklore"):
        assert getattr(after, part) == getattr(base, part)
    assert after.overlays == (str(LATTICE),)
    assert base.overlays == ()


def test_only_the_facts_that_are_named_take_the_place_of_others(base: KnowledgeBase) -> None:
    after = load([LATTICE, WITHOUT, LATER], use_cache=False)
    before, jax = base.frameworks["jax"], after.frameworks["jax"]
    changed = {name for name in before.facts if before.facts[name] != jax.facts[name]}
    assert changed == {"learning_curve"}
    assert (jax.facts["learning_curve"].origin, jax.origin) == (str(LATER), "")
    lattice = after.frameworks["lattice"].facts
    assert {lattice[name].origin for name in lattice} == {str(LATTICE), str(WITHOUT)}
    assert list(jax.facts) == list(before.facts)


def test_a_framework_of_an_overlay_can_be_completed_by_a_later_one_only(base: KnowledgeBase) -> None:
    assert load([LATTICE, WITHOUT], use_cache=False).frameworks.keys() - base.frameworks.keys() == {"lattice"}
    with pytest.raises(InputError) as refused:
        load([WITHOUT, LATTICE], use_cache=False)
    assert [problem.message for problem in refused.value.problems] == [
        "the key 'name' is missing.",
        "the key 'summary' is missing.",
    ]


def test_name_summary_and_packages_take_their_place_too(ours: Overlay, base: KnowledgeBase) -> None:
    ours.write("ours/frameworks/jax.yaml", "id: jax\nname: Our JAX\npackage: torch\nbinary_package: torchvision\n")
    jax = ours.load().frameworks["jax"]
    assert (jax.name, jax.summary) == ("Our JAX", base.frameworks["jax"].summary)
    assert (jax.package, jax.binary_package) == ("torch", "torchvision")
    indexed = jax.facts["latest_release"]
    assert (indexed.value, indexed.origin) == (
        base.frameworks["pytorch"].facts["latest_release"].value,
        str(ours.knowledge),
    )


def test_a_component_takes_the_place_of_another_as_a_whole(ours: Overlay, base: KnowledgeBase) -> None:
    name = next(name for name, component in base.components.items() if component.layer == "serving")
    ours.write("ours/components/serving.yaml", COMPONENT.replace("lattice-server:\n", f"{name}:\n", 1))
    after = ours.load()
    assert (after.components[name].name, after.components[name].origin) == ("Lattice Server", str(ours.knowledge))
    assert list(after.components) == list(base.components)
    assert {fact.origin for fact in after.components[name].facts} == {str(ours.knowledge)}


def test_beliefs_criteria_denied_releases_and_rules_are_added_or_replaced(base: KnowledgeBase) -> None:
    after = load([PARTS], [RULES], use_cache=False)
    assert {b.id for b in after.folklore} - {b.id for b in base.folklore} == {"lattice-needs-no-data"}
    assert after.denied[:-1] == base.denied
    assert (after.denied[-1].package, after.denied[-1].versions) == ("lattice-server", ("1.2.0",))
    assert [c.id for c in after.criteria] == [c.id for c in base.criteria]
    assert [c.id for c in after.criteria if c not in base.criteria] == ["learning"]
    assert {r.id for r in after.rules} - {r.id for r in base.rules} == {"OUR-001", "FOL-lattice-needs-no-data"}
    assert (after.speed, after.decision) == (base.speed, base.decision)


def test_a_belief_that_nobody_leans_on_any_more_is_no_rule(ours: Overlay, base: KnowledgeBase) -> None:
    leaned_on = next(b.id for b in base.folklore if any(r.id == f"FOL-{b.id}" for r in base.rules))
    ours.write(
        "ours/folklore.yaml",
        f"- id: {leaned_on}\n  belief: x\n  standing: unverified\n  truth: x\n"
        '  source: {ref: here, observed: "2026-01-01", grade: judged}\n',
    )
    after = ours.load()
    assert [b.id for b in after.folklore] == [b.id for b in base.folklore]
    assert {r.id for r in base.rules} - {r.id for r in after.rules} == {f"FOL-{leaned_on}"}


def test_constants_and_published_times_are_read(ours: Overlay, base: KnowledgeBase) -> None:
    ours.write("ours/criteria.yaml", "criteria: []" + SPEED + DECISION)
    ours.write("ours/benchmarks/ours.yaml", TABLE)
    after = ours.load()
    assert (after.speed.worst_utilisation, after.decision.draws) == (0.01, 50)
    assert after.criteria == base.criteria
    assert [table.id for table in after.benchmarks] == [*(table.id for table in base.benchmarks), "ours"]


FAULTS = {
    "a framework without a name": (
        "ours/frameworks/lattice.yaml",
        HEAD.replace("name: Lattice\n", "") + FACT,
        ":1 name: the key 'name' is missing.",
    ),
    "an id that is not the name of the file": (
        "ours/frameworks/latice.yaml",
        HEAD + FACT,
        ":1 id: the id 'lattice' is not the file's name.",
    ),
    "a wrong word": (
        "ours/frameworks/lattice.yaml",
        HEAD + "  maintenance: {value: activ, source: own}\n",
        ":7 facts.maintenance: 'activ' is not allowed. Did you mean 'active'?",
    ),
    "a state that is none": (
        "ours/frameworks/lattice.yaml",
        HEAD + "  maintenance: {value: not_aplicable, source: own}\n",
        ":7 facts.maintenance: 'not_aplicable' is not allowed.",
    ),
    "an unknown attribute": (
        "ours/frameworks/lattice.yaml",
        HEAD + "  maintenence: {value: active, source: own}\n",
        ":7 facts.maintenence: 'maintenence' is not an attribute of attributes.yaml. Did you mean 'maintenance'?",
    ),
    "an unknown accelerator": (
        "ours/frameworks/lattice.yaml",
        HEAD + "  task.train@nvidia_gpo: {value: leading, source: own}\n",
        ":7 facts.task.train@nvidia_gpo: 'nvidia_gpo' is not a word of train_hw. Did you mean 'nvidia_gpu'?",
    ),
    "a date that is no day": (
        "ours/frameworks/lattice.yaml",
        HEAD.replace("2026-01-01", "2026-02-30") + FACT,
        ":5 sources.own: observed '2026-02-30' should be a day.",
    ),
    "a week for a day": (
        "ours/denied.yaml",
        '- {package: x, versions: [v1], why: x, instead: x, source: {ref: x, observed: "2026-W01-1", grade: judged}}\n',
        ":1 [0]: observed '2026-W01-1' should be a day.",
    ),
    "a fact without a source": (
        "ours/frameworks/lattice.yaml",
        HEAD + "  maintenance: {value: active}\n",
        ":7 facts.maintenance.source: the key 'source' is missing.",
    ),
    "a range without a release": (
        "ours/frameworks/lattice.yaml",
        HEAD.replace("summary:", "package: torch\nsummary:")
        + '  maintenance: {value: active, source: own, versions: ">9999"}\n',
        ":8 facts.maintenance: no release of torch is in '>9999'. The newest is",
    ),
    "a range that is none": (
        "ours/frameworks/lattice.yaml",
        HEAD + '  maintenance: {value: active, source: own, versions: "two"}\n',
        ":7 facts.maintenance: 'two' is no range of versions.",
    ),
    "an unknown framework in a component": (
        "ours/components/serving.yaml",
        COMPONENT.replace("requires: any", "requires: [pytroch]"),
        ":10 components.lattice-server.requires: 'pytroch' is not a primary. Did you mean 'pytorch'?",
    ),
    "a component whose key is no id": (
        "ours/components/serving.yaml",
        COMPONENT.replace("lattice-server:\n", '"lattice\\nserver":\n'),
        r":4 components.lattice\nserver: 'lattice\nserver' cannot be the id of a component. Letters,",
    ),
    "a belief whose id is none": (
        "ours/folklore.yaml",
        f'- {{id: "x\\e[31m", belief: x, standing: wrong, truth: x, source: {SOURCE}}}\n',
        r":1 [0].id: 'x\x1b[31m' cannot be the id of a belief. Letters,",
    ),
    "a layer that is none": (
        "ours/components/servng.yaml",
        COMPONENT.replace("lattice-server:", "one-more:"),
        ":1: 'servng' is not a layer. Did you mean 'serving'?",
    ),
    "a release said twice": (
        "ours/components/serving.yaml",
        COMPONENT.replace("lattice-server:", "another:") + '    release: "1"\n    python: any\n',
        ":4 components.another: release and Python have to be known one way or the other.",
    ),
    "a belief about a fact that is none": (
        "ours/folklore.yaml",
        f"- {{id: x, belief: x, standing: wrong, truth: x, facts: [jax.maintenence], source: {SOURCE}}}\n",
        ":1 [0].facts: 'jax.maintenence' is not a fact. Did you mean 'jax.maintenance'?",
    ),
    "a criterion that reads nothing": (
        "ours/criteria.yaml",
        CRITERION.replace("reads: learning_curve", "reads: learnin_curve"),
        ":5 criteria[0].reads: 'learnin_curve' is not a projection. Did you mean 'learning_curve'?",
    ),
    "a spread that is no number": (
        "ours/criteria.yaml",
        CRITERION.replace("spread: 0.05", "spread: .nan"),
        ":7 criteria[0].spread: nan is outside 0 to 1.",
    ),
    "a threshold that is infinite": (
        "ours/criteria.yaml",
        CRITERION.replace("must: 0.5", "must: -.inf"),
        ":10 criteria[0].must: -inf is outside 0 to 1.",
    ),
    "a weight without a bound": (
        "ours/criteria.yaml",
        CRITERION.replace("weight: 0.01\n  band: [0.0, 0.01]", "weight: .inf\n  band: [0.0, .inf]"),
        ":8 criteria[0].weight: the weight lies outside its band.",
    ),
    "a constant that is no number": (
        "ours/criteria.yaml",
        SPEED.replace("sd_distance: 0.6", "sd_distance: .nan"),
        ":3 speed.sd_distance: nan is outside 0 to 100.",
    ),
    "a scale of speed without a length": (
        "ours/criteria.yaml",
        SPEED.replace("worst_utilisation: 0.01", "worst_utilisation: 1"),
        ":2 speed.worst_utilisation: the worst utilisation has to be above 0 and below the others.",
    ),
    "more draws than there is memory": (
        "ours/criteria.yaml",
        DECISION.replace("draws: 50", "draws: 1000000000"),
        ":2 decision.draws: at least one draw is needed, and 100000 at most.",
    ),
    "a line without an end": (
        "ours/criteria.yaml",
        DECISION.replace("level: 0.5", "level: .nan"),
        ":3 decision.acceptance: the line falls, or is steeper or longer than 100.",
    ),
    "a line that falls": (
        "ours/criteria.yaml",
        DECISION.replace("lead: 1.5", "lead: -1.5"),
        ":3 decision.acceptance: the line falls, or is steeper or longer than 100.",
    ),
    "a line that moves by a criterion that is none": (
        "ours/criteria.yaml",
        DECISION.replace("most: 4", "most: 4, inherited: [continuty]"),
        ":3 decision.acceptance: 'continuty' is not a criterion. Did you mean 'continuity'?",
    ),
    "a time that is none": (
        "ours/benchmarks/ours.yaml",
        TABLE.replace("jax/jit: 1", "jax/jit: 0"),
        ":10 rows[0].times.jax/jit: 0 is no time.",
    ),
    "a question about nothing": (
        "ours/questions.yaml",
        "- {key: domian, text: x, why: x}\n",
        ":1 [0].key: 'domian' is not a key. Did you mean 'domain'?",
    ),
    "the words of everybody": (
        "ours/attributes.yaml",
        "attributes: []\n",
        ": nothing reads this file in an overlay. Its words are those of the program alone.",
    ),
    "a mistyped file": (
        "ours/critera.yaml",
        "criteria: []\n",
        ": nothing reads this file in an overlay. Did you mean 'criteria.yaml'?",
    ),
    "a mistyped folder": (
        "ours/framworks/lattice.yaml",
        HEAD + FACT,
        ": nothing reads this file in an overlay. Did you mean 'frameworks/lattice.yaml'?",
    ),
    "a file too deep": (
        "ours/frameworks/more/lattice.yaml",
        HEAD + FACT,
        ": nothing reads this file in an overlay. Did you mean 'frameworks/lattice.yaml'?",
    ),
    "an ending in capitals": (
        "ours/frameworks/lattice.YAML",
        HEAD + FACT,
        ": nothing reads this file in an overlay. Did you mean 'frameworks/lattice.yaml'?",
    ),
    "rules that end otherwise": (
        "rules/caution/x.yml",
        "rules: []\n",
        ": nothing reads this file. Rules stand in files whose name ends in .yaml.",
    ),
}
# preference comes before eligibility, so that the second of the two is the program's own.
FAULTS["a rule with an id of the program's own"] = (
    "rules/caution/x.yaml",
    (RULES / "preference" / "ours.yaml")
    .read_text(encoding="utf-8")
    .replace("OUR-001", "ELI-001")
    .replace("{weigh: {learning: 1}}", "{flag: [ask_more]}"),
    ":4 rules[0].id: the rule id 'ELI-001' is used twice. Ids are never reused.",
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is told of all of them together, each in an overlay of its own."""
    root = tmp_path_factory.mktemp("faults")
    overlays = [Overlay(root / str(number)) for number in range(len(FAULTS))]
    for overlay, (file, text, _) in zip(overlays, FAULTS.values(), strict=True):
        overlay.write(file, text)
    knowledge, rules = ([o.root / name for o in overlays if (o.root / name).exists()] for name in ("ours", "rules"))
    with pytest.raises(InputError) as refused:
        load(knowledge, rules, use_cache=False)
    return [str(problem).removeprefix(f"{root}/") for problem in refused.value.problems]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_refused_with_file_line_key_and_nearest_word(told: list[str], name: str) -> None:
    number, (file, _, says) = list(FAULTS).index(name), FAULTS[name]
    (problem,) = (problem for problem in told if problem.startswith(f"{number}/"))
    assert problem.startswith(f"{number}/{file}{says}")


def test_an_id_that_other_things_go_by_is_refused(ours: Overlay) -> None:
    taken = ["rule", "benchmark", "measurement", "component", "none_of_these", "needs_more_info", "unknown", "known"]
    odd = ["a.b", "a@b", "a,b", "a b", "-a", "\u00e9"]
    for name in (*taken, *odd):
        ours.write(f"ours/frameworks/{name}.yaml", HEAD.replace("id: lattice", f'id: "{name}"') + FACT)
    expected = {
        f"ours/frameworks/{name}.yaml:1 id: {name!r} cannot be the id of a framework." for name in (*taken, *odd)
    }
    assert {problem.partition(" Letters")[0] for problem in ours.problems()} == expected


def test_of_very_many_faults_the_first_are_told(ours: Overlay) -> None:
    ours.write(
        "ours/frameworks/lattice.yaml",
        HEAD + "".join(f"  maintenence.{i}: {{value: x, source: own}}\n" for i in range(20_000)),
    )
    problems = ours.problems()
    assert problems[-1] == "There is more: these are the first 300 problems."
    assert problems[0].startswith("ours/frameworks/lattice.yaml:7 facts.maintenence.0: ")
    assert len(problems) == 301


def test_no_name_of_a_file_is_obeyed_by_a_terminal(ours: Overlay) -> None:
    ours.write("ours/frameworks/a\x1b[31m\n.yaml", "id: [\n")
    ours.write("ours/b\x1b[31m\u202e.yaml", "id: x\n")
    os.close(os.open(os.fsencode(ours.knowledge) + b"/frameworks/\xff\xfe.yaml", os.O_CREAT))
    problems = ours.problems()
    assert len(problems) == 3
    assert all(problem.isprintable() for problem in problems)


class TestKept:
    """What is kept of the knowledge base, with and without overlays."""

    @pytest.fixture(autouse=True)
    def cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))
        return tmp_path / "home" / "cache"

    def test_with_and_without_overlays_do_not_disturb_each_other(
        self, cache: Path, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ways: list[tuple[list[Path], list[Path]]] = [
            ([], []),
            ([LATTICE], []),
            ([LATTICE, WITHOUT], []),
            ([LATTICE], [RULES]),
            ([LATTICE, WITHOUT, LATER], []),
            ([LATTICE, LATER, WITHOUT], []),
        ]
        cold = [load(*way) for way in ways]
        assert cold[0] == base
        assert len({json.dumps(plain(one)) for one in cold}) == len(ways)
        assert len(list(cache.iterdir())) == len(ways)

        def unread(*_: object) -> None:
            raise AssertionError("the files were read")

        monkeypatch.setattr(knowledge_files, "read", unread)
        assert [load(*way) for way in ways] == cold

    @pytest.mark.parametrize("name", ["ours", "examples", "linked"])
    def test_a_changed_file_is_seen(self, ours: Overlay, name: str) -> None:
        overlay = Overlay(ours.root / name)
        overlay.write("ours/frameworks/lattice.yaml", HEAD + FACT)
        folder = overlay.knowledge
        if name == "examples":
            folder = overlay.knowledge.rename(overlay.root / "examples")
        if name == "linked":
            (folder / "frameworks").rename(ours.root / "elsewhere")
            (folder / "frameworks").symlink_to(ours.root / "elsewhere")
        (folder / "criteria.yaml").write_text("criteria: []" + DECISION, encoding="utf-8")

        def told() -> tuple[object, int]:
            read = load([folder])
            return read.frameworks["lattice"].facts["maintenance"].value, read.decision.draws

        assert told() == ("active", 50)
        (folder / "frameworks" / "lattice.yaml").write_text(HEAD + FACT.replace("active", "retired"), encoding="utf-8")
        assert told() == ("retired", 50)
        (folder / "criteria.yaml").write_text("criteria: []" + DECISION.replace("50", "60"), encoding="utf-8")
        assert told() == ("retired", 60)

    @pytest.mark.parametrize("added", ["ours/folklore.yml", "ours/Criteria.YAML", "rules/caution/x.json"])
    def test_a_wrong_name_is_refused_though_all_else_is_kept(self, ours: Overlay, added: str) -> None:
        ours.write("ours/frameworks/lattice.yaml", HEAD + FACT)
        ours.write("rules/README", "Ours.\n")
        assert ours.problems(use_cache=True) == []
        ours.write(added, "[]\n")
        (problem,) = ours.problems(use_cache=True)
        assert problem.startswith(f"{added}: nothing reads this file")

    def test_a_folder_that_is_gone_is_refused_though_it_was_empty(self, tmp_path: Path) -> None:
        empty = tmp_path / "empty"
        empty.mkdir()
        load([empty], [empty])
        empty.rmdir()
        with pytest.raises(InputError) as refused:
            load([empty], [empty])
        assert [problem.place for problem in refused.value.problems] == [str(empty)] * 2
