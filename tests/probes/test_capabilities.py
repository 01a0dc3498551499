"""Capabilities are tried in processes of their own: whatever one comes to, the others are tried too."""

from __future__ import annotations

import ast
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import standin_folder

from advisor.evidence.probing import trying
from advisor.evidence.probing.plan import CANARY, Limits, Plan, Progress, offers
from advisor.loading.capabilities import load_capabilities
from advisor.loading.knowledge import load
from advisor.model.capability import CapabilityDefinition
from advisor.model.measurement import CapabilityResult, Measurements

DEFINITIONS = load_capabilities(trying.file_of(standin_folder.PROBES))
FOLDER = standin_folder.PROBES / trying.FOLDER


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give temporary files a place, and hold every run to leaving nothing in it."""
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield place
    assert list(place.iterdir()) == []
    assert standin_folder.processes(tmp_path) == []


def folder(place: Path, *standins: str) -> Path:
    """The harness with stand-ins, one of which can be tried."""
    standin_folder.folder(place, *standins)
    (place / trying.FOLDER).mkdir()
    for name in ("trying.py", "reference.py", "running.py"):
        shutil.copy(FOLDER / name, place / trying.FOLDER / name)
    shutil.copy(standin_folder.STANDINS / "can_able.py.txt", place / trying.FOLDER / "can_able.py")
    return place


def attempt(place: Path, *ids: str, attempt_s: float = 20, budget_s: float = 60, **facts: object) -> Measurements:
    asked = [definition for definition in DEFINITIONS if definition.id in ids] if ids else DEFINITIONS
    plan = Plan(probes=place, definitions=(), budget_s=budget_s, limits=Limits(start_s=10), **facts)  # type: ignore[arg-type]
    return trying.run(plan, asked, attempt_s=attempt_s)


def result(found: Measurements, capability: str) -> CapabilityResult:
    return next(each for each in found.capabilities if each.capability == capability)


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Measurements:
    """Everything tried in the stand-in, but for the one that hangs."""
    place = tmp_path_factory.mktemp("tried")
    ids = [definition.id for definition in DEFINITIONS if definition.id != "hessian"]
    return attempt(folder(place / "probes", "able"), *ids)


def test_what_works_is_an_outcome_with_version_and_device(tried: Measurements) -> None:
    found = result(tried, "vmap")
    assert (found.outcome, found.reason) == ("ok", "")
    assert (found.framework, found.variant, found.version, found.device) == ("able", "plain", "1.0", "cpu")
    assert tried.id
    assert (tried.results, tried.classes) == ((), ())


@pytest.mark.parametrize(
    ("capability", "outcome", "reason"),
    [
        ("bf16", "wrong", "computed in a wider type"),
        ("fp64", "wrong", "relative error is"),
        ("dynamic_shapes", "wrong", "relative error is nan"),
        ("per_example_gradients", "wrong", "shape (4, 8) where (8, 4, 8) was expected"),
        ("custom_gradient", "wrong", "relative error is 1"),
        ("deterministic", "wrong", "did not end in the same bits"),
        ("jvp_of_jvp", "failed", "RuntimeError: no kernel for this"),
        ("export_savedmodel", "failed", "nothing was written"),
        ("compile", "failed", "SIGSEGV: about to fall over"),
        ("export_coreml", "ok", "written, and not run here: only macOS runs Core ML"),
        ("export_onnx", "not_installed", "it needs no-such-package"),
        ("sparse_embedding_gradient", "not_applicable", "it has no tables"),
        ("control_flow", "not_applicable", "there is no function control_flow in can_able.py"),
    ],
)
def test_every_way_to_fare_is_an_outcome_with_its_reason(
    tried: Measurements, capability: str, outcome: str, reason: str
) -> None:
    found = result(tried, capability)
    assert found.outcome == outcome
    assert reason in found.reason


def test_a_crash_costs_one_capability(tried: Measurements) -> None:
    order = [each.capability for each in tried.capabilities]
    assert order == [definition.id for definition in DEFINITIONS if definition.id != "hessian"]
    assert order.index("compile") < order.index("vmap")
    assert tried.frameworks[0].outcome == "ok"


def test_variants_of_one_installation_are_tried_once(tried: Measurements) -> None:
    twin = next(run for run in tried.frameworks if run.variant == "twin")
    assert (twin.outcome, twin.reason) == ("skipped", "it can do what able/plain can")
    assert {each.variant for each in tried.capabilities} == {"plain"}


def test_a_hang_costs_one_capability_and_leaves_nothing(tmp_path: Path) -> None:
    found = attempt(folder(tmp_path / "probes", "able"), "hessian", "custom_gradient", "vmap", attempt_s=3)
    assert (result(found, "hessian").outcome, result(found, "hessian").reason) == ("timed_out", "no answer within 3 s")
    assert (result(found, "vmap").outcome, result(found, "custom_gradient").outcome) == ("ok", "wrong")


def test_what_there_is_no_time_for_says_so(tmp_path: Path) -> None:
    found = attempt(folder(tmp_path / "probes", "able"), "hessian", "custom_gradient", budget_s=4)
    assert {each.outcome for each in found.capabilities} == {"timed_out"}
    assert all("--budget gives more" in each.reason for each in found.capabilities)


def test_who_cannot_be_tried_says_why_and_costs_the_others_nothing(tmp_path: Path) -> None:
    found = attempt(folder(tmp_path / "probes", "able", "good", "absent"), "vmap")
    fared = {run.framework: run for run in found.frameworks}
    assert (fared["good"].outcome, fared["good"].reason) == ("skipped", "there is no file capabilities/can_good.py")
    assert fared["absent"].outcome == "not_installed"
    assert [(each.framework, each.outcome) for each in found.capabilities] == [("able", "ok")]


def test_a_framework_that_does_not_start_is_an_outcome(tmp_path: Path) -> None:
    place = folder(tmp_path / "probes", "broken")
    shutil.copy(place / trying.FOLDER / "can_able.py", place / trying.FOLDER / "can_broken.py")
    found = attempt(place, "vmap")
    assert found.frameworks[0].outcome == "failed"
    assert "libsomething.so.1" in found.frameworks[0].reason
    assert found.capabilities == ()


def test_it_is_told_what_is_tried(tmp_path: Path) -> None:
    told: list[Progress] = []
    plan = Plan(probes=folder(tmp_path / "probes", "able"), definitions=(), limits=Limits(start_s=10))
    asked = [definition for definition in DEFINITIONS if definition.id in ("compile", "vmap")]
    trying.run(plan, asked, told.append)
    said = [(event.kind, event.framework, event.probe) for event in told]
    assert said == [
        ("starting", "able", ""),
        ("started", "able", ""),
        ("probe", "", "compile"),
        ("failed", "able", "compile"),
        ("probe", "", "vmap"),
        ("done", "", ""),
    ]


@pytest.mark.parametrize("definition", DEFINITIONS, ids=[definition.id for definition in DEFINITIONS])
def test_a_definition_speaks_of_an_attribute_that_is_known_in_its_words(definition: CapabilityDefinition) -> None:
    attributes = {name: entry for entry in load().attributes for name in entry.names}
    assert definition.attribute in attributes
    words = attributes[definition.attribute].words
    assert {*definition.working_refutes, *definition.failing_refutes} <= set(words)
    assert not (definition.entries and words)


def test_every_framework_has_every_capability_or_says_why_not() -> None:
    ids = {definition.id for definition in DEFINITIONS}
    for framework in set(offers(standin_folder.PROBES)) - {CANARY}:
        tree = ast.parse((FOLDER / f"can_{framework}.py").read_text(encoding="utf-8"))
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        assert ids <= functions | texts, framework
        assert "use" in functions
    reference = ast.parse((FOLDER / "reference.py").read_text(encoding="utf-8"))
    public = {node.name for node in reference.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"}
    assert public == ids
